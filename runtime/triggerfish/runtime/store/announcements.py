"""What happened for everyone and has not been told to everybody yet: the table ``announcements``.

Each shard is told by itself, its people in the order of their ids, a chunk of them in each transaction. ``after`` is the last
one who knows. What has been told to the last of a shard is deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Select, bindparam, delete, func, select, update

from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.schema import CONSUMED, announcements, cursors, events
from triggerfish.runtime.store.shards import Shards

AnnouncementRow = tuple[str, str, str, int, str, int]

_COLUMNS = ("id", "kind", "name", "at", "fields", "row", "shard", "after")


class Announcement(NamedTuple):
    """What happened, the shard that is being told, and the person up to whom it is."""

    seq: int
    shard: int
    input: Input
    after: str


def announcement_row(given: Input, row: int = 0) -> AnnouncementRow:
    """An input as it is stored; ``row`` is its number in the event log, 0 for what the machine caused.

    Raises TypeError, ValueError or OverflowError for fields that JSON cannot hold.
    """
    return given.id, given.kind, given.name, given.at, msgspec.json.encode(given.fields).decode(), row


def _shards() -> Select[Any]:
    return select(announcements.c.shard).distinct().order_by(announcements.c.shard)


def _before() -> Select[Any]:
    here = (announcements.c.shard.in_(bindparam("shards", expanding=True)), announcements.c.row > 0)
    return select(announcements.c.shard, func.min(announcements.c.row)).where(*here).group_by(announcements.c.shard)


class Announcements:
    """Announcements that are under way."""

    def __init__(self, database: Database, shards: Shards) -> None:
        self._database = database
        self._shards = shards

    def shards(self) -> list[int]:
        """The shards that are to be told of something."""
        with self._database.read() as connection:
            return [shard for (shard,) in self._database.rows(connection, "announced to", _shards)]

    def before(self, shards: Sequence[int]) -> dict[int, int]:
        """How far these shards may consume their events now: an announcement comes in its place among them."""
        with self._database.read() as connection:
            rows = self._database.rows(connection, "announced before", _before, shards=shards)
        return {shard: number for shard, number in rows if number is not None}

    def next(self, shards: Sequence[int], *, replaying: bool = False) -> Announcement | None:
        """The oldest of these shards that has its turn: what arrived before it has been consumed.

        A replay takes all shards together, so there its turn has come in any case.
        """
        query = select(announcements).where(announcements.c.shard.in_(shards)).order_by(announcements.c.seq).limit(1)
        if not replaying:
            earlier = select(events.c.seq).join(cursors, cursors.c.shard == events.c.shard).where(
                events.c.shard == announcements.c.shard, events.c.seq > cursors.c.seq, events.c.seq < announcements.c.row, CONSUMED
            )
            query = query.where(~earlier.correlate(announcements).exists())
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            return None
        given = Input(row.kind, row.name, row.at, row.id, msgspec.json.decode(row.fields))
        return Announcement(row.seq, row.shard, given, row.after)

    def write(self, connection: Connection, rows: Sequence[AnnouncementRow]) -> None:
        """Begin to tell every shard, within a transaction. What has the id of one under way is left out."""
        insert = self._database.prepared(
            connection, "announcements", lambda: self._database.dialect.insert_new(announcements, "id", "shard"), _COLUMNS
        )
        insert.run(connection, [(*row, shard, "") for row in rows for shard in self._shards.all])

    def move(self, connection: Connection, told: Announcement, after: str | None) -> None:
        """People up to ``after``, or all of the shard (None), have been told. Raises Conflict if another process did so."""
        here = (announcements.c.seq == told.seq, announcements.c.after == told.after)
        statement = delete(announcements) if after is None else update(announcements).values(after=after)
        if connection.execute(statement.where(*here)).rowcount != 1:
            raise Conflict("another process has told these people meanwhile")
