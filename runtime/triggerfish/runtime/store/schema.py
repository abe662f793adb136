"""The tables. Times are integers: milliseconds since 1970 UTC. JSON is kept as text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData()

NUMBER = BigInteger()
COUNTER = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself only where the type is exactly INTEGER."""

profiles = Table(
    "profiles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", LargeBinary),
    Column("due_at", NUMBER),
    Column("version", Integer, nullable=False),
)
Index(
    "profiles_due",
    profiles.c.due_at,
    sqlite_where=profiles.c.due_at.is_not(None),
    postgresql_where=profiles.c.due_at.is_not(None),
)

identities = Table(
    "identities",
    metadata,
    Column("kind", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("profile", Text, nullable=False),
    PrimaryKeyConstraint("kind", "value"),
)
Index("identities_profile", identities.c.profile)

events = Table(
    "events",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", NUMBER, nullable=False),
    Column("received", NUMBER, nullable=False),
    Column("fields", Text, nullable=False),
    Column("origin", Text, nullable=False),
    UniqueConstraint("id", name="events_id"),
    sqlite_autoincrement=True,
)
Index("events_person", events.c.person, events.c.seq)
Index("events_at", events.c.at, events.c.seq)

rejected = Table(
    "rejected",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("raw", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("received", NUMBER, nullable=False),
    UniqueConstraint("id", name="rejected_id"),
    sqlite_autoincrement=True,
)

journal = Table(
    "journal",
    metadata,
    Column("person", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", NUMBER, nullable=False),
    Column("kind", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("line", Integer, nullable=False),
    Column("data", Text, nullable=False),
    PrimaryKeyConstraint("person", "number"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("at", NUMBER, nullable=False),
    Column("flow", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("run", Integer, nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("context", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", NUMBER, nullable=False),
    Column("worker", Text),
    Column("provider_id", Text),
    Column("reason", Text),
    Column("updated_at", NUMBER, nullable=False),
    UniqueConstraint("key", name="outbox_key"),
    sqlite_autoincrement=True,
)
Index("outbox_claim", outbox.c.status, outbox.c.urgency.desc(), outbox.c.next_attempt_at)
Index("outbox_person", outbox.c.person)

programs = Table(
    "programs",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("ir", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("deployed_at", NUMBER, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", Text, nullable=False),
)

segments_static = Table(
    "segments_static",
    metadata,
    Column("segment", Text, nullable=False),
    Column("member", Text, nullable=False),
    PrimaryKeyConstraint("segment", "member"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("channel", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", NUMBER, nullable=False),
    PrimaryKeyConstraint("channel", "digest"),
)
