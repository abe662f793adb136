"""One person, one state: the table ``profiles``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, bindparam, func, select, true

from triggerfish.runtime.machine.everyone import WORKSPACE
from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.schema import cursors, profiles
from triggerfish.runtime.store.shards import Shards


class Cell(NamedTuple):
    """A person's state as stored. ``version`` counts its changes; 0 is not stored yet. ``into`` is whom it was merged into."""

    state: bytes | None
    due: int | None
    version: int
    into: str | None = None


class Change(NamedTuple):
    """A new state; ``version`` is that of the cell it was made from."""

    person: str
    state: bytes | None
    due: int | None
    version: int
    into: str | None = None


def _first(_: str) -> int:
    """The only shard there is."""
    return 0


EMPTY = Cell(None, None, 0)

PEOPLE = (profiles.c.id != WORKSPACE, profiles.c.merged_into.is_(None))
"""Profiles of somebody: not the workspace's, no other names."""

_COLUMNS = ("id", "state", "due_at", "version", "shard", "merged_into")
_CELL = (profiles.c.id, profiles.c.state, profiles.c.due_at, profiles.c.version, profiles.c.merged_into)


def _by_ids() -> Select[Any]:
    return select(*_CELL).where(profiles.c.id.in_(bindparam("ids", expanding=True)))


def _due() -> Select[Any]:
    """Those with something to do by ``now``, the earliest first."""
    by = profiles.c.due_at <= bindparam("now")
    return select(*_CELL).where(by).order_by(profiles.c.due_at, profiles.c.id).limit(bindparam("many"))


def _due_in_one() -> Select[Any]:
    """The same of one shard: they are read in the order of the index, however many are due."""
    return _due().where(profiles.c.shard == bindparam("shard"))


def _due_in_several() -> Select[Any]:
    return _due().where(profiles.c.shard.in_(bindparam("shards", expanding=True)))


class Profiles:
    """States, and who is due when."""

    def __init__(self, database: Database, shards: Shards) -> None:
        self._database = database
        self._shards = shards

    def load(self, people: Sequence[str]) -> dict[str, Cell]:
        """The cells of those who have one, in one query (a few for very many people)."""
        found: dict[str, Cell] = {}
        with self._database.read() as connection:
            for ids in chunks(people):
                for person, state, due, version, into in self._database.rows(connection, "people", _by_ids, ids=ids):
                    found[person] = Cell(state, due, version, into)
        return found

    def merged_into(self, people: Sequence[str]) -> dict[str, str]:
        """The profiles that were merged into these, and each into whom."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for ids in chunks(people):
                query = select(profiles.c.id, profiles.c.merged_into).where(profiles.c.merged_into.in_(ids))
                found.update((other, into) for other, into in connection.execute(query))
        return found

    def overdue(self, now: int, limit: int) -> list[tuple[int, int]]:
        """The shards that have people with something to do by ``now``, and how many, counted up to ``limit``."""
        if self._shards.count == 1:
            return [(0, limit)]
        here = (profiles.c.shard == cursors.c.shard, profiles.c.due_at <= now)
        some = select(profiles.c.id).where(*here).limit(limit).correlate(cursors).subquery()
        number = select(func.count().label("number")).select_from(some).lateral()
        query = select(cursors.c.shard, number.c.number).join(number, true()).where(number.c.number > 0)
        with self._database.read() as connection:
            return [(shard, number) for shard, number in connection.execute(query.order_by(cursors.c.shard))]

    def due(self, now: int, limit: int, shards: Sequence[int] | None = None) -> list[tuple[str, Cell]]:
        """People of these shards (of all without any) with something to do by ``now``, the earliest first."""
        here = list(self._shards.all if shards is None else shards)
        with self._database.read() as connection:
            if len(here) == 1:
                rows = self._database.rows(connection, "due in one", _due_in_one, now=now, shard=here[0], many=limit)
            else:
                rows = self._database.rows(connection, "due in several", _due_in_several, now=now, shards=here, many=limit)
        return [(person, Cell(state, due, version, into)) for person, state, due, version, into in rows]

    def earliest_due(self) -> int | None:
        """The next moment at which anybody has something to do."""
        due = select(func.min(profiles.c.due_at)).where(profiles.c.shard == cursors.c.shard, profiles.c.due_at.is_not(None))
        with self._database.read() as connection:
            # Shard by shard, so that each is one look into the index, however many people wait.
            query = select(func.min(due.correlate(cursors).scalar_subquery())).select_from(cursors)
            moment: int | None = connection.scalar(query)
        return moment

    def next_due(self, limit: int) -> list[tuple[str, Cell]]:
        """The people who have something to do next, the earliest first; those of a changed program (due at 0) as well."""
        return self.due(2**62, limit)

    def count(self) -> int:
        """How many people have a state."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.count()).where(*PEOPLE)) or 0)

    def ids(self, *, after: str = "", limit: int = 1000) -> list[str]:
        """People in the order of their ids, those behind ``after``."""
        query = select(profiles.c.id).where(profiles.c.id > after, *PEOPLE).order_by(profiles.c.id).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def write(self, connection: Connection, changes: Iterable[Change]) -> None:
        """Store new states within a transaction. Raises Conflict if one of them was changed meanwhile."""
        of = self._shards.of if self._shards.count > 1 else _first
        rows = [(person, state, due, version + 1, of(person), into) for person, state, due, version, into in changes]
        upsert = self._database.prepared(
            connection,
            "profiles",
            lambda: self._database.dialect.upsert(profiles, ["id"], ["state", "due_at", "version", "merged_into"], version="version"),
            _COLUMNS,
        )
        if upsert.run(connection, rows) != len(rows):
            raise Conflict("another process has changed one of these people meanwhile")
