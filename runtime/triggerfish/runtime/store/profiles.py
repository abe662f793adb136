"""One person, one state: the table ``profiles``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, or_, select, update

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.schema import profiles


class Cell(NamedTuple):
    """A person's state as stored. ``version`` counts its changes; 0 is not stored yet."""

    state: bytes | None
    due: int | None
    version: int


class Change(NamedTuple):
    """A new state; ``version`` is that of the cell it was made from."""

    person: str
    state: bytes | None
    due: int | None
    version: int


EMPTY = Cell(None, None, 0)

_COLUMNS = ("id", "state", "due_at", "version")
_BY_IDS = select(profiles.c.id, profiles.c.state, profiles.c.due_at, profiles.c.version).where(
    profiles.c.id.in_(bindparam("ids", expanding=True))
)


class Profiles:
    """States, and who is due when."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, people: Sequence[str]) -> dict[str, Cell]:
        """The cells of those who have one, in one query (a few for very many people)."""
        found: dict[str, Cell] = {}
        with self._database.read() as connection:
            for ids in chunks(people):
                for person, state, due, version in connection.execute(_BY_IDS, {"ids": ids}):
                    found[person] = Cell(state, due, version)
        return found

    def due(self, now: int, limit: int) -> list[tuple[str, Cell]]:
        """People with something to do at or before ``now``, the earliest first."""
        query = (
            select(profiles.c.id, profiles.c.state, profiles.c.due_at, profiles.c.version)
            .where(profiles.c.due_at <= now)
            .order_by(profiles.c.due_at, profiles.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [(person, Cell(state, due, version)) for person, state, due, version in connection.execute(query)]

    def earliest_due(self) -> int | None:
        """The next moment at which anybody has something to do."""
        with self._database.read() as connection:
            moment: int | None = connection.scalar(select(func.min(profiles.c.due_at)))
        return moment

    def make_due(self) -> int:
        """Let everybody be looked at next, whatever the clock, for a program that has changed; how many people that are."""
        with self._database.write() as connection:
            soon = update(profiles).where(or_(profiles.c.due_at.is_(None), profiles.c.due_at > 0)).values(due_at=0)
            return connection.execute(soon).rowcount

    def count(self) -> int:
        """How many people have a state."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(profiles)) or 0)

    def ids(self, *, after: str = "", limit: int = 1000) -> list[str]:
        """People in the order of their ids, those behind ``after``."""
        query = select(profiles.c.id).where(profiles.c.id > after).order_by(profiles.c.id).limit(limit)
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def write(self, connection: Connection, changes: Iterable[Change]) -> None:
        """Store new states within a transaction. Raises Conflict if one of them was changed meanwhile."""
        rows = [(change.person, change.state, change.due, change.version + 1) for change in changes]
        upsert = self._database.prepared(
            connection,
            "profiles",
            lambda: self._database.dialect.upsert(profiles, ["id"], ["state", "due_at", "version"], version="version"),
            _COLUMNS,
        )
        if upsert.run(connection, rows) != len(rows):
            raise Conflict("another process has changed one of these people meanwhile")
