"""What waits and what failed, looked up by index: none of it takes longer with the history there is."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import and_, case, func, or_, select, tuple_

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import CONSUMED, FAILED, batches, cursors, events, outbox, rejected

OPEN = ("waiting", "claimed", "sending")


class Depth(NamedTuple):
    """Deliveries of one target in one state; ``due`` is the earliest moment at which one of them is to be handed over.

    ``state``: ``waiting`` for the first attempt, ``retry`` for another one, ``sending`` at this moment.
    """

    target: str
    state: str
    number: int
    due: int


class Failure(NamedTuple):
    """Deliveries of one target that failed for one reason. ``status`` is ``failed`` or ``unknown``."""

    target: str
    status: str
    reason: str
    number: int


class Aside(NamedTuple):
    """Inputs set aside for one reason; ``place`` is where one of them came from."""

    reason: str
    place: str
    number: int


class Backlog:
    """Looks at ``events``, ``outbox`` and ``rejected``. All raise StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def oldest_event(self) -> int | None:
        """When the event came in that has waited longest to be consumed, in milliseconds since 1970."""
        begun = tuple_(events.c.at, events.c.seq) > tuple_(cursors.c.at, cursors.c.row)
        replay = or_(cursors.c.top == 0, and_(events.c.seq <= cursors.c.top, begun))
        ahead = and_(events.c.shard == cursors.c.shard, events.c.seq > cursors.c.seq, CONSUMED)
        query = select(func.min(events.c.received)).select_from(cursors.join(events, ahead)).where(replay)
        with self._database.read() as connection:
            moment: int | None = connection.scalar(query)
        return moment

    def replayed(self) -> bool:
        """Whether it was a replay of history that moved people on last, so that what is due has been waiting for nobody."""
        own = batches.c.kind.in_(("events", "replay", "due", "workspace"))
        with self._database.read() as connection:
            return connection.scalar(select(batches.c.live).where(own).order_by(batches.c.seq.desc()).limit(1)) is False

    def depths(self) -> list[Depth]:
        """What is to be delivered, by target and state."""
        again = and_(outbox.c.status == "waiting", outbox.c.attempts > 0)
        state = case((again, "retry"), (outbox.c.status == "waiting", "waiting"), else_="sending").label("state")
        query = (
            select(outbox.c.target, state, func.count(), func.min(outbox.c.next_attempt_at))
            .where(outbox.c.status.in_(OPEN))
            .group_by(outbox.c.target, state)
            .order_by(outbox.c.target, state)
        )
        with self._database.read() as connection:
            return [Depth(*row) for row in connection.execute(query)]

    def states(self) -> dict[str, int]:
        """How many deliveries there are in each state of their life."""
        query = select(outbox.c.status, func.count()).group_by(outbox.c.status).order_by(outbox.c.status)
        with self._database.read() as connection:
            return {status: int(number) for status, number in connection.execute(query)}

    def failures(self, since: int, limit: int = 1_000) -> list[Failure]:
        """What failed or became unknown at ``since`` or later, the most frequent reasons first."""
        number = func.count().label("number")
        by = (outbox.c.target, outbox.c.status, func.coalesce(outbox.c.reason, ""))
        query = select(*by, number).where(FAILED, outbox.c.updated_at >= since).group_by(*by)
        with self._database.read() as connection:
            return [Failure(*row) for row in connection.execute(query.order_by(number.desc(), *by).limit(limit))]

    def failed(self) -> dict[tuple[str, str], int]:
        """How many have failed or become unknown since the beginning, by target and status."""
        query = select(outbox.c.target, outbox.c.status, func.count()).where(FAILED).group_by(outbox.c.target, outbox.c.status)
        with self._database.read() as connection:
            return {(target, status): count for target, status, count in connection.execute(query)}

    def set_aside(self, since: int, limit: int = 20) -> list[Aside]:
        """Inputs set aside at ``since`` or later, the most frequent reasons first."""
        number = func.count().label("number")
        query = select(rejected.c.reason, func.min(rejected.c.place), number).where(rejected.c.received >= since)
        query = query.group_by(rejected.c.reason).order_by(number.desc(), rejected.c.reason).limit(limit)
        with self._database.read() as connection:
            return [Aside(*row) for row in connection.execute(query)]
