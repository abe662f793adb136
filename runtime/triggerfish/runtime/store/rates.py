"""How fast channels may go, shared by all workers: the table ``rates``.

One number a channel tells all: until when, in microseconds, what was claimed so far keeps it busy. A claim pushes it ahead
by a pause for each message; what was not used counts for a second at most (the generic cell rate algorithm of ATM traffic
management, ITU-T I.371).
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, select, update

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import rates

SECOND = 1_000_000
"""Microseconds."""

ASTRAY = 60 * SECOND
"""A channel that is busy for longer than this by a row nobody claims for was left by a clock that has been set back."""


class Rates:
    """Room by channel. ``limits`` are messages per second, ``clock`` is the real time in milliseconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rooms(self, connection: Connection, limits: Mapping[str, float], clock: int) -> dict[str, int]:
        """How many messages each channel may be given now; their rows are locked until the transaction ends."""
        if not limits:
            return {}
        insert = self._database.dialect.insert_new(rates, "channel")
        for channel in sorted(limits):
            connection.execute(insert.values(channel=channel, busy_until=0))
        query = select(rates).where(rates.c.channel.in_(limits)).order_by(rates.c.channel).with_for_update()
        return {
            channel: max(0, int((clock * 1000 - _begin(busy, limits[channel], clock)) // _pause(limits[channel])))
            for channel, busy in connection.execute(query).all()
        }

    def use(self, connection: Connection, channel: str, limit: float, number: int, clock: int) -> None:
        """Take some of the room of a channel whose row is locked."""
        here = rates.c.channel == channel
        busy = connection.scalar(select(rates.c.busy_until).where(here)) or 0
        begin = _begin(busy, limit, clock)
        connection.execute(update(rates).where(here).values(busy_until=begin + number * _pause(limit)))

    def pause(self, limits: Mapping[str, float], clock: int) -> int:
        """Milliseconds until the first of these channels may be given a message."""
        with self._database.read() as connection:
            rows = connection.execute(select(rates).where(rates.c.channel.in_(limits))).all()
        waits = [_begin(busy, limits[channel], clock) + _pause(limits[channel]) - clock * 1000 for channel, busy in rows]
        return max(0, -(-min(waits, default=0) // 1000))


def _pause(limit: float) -> int:
    return max(1, round(SECOND / limit))


def _begin(busy: int, limit: float, clock: int) -> int:
    """Where the channel's time line begins for the next message."""
    now = clock * 1000
    if busy > now + ASTRAY + _pause(limit):
        busy = 0
    return max(busy, now - max(SECOND, _pause(limit)))
