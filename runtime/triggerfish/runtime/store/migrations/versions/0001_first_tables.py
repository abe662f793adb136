
"""The first tables.

A migration is frozen once released: it does not import the schema, which moves on.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger()
COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create all tables."""
    _people()
    _log()
    _outbox()
    _programs()


def _text(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=null)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, NUMBER, nullable=null)


def _integer(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _counter() -> sa.Column[int]:
    return sa.Column("seq", COUNTER, primary_key=True, autoincrement=True)


def _people() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("state", sa.LargeBinary),
        _number("due_at", null=True),
        _integer("version"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("profiles_due", "profiles", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "identities", _text("kind"), _text("value"), _text("profile"), sa.PrimaryKeyConstraint("kind", "value")
    )
    op.create_index("identities_profile", "identities", ["profile"])
    op.create_table("segments_static", _text("segment"), _text("member"), sa.PrimaryKeyConstraint("segment", "member"))
    op.create_table(
        "suppressions",
        _text("channel"),
        _text("digest"),
        _text("reason"),
        _number("at"),
        sa.PrimaryKeyConstraint("channel", "digest"),
    )


def _log() -> None:
    op.create_table(
        "events",
        _counter(),
        *map(_text, ("id", "person", "kind", "name")),
        _number("at"),
        _number("received"),
        _text("fields"),
        _text("origin"),
        sa.UniqueConstraint("id", name="events_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_person", "events", ["person", "seq"])
    op.create_index("events_at", "events", ["at", "seq"])
    op.create_table(
        "rejected",
        _counter(),
        *map(_text, ("id", "raw", "reason", "place")),
        _number("received"),
        sa.UniqueConstraint("id", name="rejected_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "journal",
        _text("person"),
        _integer("number"),
        _number("at"),
        _text("kind"),
        _text("flow"),
        _integer("run"),
        _text("step"),
        _integer("line"),
        _text("data"),
        sa.PrimaryKeyConstraint("person", "number"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        _counter(),
        *map(_text, ("key", "person", "kind", "target")),
        _number("at"),
        _text("flow"),
        _text("step"),
        _integer("run"),
        _integer("urgency"),
        _text("data"),
        _text("context"),
        _text("status"),
        _integer("attempts"),
        _number("next_attempt_at"),
        _text("worker", null=True),
        _text("provider_id", null=True),
        _text("reason", null=True),
        _number("updated_at"),
        sa.UniqueConstraint("key", name="outbox_key"),
        sqlite_autoincrement=True,
    )
    op.create_index("outbox_claim", "outbox", ["status", sa.text("urgency DESC"), "next_attempt_at"])
    op.create_index("outbox_person", "outbox", ["person"])


def _programs() -> None:
    op.create_table(
        "programs",
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
        _text("hash"),
        _text("ir"),
        _text("sources"),
        _number("deployed_at"),
    )
    op.create_table("cursors", sa.Column("name", sa.Text, primary_key=True), _text("position"))
