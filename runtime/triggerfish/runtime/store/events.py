"""The event log: append-only, each message id once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, and_, func, or_, select, tuple_

from triggerfish.runtime.machine.inputs import Input, InputKind
from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import events

Origin = Literal["intake", "machine", "delivery"]
"""Where a row comes from. What the machine recorded itself it has dealt with: such rows are never consumed."""

_COLUMNS = ("id", "person", "kind", "name", "at", "received", "fields", "origin")


class Pending(NamedTuple):
    """An event that waits for its person to be advanced."""

    seq: int
    person: str
    input: Input


class Logged(NamedTuple):
    """An event as it stands in the log."""

    seq: int
    person: str
    input: Input
    received: int
    origin: Origin


EventRow = tuple[str, str, str, str, int, int, str, str]


def event_row(person: str, given: Input, received: int, origin: Origin) -> EventRow:
    """An event as it is stored. Raises TypeError, ValueError or OverflowError for fields that JSON cannot hold."""
    fields = msgspec.json.encode(given.fields).decode()
    return (given.id, person, given.kind, given.name, given.at, received, fields, origin)


class EventLog:
    """The table ``events``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, inputs: Iterable[tuple[str, Input]], received: int, origin: Origin = "intake") -> int:
        """Store ``(person, input)`` in one transaction; the number of new ones. A known message id is left out."""
        rows = [event_row(person, given, received, origin) for person, given in inputs]
        with self._database.write() as connection:
            return self.write(connection, rows)

    def write(self, connection: Connection, rows: Sequence[EventRow]) -> int:
        """Store events (see ``event_row``) within a transaction; the number of new ones."""
        if not rows:
            return 0
        self._database.dialect.before_append(connection)
        insert = self._database.prepared(
            connection, "events", lambda: self._database.dialect.insert_new(events, "id"), _COLUMNS
        )
        return insert.run(connection, rows)

    def arrived(self, position: Position, limit: int) -> tuple[list[Pending], Position]:
        """The next events by arrival, and the position after them.

        Where nothing is left to consume the position moves past the machine's own rows.
        """
        with self._database.read() as connection:
            rows = connection.execute(
                select(*_PENDING)
                .where(events.c.seq > position.seq, events.c.origin != "machine")
                .order_by(events.c.seq)
                .limit(limit)
            ).all()
            if not rows:
                end = connection.scalar(select(func.max(events.c.seq))) or 0
                return [], msgspec.structs.replace(position, seq=max(end, position.seq))
        pending = [_pending(row) for row in rows]
        latest = max(position.latest, *(event.input.at for event in pending))
        return pending, msgspec.structs.replace(position, seq=pending[-1].seq, latest=latest)

    def begin_replay(self, position: Position) -> Position:
        """Take everything that is there now as the history to replay; unchanged if there is nothing new."""
        with self._database.read() as connection:
            first, top, end = connection.execute(
                select(
                    func.min(events.c.at).filter(events.c.origin != "machine"),
                    func.max(events.c.seq).filter(events.c.origin != "machine"),
                    func.max(events.c.seq),
                ).where(events.c.seq > position.seq)
            ).one()
        if top is None:
            return msgspec.structs.replace(position, seq=max(end or 0, position.seq))
        return msgspec.structs.replace(position, top=top, at=first, row=0)

    def replayed(self, position: Position, limit: int) -> tuple[list[Pending], Position]:
        """The next events of the replay by their own time, and the position after them; none means it is through."""
        number = events.c.seq + 0  # keeps the planner on the index by time
        with self._database.read() as connection:
            rows = connection.execute(
                select(*_PENDING)
                .where(
                    tuple_(events.c.at, events.c.seq) > tuple_(position.at, position.row),
                    number > position.seq,
                    number <= position.top,
                    events.c.origin != "machine",
                )
                .order_by(events.c.at, events.c.seq)
                .limit(limit)
            ).all()
        if not rows:
            return [], Position(seq=position.top, latest=position.latest)
        pending = [_pending(row) for row in rows]
        last = pending[-1]
        latest = max(position.latest, last.input.at)
        return pending, msgspec.structs.replace(position, at=last.input.at, row=last.seq, latest=latest)

    def ahead(self, position: Position) -> int:
        """How many events are left to consume; of the replay only, where one is under way."""
        query = select(func.count()).where(events.c.seq > position.seq, events.c.origin != "machine")
        if position.replaying:
            here = tuple_(events.c.at, events.c.seq) > tuple_(position.at, position.row)
            query = query.where(events.c.seq <= position.top, here)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def past(self, people: Sequence[str], names: Iterable[str], position: Position) -> dict[str, list[Input]]:
        """The events of these names that were consumed of these people, each person's in order of time."""
        consumed = [events.c.seq <= position.seq, events.c.origin == "machine"]
        if position.replaying:
            here = tuple_(events.c.at, events.c.seq) <= tuple_(position.at, position.row)
            consumed.append(and_(events.c.seq <= position.top, here))
        found: dict[str, list[Input]] = {}
        with self._database.read() as connection:
            for some in chunks(people):
                query = (
                    select(*_PENDING)
                    .where(events.c.person.in_(some), events.c.kind == "event", events.c.name.in_(sorted(names)), or_(*consumed))
                    .order_by(events.c.person, events.c.at, events.c.seq)
                )
                for row in connection.execute(query):
                    event = _pending(row)
                    found.setdefault(event.person, []).append(event.input)
        return found

    def newest(self) -> int:
        """The highest sequence number; 0 in an empty log."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.max(events.c.seq))) or 0)

    def count(self, *, origin: Origin | None = None) -> int:
        """How many events there are."""
        query = select(func.count()).select_from(events)
        if origin is not None:
            query = query.where(events.c.origin == origin)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def of_person(self, person: str, *, after: int = 0, limit: int | None = None) -> list[Logged]:
        """A person's events by arrival, the machine's own included; those with a ``seq`` above ``after``."""
        query = (
            select(*_PENDING, events.c.received, events.c.origin)
            .where(events.c.person == person, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [Logged(*_pending(row[:7]), row[7], row[8]) for row in rows]


_PENDING = (
    events.c.seq, events.c.person, events.c.kind, events.c.name, events.c.at, events.c.id, events.c.fields,
)  # fmt: skip


def _pending(row: Sequence[Any]) -> Pending:
    seq, person, kind, name, at, id_, fields = row
    kind_: InputKind = kind
    return Pending(seq, person, Input(kind_, name, at, id_, msgspec.json.decode(fields)))
