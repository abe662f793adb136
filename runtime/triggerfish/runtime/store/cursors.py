"""How far the event log has been consumed, shard by shard.

Live, a shard's events are taken in the order they arrived: ``seq`` is the last one. A replay takes everything that is there
(up to ``top``), of all shards, in the order of the events' own times; ``at`` and ``row`` say where in it we are, the same
for all shards. ``row`` is the ``seq`` of the event consumed last. When it is through, ``seq`` becomes ``top``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, Update, bindparam, select, update

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.schema import cursors


class Position(msgspec.Struct, frozen=True, omit_defaults=True):
    """``latest`` is the latest time of any event consumed so far, in milliseconds."""

    seq: int = 0
    top: int = 0
    at: int = 0
    row: int = 0
    latest: int = 0

    @property
    def replaying(self) -> bool:
        """Whether a replay was begun and is not through."""
        return self.top > 0


class Cursors:
    """The table ``cursors``: one row for each shard."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def positions(self, shards: Sequence[int] | None = None) -> dict[int, Position]:
        """The positions of these shards; of all without any."""
        with self._database.read() as connection:
            if shards is None:
                rows = self._database.rows(connection, "all positions", _all)
            else:
                rows = self._database.rows(connection, "positions", _some, shards=shards)
        return {shard: Position(*position) for shard, *position in rows}

    def position(self) -> Position:
        """The position of all shards together: everything up to ``seq`` has been consumed."""
        every = list(self.positions().values())
        lowest = min(every, key=lambda position: position.seq)
        return msgspec.structs.replace(lowest, latest=max(position.latest for position in every))

    def move(self, connection: Connection, moves: Sequence[tuple[int, Position, Position]]) -> None:
        """Let each shard go from one position to another within a transaction. Raises Conflict if one is no longer there."""
        prepared = self._database.prepared(connection, "cursors", _moving, _MOVING)
        rows = [(*msgspec.structs.astuple(new), shard, *msgspec.structs.astuple(old)) for shard, old, new in moves]
        self._moved(prepared.run(connection, rows), len(rows))

    def move_replay(self, connection: Connection, old: Position, new: Position) -> None:
        """Begin a replay, go on in it or end it, for all shards within a transaction. Raises Conflict like ``move``."""
        values = _values(new)
        if new.top:
            del values["seq"]  # each shard keeps its own until the end
        here = [condition for condition, column in zip(_at(old), _COLUMNS, strict=True) if column not in ("seq", "latest")]
        every = len(self.positions())
        self._moved(connection.execute(update(cursors).where(*here).values(values)).rowcount, every)

    @staticmethod
    def _moved(rows: int, wanted: int) -> None:
        if rows != wanted:
            raise Conflict("another process has consumed these events meanwhile")


_COLUMNS = ("seq", "top", "at", "row", "latest")
_MOVING = (*(f"new_{column}" for column in _COLUMNS), "its_shard", *(f"old_{column}" for column in _COLUMNS))


def _all() -> Select[Any]:
    return select(cursors).order_by(cursors.c.shard)


def _some() -> Select[Any]:
    return _all().where(cursors.c.shard.in_(bindparam("shards", expanding=True)))


def _moving() -> Update:
    here = [cursors.c[column] == bindparam(f"old_{column}") for column in _COLUMNS]
    values: dict[str, Any] = {column: bindparam(f"new_{column}") for column in _COLUMNS}
    return update(cursors).where(cursors.c.shard == bindparam("its_shard"), *here).values(values)


def _values(position: Position) -> dict[str, int]:
    return {column: getattr(position, column) for column in _COLUMNS}


def _at(position: Position) -> list[ColumnElement[bool]]:
    return [cursors.c[column] == getattr(position, column) for column in _COLUMNS]
