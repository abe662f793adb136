"""The tables. Times are integers: milliseconds since 1970 UTC. JSON is kept as text."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
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
    Column("shard", Integer, nullable=False, server_default="0"),
    Column("merged_into", Text),
)
Index(
    "profiles_merged",
    profiles.c.merged_into,
    sqlite_where=profiles.c.merged_into.is_not(None),
    postgresql_where=profiles.c.merged_into.is_not(None),
)
Index(
    "profiles_due",
    profiles.c.shard,
    profiles.c.due_at,
    profiles.c.id,
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
    Column("shard", Integer, nullable=False, server_default="0"),
    Column("batch", NUMBER),
    UniqueConstraint("id", name="events_id"),
    sqlite_autoincrement=True,
)
Index("events_person", events.c.person, events.c.seq)
Index("events_at", events.c.at, events.c.seq)
CONSUMED = events.c.origin != literal_column("'machine'")
"""An event that is an input. A literal, so that the index below is used: what the machine recorded itself is not in it."""
Index("events_pending", events.c.shard, events.c.seq, sqlite_where=CONSUMED, postgresql_where=CONSUMED)

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
FAILED = outbox.c.status.in_((literal_column("'failed'"), literal_column("'unknown'")))
"""What will not be tried again and should have arrived. Literals, so that the index below is used."""
Index("outbox_failed", outbox.c.updated_at, sqlite_where=FAILED, postgresql_where=FAILED)

tallies = Table(
    "tallies",
    metadata,
    Column("shard", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("flow", Text, nullable=False),
    Column("count", NUMBER, nullable=False),
    PrimaryKeyConstraint("shard", "kind", "flow"),
)

programs = Table(
    "programs",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("ir", Text, nullable=False),
    Column("sources", Text, nullable=False),
    Column("deployed_at", NUMBER, nullable=False),
    Column("options", Text),
    Column("settling", Text),
)

releases = Table(
    "releases",
    metadata,
    Column("flow", Text, nullable=False),
    Column("period", Text, nullable=False),
    Column("begin", NUMBER, nullable=False),
    Column("count", NUMBER, nullable=False),
    PrimaryKeyConstraint("flow", "period", "begin"),
)

rates = Table(
    "rates",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("busy_until", NUMBER, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("seq", NUMBER, nullable=False),
    Column("top", NUMBER, nullable=False),
    Column("at", NUMBER, nullable=False),
    Column("row", NUMBER, nullable=False),
    Column("latest", NUMBER, nullable=False),
)

batches = Table(
    "batches",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=True),
    Column("batch", NUMBER),
    Column("at", NUMBER, nullable=False),
    Column("program", Integer),
    Column("cuts", Text),
    Column("shard", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("now", NUMBER),
    Column("live", Boolean, nullable=False),
    Column("last", NUMBER),
    Column("after", NUMBER),
    Column("moment", NUMBER),
    Column("person", Text),
    sqlite_autoincrement=True,
)
TOOK = batches.c.last.is_not(None)
DUE = batches.c.kind == literal_column("'due'")
LOOKED_AT = batches.c.kind == literal_column("'settle'")
Index("batches_took", batches.c.shard, batches.c.last, batches.c.moment, sqlite_where=TOOK, postgresql_where=TOOK)
Index("batches_due", batches.c.shard, batches.c.seq, batches.c.now, sqlite_where=DUE, postgresql_where=DUE)
Index("batches_settle", batches.c.program, batches.c.seq, sqlite_where=LOOKED_AT, postgresql_where=LOOKED_AT)

announcements = Table(
    "announcements",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("at", NUMBER, nullable=False),
    Column("fields", Text, nullable=False),
    Column("row", NUMBER, nullable=False),
    Column("shard", Integer, nullable=False),
    Column("after", Text, nullable=False),
    UniqueConstraint("id", "shard", name="announcements_id"),
    sqlite_autoincrement=True,
)

listening = Table(
    "listening",
    metadata,
    Column("person", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("shard", Integer, nullable=False),
    PrimaryKeyConstraint("person", "event"),
)
Index("listening_event", listening.c.event, listening.c.shard, listening.c.person)

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

audit = Table(
    "audit",
    metadata,
    Column("seq", COUNTER, primary_key=True, autoincrement=True),
    Column("at", NUMBER, nullable=False),
    Column("what", Text, nullable=False),
    Column("data", Text, nullable=False),
    sqlite_autoincrement=True,
)
"""What was done to the data on somebody's order, without personal data."""
