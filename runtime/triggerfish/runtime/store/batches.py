"""When people were moved on, and by which version: the table ``batches``, for whoever replays them.

Each batch that is committed adds a row for each shard it concerned. With its own events a person's state follows from these
rows: they tell which inputs were handled together, at which moment, and when what was due happened. By ``kind``:

* ``events``: a shard's events behind ``after`` up to ``last`` were handled, by arrival, at ``now``;
* ``replay``: of a replay of everything up to ``last`` the events were handled that happened up to ``moment`` (of those that
  happened at it, the ones up to the number ``after``); time was taken from them, unless there is ``now``;
* ``told``: people were told what happened for everyone;
* ``due``: what was due by ``now`` happened; where there was more, only up to that of ``person`` at ``moment``;
* ``settle``: because of the version ``program`` everybody up to ``person`` (None: the last) is to be looked at;
* ``workspace``: the same, for the flows for the workspace alone;
* ``before``: what was handled is known, but not when.

``cuts`` are the moments and numbers of the inputs that made one person of two: the others before it were handled for themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, or_, select, update

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import DUE, LOOKED_AT, batches, profiles, programs

EVERY = -1
"""The shard of a replay, which concerns all of them."""

Kind = Literal["events", "replay", "told", "due", "settle", "workspace", "before"]


class Note(NamedTuple):
    """What a batch tells of itself for one shard."""

    shard: int
    kind: Kind
    now: int | None
    live: bool
    last: int | None = None
    after: int | None = None
    moment: int | None = None
    person: str | None = None


class Handled(NamedTuple):
    """A batch. ``number`` is the same for all its rows; ``program`` is None where no version was followed."""

    seq: int
    number: int
    kind: Kind
    now: int | None
    live: bool
    program: int | None
    last: int | None
    after: int | None
    cuts: tuple[tuple[int, int], ...] | None


_COLUMNS = ("batch", "at", "program", "cuts", *Note._fields)
_HANDLED = (
    batches.c.seq, func.coalesce(batches.c.batch, batches.c.seq), batches.c.kind, batches.c.now, batches.c.live, batches.c.program,
    batches.c.last, batches.c.after, batches.c.cuts,
)  # fmt: skip


class Batches:
    """Writes and finds batches."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(
        self, connection: Connection, notes: Sequence[Note], at: int, program: int | None, cuts: Sequence[tuple[int, int]] | None,
        *, number: bool,
    ) -> int | None:
        """Add the rows of one batch within a transaction; with ``number``, gives that of the batch."""
        if not notes:
            return None
        told = None if cuts is None else msgspec.json.encode(cuts).decode()
        of: int | None = None
        if number:
            first = dict(zip(_COLUMNS, (None, at, program, told, *notes[0]), strict=True))
            of = connection.execute(insert(batches).values(first).returning(batches.c.seq)).scalar_one()
            notes = notes[1:]
        rows = [(of, at, program, told, *note) for note in notes]
        self._database.prepared(connection, "batches", lambda: insert(batches), _COLUMNS).run(connection, rows)
        return of

    def of(self, numbers: Iterable[int]) -> dict[int, Handled]:
        """Batches by their numbers."""
        found: dict[int, Handled] = {}
        with self._database.read() as connection:
            for some in chunks(sorted(set(numbers))):
                rows = connection.execute(select(*_HANDLED).where(batches.c.seq.in_(some)))
                found.update((row[0], _handled(tuple(row))) for row in rows)
        return found

    def took(self, shard: int, seq: int, at: int) -> Handled | None:
        """The batch in which an event of a shard that came in as number ``seq`` and happened at ``at`` was handled."""
        live = self._first(batches.c.shard == shard, batches.c.last >= seq, order=(batches.c.last,))
        if live is not None and live.after is not None and live.after < seq:
            return live
        top = select(func.min(batches.c.last)).where(batches.c.shard == EVERY, batches.c.last >= seq).scalar_subquery()
        place = or_(batches.c.moment > at, and_(batches.c.moment == at, batches.c.after >= seq))
        return self._first(batches.c.shard == EVERY, batches.c.last == top, place, order=(batches.c.moment, batches.c.after))

    def due(self, shard: int, person: str, due: int | None, *, after: int, before: int | None) -> Handled | None:
        """The first batch behind the number ``after`` in which a person was moved on who had something to do at ``due``."""
        if due is None:
            return None
        whole = or_(batches.c.moment.is_(None), batches.c.moment > due, and_(batches.c.moment == due, batches.c.person >= person))
        return self._between(after, before, batches.c.shard == shard, DUE, batches.c.now >= due, whole)

    def settle(self, connection: Connection, version: int, person: str | None) -> None:
        """Note within a transaction that everybody up to a person is to be looked at because of a version."""
        latest = func.coalesce(select(func.max(batches.c.at)).scalar_subquery(), 0)
        deployed = func.coalesce(select(programs.c.deployed_at).where(programs.c.version == version).scalar_subquery(), 0)
        at = case((latest > deployed, latest), else_=deployed)
        connection.execute(insert(batches).values(shard=EVERY, kind="settle", at=at, live=True, program=version, person=person))

    def settled(self, person: str) -> list[int]:
        """The numbers after which a person was to be looked at, once for each deploy."""
        query = select(func.min(batches.c.seq)).where(LOOKED_AT, or_(batches.c.person.is_(None), batches.c.person >= person))
        with self._database.read() as connection:
            return sorted(connection.scalars(query.group_by(batches.c.program)))

    def of_workspace(self, shard: int) -> list[Handled]:
        """The batches that moved the flows for the workspace on by themselves."""
        query = select(*_HANDLED).where(batches.c.shard == shard, batches.c.kind == "workspace").order_by(batches.c.seq)
        with self._database.read() as connection:
            return [_handled(tuple(row)) for row in connection.execute(query)]

    def forget(self, connection: Connection, names: Sequence[str]) -> None:
        """Name others in the place of these people within a transaction: those before them in order, who take it as well."""
        here = batches.c.person
        for name in connection.scalars(select(here).distinct().where(here.in_(names))).all():
            before = select(func.max(profiles.c.id)).where(profiles.c.id < name, profiles.c.id.not_in(names)).scalar_subquery()
            connection.execute(update(batches).where(here == name).values(person=func.coalesce(before, "")))

    def _between(self, after: int, before: int | None, *which: ColumnElement[bool]) -> Handled | None:
        here = [*which, batches.c.seq > after]
        if before is not None:
            here.append(batches.c.seq < before)
        return self._first(*here, order=(batches.c.seq,))

    def _first(self, *which: ColumnElement[bool], order: Sequence[ColumnElement[int]]) -> Handled | None:
        with self._database.read() as connection:
            row = connection.execute(select(*_HANDLED).where(*which).order_by(*order).limit(1)).one_or_none()
        return None if row is None else _handled(tuple(row))


def _handled(row: tuple[Any, ...]) -> Handled:
    seq, number, kind, now, live, program, last, after, cuts = row
    parted = None if cuts is None else msgspec.json.decode(cuts, type=tuple[tuple[int, int], ...])
    return Handled(seq, number, kind, now, live, program, last, after, parted)
