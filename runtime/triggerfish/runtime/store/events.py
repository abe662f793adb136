"""The event log: append-only, each message id once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, and_, bindparam, func, or_, select, true, tuple_

from triggerfish.runtime.machine.everyone import NOBODY
from triggerfish.runtime.machine.inputs import Input, InputKind
from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import CONSUMED, cursors, events
from triggerfish.runtime.store.shards import Shards

Origin = Literal["intake", "machine", "delivery"]
"""Where a row comes from. What the machine recorded itself it has dealt with: such rows are never consumed."""

_COLUMNS = ("id", "person", "kind", "name", "at", "received", "fields", "origin", "shard", "batch")


class Pending(NamedTuple):
    """An event that waits for its person to be advanced."""

    seq: int
    person: str
    input: Input


class Came(NamedTuple):
    """An event from outside, as it is stored: ``fields`` are JSON."""

    person: str
    kind: InputKind
    name: str
    at: int
    id: str
    fields: str


class Logged(NamedTuple):
    """An event as it stands in the log. ``batch`` is that in which the machine itself gave it to the person."""

    seq: int
    person: str
    input: Input
    received: int
    origin: Origin
    batch: int | None = None


EventRow = tuple[str, str, str, str, int, int, str, str]

_to_json = msgspec.json.Encoder().encode
_from_json = msgspec.json.Decoder().decode


def event_row(person: str, given: Input, received: int, origin: Origin) -> EventRow:
    """An event as it is stored. Raises TypeError, ValueError or OverflowError for fields that JSON cannot hold."""
    fields = _to_json(given.fields).decode()
    return (given.id, person, given.kind, given.name, given.at, received, fields, origin)


class EventLog:
    """The table ``events``."""

    def __init__(self, database: Database, shards: Shards) -> None:
        self._database = database
        self._shards = shards

    def append(self, inputs: Iterable[tuple[str, Input]], received: int, origin: Origin = "intake") -> int:
        """Store ``(person, input)`` in one transaction; the number of new ones. A known message id is left out."""
        rows = [event_row(person, given, received, origin) for person, given in inputs]
        with self._database.write() as connection:
            return self.write(connection, rows)

    def write(self, connection: Connection, rows: Sequence[EventRow], batch: int | None = None) -> int:
        """Store events (see ``event_row``) within a transaction, handled in this batch already; the number of new ones."""
        if not rows:
            return 0
        if self._shards.count == 1:
            sharded = [(*row, 0, batch) for row in rows]
        else:
            of = self._shards.of
            sharded = [(*row, of(row[1]), batch) for row in rows]
            if appended := {row[8] for row in sharded if row[7] != "machine"}:
                self._database.dialect.before_append(connection, appended)
        insert = self._database.prepared(
            connection, "events", lambda: self._database.dialect.insert_new(events, "id"), _COLUMNS
        )
        return insert.run(connection, sharded)

    def waiting(self, limit: int) -> list[tuple[int, int]]:
        """The shards that have events to consume, and how many, counted up to ``limit``."""
        if self._shards.count == 1:
            return [(0, limit)]
        some = select(events.c.seq).where(_NEXT).limit(limit).correlate(cursors).subquery()
        number = select(func.count().label("number")).select_from(some).lateral()
        query = select(cursors.c.shard, number.c.number).join(number, true()).where(number.c.number > 0)
        with self._database.read() as connection:
            return [(shard, number) for shard, number in connection.execute(query.order_by(cursors.c.shard))]

    def arrived(
        self, positions: Mapping[int, Position], limit: int, before: Mapping[int, int] | None = None
    ) -> tuple[list[Pending], dict[int, Position]]:
        """The next events of these shards, each shard's by arrival, and the positions after them.

        What happened for everyone is the last of its batch: the others are told of it before anything else happens.
        ``before`` holds, for shards that are to be told of something first, the number that they may go up to.
        """
        with self._database.read() as connection:
            if len(positions) == 1:
                [(shard, position)] = positions.items()
                rows = self._database.rows(connection, "arrived in one", _of_one, shard=shard, after=position.seq, many=limit)
            else:
                rows = self._database.rows(connection, "arrived in several", _of_several, shards=list(positions), many=limit)
        pending: list[Pending] = []
        last: dict[int, int] = {}
        latest: dict[int, int] = {}
        for seq, person, kind, name, at, id_, fields, shard in rows:
            if before and seq > before.get(shard, seq):
                continue
            pending.append(Pending(seq, person, Input(kind, name, at, id_, _from_json(fields))))
            last[shard] = seq
            latest[shard] = max(latest.get(shard, at), at)
            if person == NOBODY:
                break
        moved = {
            shard: msgspec.structs.replace(positions[shard], seq=seq, latest=max(positions[shard].latest, latest[shard]))
            for shard, seq in last.items()
        }
        return pending, moved

    def begin_replay(self, position: Position) -> Position:
        """Take everything that is there now as the history to replay; unchanged if there is nothing new."""
        # Shard by shard, so that what was consumed long ago is not looked at.
        first, top = (select(each).where(_NEXT).correlate(cursors).scalar_subquery() for each in (func.min(events.c.at), func.max(events.c.seq)))
        query = select(func.min(first), func.max(top)).select_from(cursors)
        with self._database.read() as connection:
            at, last = connection.execute(query).one()
        return position if last is None else msgspec.structs.replace(position, top=last, at=at, row=0)

    def replayed(self, position: Position, limit: int, until: int | None = None) -> tuple[list[Pending], Position]:
        """The next events of the replay by their own time, and the position after them; none means it is through.

        ``until`` leaves those for later that happened at that moment or after it.
        """
        values = {"at": position.at, "row": position.row, "top": position.top, "many": limit}
        with self._database.read() as connection:
            rows = self._database.rows(connection, "replayed", _of_replay, **values)
        if not rows:
            return [], Position(seq=position.top, latest=position.latest)
        pending: list[Pending] = []
        for seq, person, kind, name, at, id_, fields in rows:
            if until is not None and at >= until:
                break
            pending.append(Pending(seq, person, Input(kind, name, at, id_, _from_json(fields))))
            if person == NOBODY:
                break
        last = pending[-1]
        latest = max(position.latest, last.input.at)
        return pending, msgspec.structs.replace(position, at=last.input.at, row=last.seq, latest=latest)

    def answers(self, after: int, limit: int) -> list[Pending]:
        """What actions answered behind this number, by arrival."""
        query = select(*_PENDING).where(events.c.seq > after, events.c.origin == "delivery", events.c.kind == "result")
        with self._database.read() as connection:
            return [_pending(row) for row in connection.execute(query.order_by(events.c.seq).limit(limit))]

    def ahead(self) -> int:
        """How many events are left to consume; of the replay only, where one is under way."""
        begun = tuple_(events.c.at, events.c.seq) > tuple_(cursors.c.at, cursors.c.row)
        replay = or_(cursors.c.top == 0, and_(events.c.seq <= cursors.c.top, begun))
        number = select(func.count()).select_from(events).where(_NEXT, replay).correlate(cursors).scalar_subquery()
        query = select(func.sum(number)).select_from(cursors)
        with self._database.read() as connection:
            return int(connection.scalar(query) or 0)

    def past(self, people: Sequence[str], names: Iterable[str]) -> dict[str, list[Input]]:
        """The events of these names that were consumed of these people, each person's in order of time."""
        begun = tuple_(events.c.at, events.c.seq) <= tuple_(cursors.c.at, cursors.c.row)
        replayed = and_(cursors.c.top > 0, events.c.seq <= cursors.c.top, begun)
        consumed = or_(events.c.seq <= cursors.c.seq, events.c.origin == "machine", replayed)
        found: dict[str, list[Input]] = {}
        with self._database.read() as connection:
            for some in chunks(people):
                query = (
                    select(*_PENDING)
                    .join(cursors, cursors.c.shard == events.c.shard)
                    .where(events.c.person.in_(some), events.c.kind == "event", events.c.name.in_(sorted(names)), consumed)
                    .order_by(events.c.person, events.c.at, events.c.seq)
                )
                for row in connection.execute(query):
                    event = _pending(row)
                    found.setdefault(event.person, []).append(event.input)
        return found

    def known(self, ids: Sequence[str]) -> dict[str, int]:
        """Those of these message ids that are in the log, with their sequence numbers."""
        found: dict[str, int] = {}
        with self._database.read() as connection:
            for some in chunks(ids):
                query = select(events.c.id, events.c.seq).where(events.c.id.in_(some))
                found.update((id_, seq) for id_, seq in connection.execute(query))
        return found

    def came(self) -> Iterator[Came]:
        """Everything that came from outside, in the order in which it arrived; ``fields`` are JSON."""
        query = select(*_PENDING).where(events.c.origin != "machine").order_by(events.c.seq)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=5_000).execute(query):
                yield Came(row.person, row.kind, row.name, row.at, row.id, row.fields)

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
            select(*_PENDING, events.c.received, events.c.origin, events.c.batch)
            .where(events.c.person == person, events.c.seq > after)
            .order_by(events.c.seq)
            .limit(limit)
        )
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        return [Logged(*_pending(row[:7]), row[7], row[8], row[9]) for row in rows]


_PENDING = (
    events.c.seq, events.c.person, events.c.kind, events.c.name, events.c.at, events.c.id, events.c.fields,
)  # fmt: skip

_NEXT = and_(events.c.shard == cursors.c.shard, events.c.seq > cursors.c.seq, CONSUMED)
_CONSUMED_SEQ = select(cursors.c.seq).where(cursors.c.shard == events.c.shard).correlate(events).scalar_subquery()


def _of_one() -> Select[Any]:
    """The next events of one shard."""
    next_ = (events.c.shard == bindparam("shard"), events.c.seq > bindparam("after"), CONSUMED)
    return select(*_PENDING, events.c.shard).where(*next_).order_by(events.c.seq).limit(bindparam("many"))


def _of_several() -> Select[Any]:
    """The next events of some shards."""
    some = select(*_PENDING).where(_NEXT).order_by(events.c.seq).limit(bindparam("many")).correlate(cursors).lateral()
    query = select(*some.c, cursors.c.shard).join_from(cursors, some, true())
    query = query.where(cursors.c.shard.in_(bindparam("shards", expanding=True)))
    return query.order_by(cursors.c.shard, some.c.seq).limit(bindparam("many"))


def _of_replay() -> Select[Any]:
    """The next events of a replay."""
    here = (
        tuple_(events.c.at, events.c.seq) > tuple_(bindparam("at"), bindparam("row")),
        events.c.seq + 0 > _CONSUMED_SEQ,  # the sum keeps the planner on the index by time
        events.c.seq + 0 <= bindparam("top"),
        events.c.origin != "machine",
    )
    return select(*_PENDING).where(*here).order_by(events.c.at, events.c.seq).limit(bindparam("many"))


def _pending(row: Sequence[Any]) -> Pending:
    seq, person, kind, name, at, id_, fields = row
    kind_: InputKind = kind
    return Pending(seq, person, Input(kind_, name, at, id_, _from_json(fields)))
