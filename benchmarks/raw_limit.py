"""What durable read-modify-write costs with nothing around it: the limit the runtime is measured against.

For each batch of inputs, in one transaction: insert the events with unique message ids, select the states of their people,
per person decode, change and encode the state; write the states back. Once with the standard library's sqlite3, once with
SQLAlchemy Core; the pragmas are those of the store. Nothing is decided and no time passes: no journal, outbox, timers.
``SameRows`` has the tables and indexes of the store, and also writes the journal and outbox rows that the machine made.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, Text, bindparam, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert

from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.state import State
from triggerfish.runtime.store.sqlite import PRAGMAS as STORE_PRAGMAS

BATCH = 1_000
PRAGMAS = (*STORE_PRAGMAS, "PRAGMA synchronous = NORMAL")
EVENTS = """CREATE TABLE events (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, person TEXT NOT NULL, kind TEXT NOT NULL,
            name TEXT NOT NULL, at INTEGER NOT NULL, fields TEXT NOT NULL)"""
PROFILES = "CREATE TABLE profiles (id TEXT PRIMARY KEY, state BLOB, due_at INTEGER, version INTEGER NOT NULL)"
INSERT = "INSERT INTO events (id, person, kind, name, at, fields) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING"
INSERT_SAME = """INSERT INTO events (id, person, kind, name, at, fields, received, origin, shard) VALUES (?, ?, ?, ?, ?, ?, 0, 'intake', 0)
                 ON CONFLICT (id) DO NOTHING"""
UPSERT = """INSERT INTO profiles (id, state, due_at, version) VALUES (?, ?, ?, 1) ON CONFLICT (id) DO UPDATE
            SET state = excluded.state, due_at = excluded.due_at, version = version + 1"""

DUE = "CREATE INDEX profiles_due ON profiles (due_at) WHERE due_at IS NOT NULL"
MORE = (
    """CREATE TABLE journal (person TEXT, number INTEGER, at INTEGER, kind TEXT, flow TEXT, run INTEGER, step TEXT, line INTEGER, data TEXT,
       PRIMARY KEY (person, number)) WITHOUT ROWID""",
    """CREATE TABLE outbox (seq INTEGER PRIMARY KEY, key TEXT UNIQUE, person TEXT, kind TEXT, target TEXT, at INTEGER, flow TEXT,
       step TEXT, run INTEGER, urgency INTEGER, data TEXT, context TEXT, status TEXT, attempts INTEGER, next_attempt_at INTEGER,
       worker TEXT, provider_id TEXT, reason TEXT, updated_at INTEGER)""",
    "CREATE INDEX outbox_claim ON outbox (status, urgency DESC, next_attempt_at)",
    "CREATE INDEX outbox_person ON outbox (person)",
)
ADD_FACT = f"INSERT INTO journal VALUES ({', '.join('?' * 9)})"
ADD_DELIVERY = f"INSERT INTO outbox VALUES ({', '.join('?' * 19)})"

Row = tuple[Any, ...]
Batch = Sequence[tuple[str, Input]]

_to_json = msgspec.json.Encoder().encode
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(State).decode


def batches(inputs: Batch) -> Iterator[Batch]:
    for start in range(0, len(inputs), BATCH):
        yield inputs[start : start + BATCH]


def rows(batch: Batch) -> list[tuple[str, str, str, str, int, str]]:
    return [(one.id, person, one.kind, one.name, one.at, _to_json(one.fields).decode()) for person, one in batch]


def changed(batch: Batch, states: dict[str, bytes], ballast: int) -> list[tuple[str, bytes, int]]:
    """The least a change can be: decode, note the event, encode; once per person and batch.

    ``ballast`` bytes make the states as large as the machine's.
    """
    grouped: dict[str, list[Input]] = {}
    for person, one in batch:
        grouped.setdefault(person, []).append(one)
    written = []
    for person, inputs in grouped.items():
        found = states.get(person)
        state = _decode(found) if found is not None else State(profile={"id": person}, arms={"ballast": "-" * ballast})
        for one in inputs:
            if one.kind == "identify":
                state.profile.update(one.fields)
            else:
                state.series.setdefault(one.name, {"@": [], "total": []})
                state.series[one.name]["@"].append(one.at)
                if "total" in one.fields:
                    state.series[one.name]["total"].append(one.fields["total"])
            state.clock = one.at
            state.facts += 1
        written.append((person, _encode(state), state.clock + 90 * 86_400_000))
    return written


class Loop(Protocol):
    """A raw loop on a file of its own."""

    def take(self, inputs: Batch) -> int:
        """Runs the inputs through; how many there were."""
        ...

    def close(self) -> None: ...


class Sqlite3:
    """With the standard library's driver."""

    insert = INSERT

    def __init__(self, path: Path, ballast: int = 0) -> None:
        self.ballast = ballast
        self.connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        for statement in PRAGMAS:
            self.connection.execute(statement)
        self.begin()

    def begin(self) -> None:
        for statement in (EVENTS, PROFILES, DUE):
            self.connection.execute(statement)

    def take(self, inputs: Batch) -> int:
        connection = self.connection
        for number, batch in enumerate(batches(inputs)):
            people = list({person for person, _ in batch})
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(self.insert, rows(batch))
            asked = f"SELECT id, state FROM profiles WHERE id IN ({', '.join('?' * len(people))})"
            states: dict[str, bytes] = dict(connection.execute(asked, people))
            connection.executemany(UPSERT, changed(batch, states, self.ballast))
            self.more(number, -(-len(inputs) // BATCH))
            connection.execute("COMMIT")
        return len(inputs)

    def more(self, number: int, of: int) -> None:
        """What else there is to write with the batch of that number."""

    def state(self) -> float:
        """The mean size of a state."""
        return float(self.connection.execute("SELECT avg(length(state)) FROM profiles").fetchone()[0])

    def close(self) -> None:
        self.connection.close()


class SameRows(Sqlite3):
    """In a file that has the tables of the store; ``facts`` and ``deliveries`` are spread evenly over the batches."""

    insert = INSERT_SAME
    facts: Sequence[Row] = ()
    deliveries: Sequence[Row] = ()

    def begin(self) -> None:
        """The tables are there."""

    def more(self, number: int, of: int) -> None:
        self.connection.executemany(ADD_FACT, share(self.facts, number, of))
        self.connection.executemany(ADD_DELIVERY, share(self.deliveries, number, of))


def share(rows: Sequence[Row], number: int, shares: int) -> Sequence[Row]:
    return rows[number * len(rows) // shares : (number + 1) * len(rows) // shares]


class Core:
    """Through SQLAlchemy Core."""

    def __init__(self, path: Path, ballast: int = 0) -> None:
        self.ballast = ballast
        metadata = MetaData()
        self.events = Table(
            "events", metadata, Column("seq", Integer, primary_key=True), Column("id", Text, unique=True, nullable=False),
            *(Column(name, Text, nullable=False) for name in ("person", "kind", "name")), Column("at", Integer, nullable=False),
            Column("fields", Text, nullable=False),
        )  # fmt: skip
        self.profiles = Table(
            "profiles", metadata, Column("id", Text, primary_key=True), Column("state", LargeBinary),
            Column("due_at", Integer, index=True), Column("version", Integer, nullable=False),
        )  # fmt: skip
        self.engine = create_engine(f"sqlite:///{path}")

        @event.listens_for(self.engine, "connect")
        def prepare(connection: sqlite3.Connection, _: object) -> None:
            for pragma in PRAGMAS:
                connection.execute(pragma)

        metadata.create_all(self.engine)

    def take(self, inputs: Batch) -> int:
        profiles = self.profiles
        add = insert(self.events).on_conflict_do_nothing(index_elements=["id"])
        put = insert(profiles)
        put = put.on_conflict_do_update(
            index_elements=["id"],
            set_={"state": put.excluded.state, "due_at": put.excluded.due_at, "version": profiles.c.version + 1},
        )
        ask = select(profiles.c.id, profiles.c.state).where(profiles.c.id.in_(bindparam("ids", expanding=True)))
        names = ("id", "person", "kind", "name", "at", "fields")
        for batch in batches(inputs):
            with self.engine.begin() as connection:
                connection.execute(add, [dict(zip(names, row, strict=True)) for row in rows(batch)])
                people = list({person for person, _ in batch})
                states: dict[str, bytes] = dict(connection.execute(ask, {"ids": people}).all())  # type: ignore[arg-type]
                put_rows = changed(batch, states, self.ballast)
                connection.execute(put, [{"id": a, "state": b, "due_at": c, "version": 1} for a, b, c in put_rows])
        return len(inputs)

    def close(self) -> None:
        self.engine.dispose()
