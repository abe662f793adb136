"""How far the event log has been consumed.

Live, events are taken in the order they arrived: ``seq`` is the last one. A replay takes everything that is there
(up to ``top``) in the order of the events' own times; ``at`` and ``row`` say where in it we are. ``row`` is the ``seq``
of the event consumed last. When it is through, ``seq`` becomes ``top``.
"""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, insert, select, update

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
    """Positions by name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self, name: str) -> Position:
        """The stored position; the beginning if there is none."""
        with self._database.read() as connection:
            text = connection.scalar(select(cursors.c.position).where(cursors.c.name == name))
        return Position() if text is None else msgspec.json.decode(text, type=Position)

    def move(self, connection: Connection, name: str, old: Position, new: Position) -> None:
        """Go from ``old`` to ``new`` within a transaction. Raises Conflict if it is no longer at ``old``."""
        before, after = (msgspec.json.encode(position).decode() for position in (old, new))
        moved = connection.execute(
            update(cursors).where(cursors.c.name == name, cursors.c.position == before).values(position=after)
        )
        if moved.rowcount == 1:
            return
        known = connection.scalar(select(cursors.c.position).where(cursors.c.name == name))
        if known is not None or old != Position():
            raise Conflict("another process has consumed these events meanwhile")
        connection.execute(insert(cursors).values(name=name, position=after))
