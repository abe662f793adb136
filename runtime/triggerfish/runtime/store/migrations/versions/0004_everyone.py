"""What happened for everyone and is being told, and who waits for what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables. Nobody waits for anything yet: earlier versions refused to."""
    op.create_table(
        "announcements",
        sa.Column("seq", COUNTER, primary_key=True, autoincrement=True),
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.Text, nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.Column("after", sa.Text, nullable=False),
        sa.UniqueConstraint("id", "shard", name="announcements_id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "listening",
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("shard", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("person", "event"),
    )
    op.create_index("listening_event", "listening", ["event", "shard", "person"])
