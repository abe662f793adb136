"""Messages to send and actions to run, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, not_, or_, select, update

from triggerfish.runtime.delivery.contract import Claimed, Finished, Status
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.events import EventLog, event_row
from triggerfish.runtime.store.rates import Rates
from triggerfish.runtime.store.schema import outbox

_COLUMNS = (
    "key", "person", "kind", "target", "at", "flow", "step", "run", "urgency", "data", "context",
    "status", "attempts", "next_attempt_at", "updated_at",
)  # fmt: skip
_DELIVERY = (
    outbox.c.person, outbox.c.attempts, outbox.c.key, outbox.c.kind, outbox.c.target, outbox.c.at, outbox.c.flow,
    outbox.c.step, outbox.c.run, outbox.c.urgency, outbox.c.data, outbox.c.context,
)  # fmt: skip
URGENCIES = (4, 3, 2, 1, 0)

DeliveryRow = tuple[object, ...]

_to_json = msgspec.json.Encoder().encode


def delivery_row(person: str, one: Delivery, now: int) -> DeliveryRow:
    """A delivery as it is stored. Raises TypeError, ValueError or OverflowError for data that JSON cannot hold."""
    return (
        one.key, person, one.kind, one.target, one.at, one.flow, one.step, one.run, one.urgency,
        _to_json(one.data).decode(), _to_json(one.context).decode(), "waiting", 0, one.at, now,
    )  # fmt: skip


class Posted(NamedTuple):
    """A delivery with what became of it, and since when that is so."""

    person: str
    delivery: Delivery
    attempts: int
    status: Status
    next_attempt_at: int
    provider_id: str | None
    reason: str | None
    updated_at: int


class OutboxTable:
    """The table ``outbox``; implements ``delivery.contract.Outbox`` for one worker, enrolled at its first call."""

    def __init__(self, database: Database, log: EventLog) -> None:
        self._database = database
        self._log = log
        self._rates = Rates(database)
        self._worker: str | None = None

    def enrol(self) -> None:
        """Be seen by others as a worker that lives. Raises StoreUnavailable."""
        self._me()

    def write(self, connection: Connection, rows: Sequence[DeliveryRow]) -> int:
        """Add deliveries (see ``delivery_row``) within a transaction; how many were new."""
        insert = self._database.prepared(
            connection, "outbox", lambda: self._database.dialect.insert_new(outbox, "key"), _COLUMNS
        )
        return insert.run(connection, rows)

    def claim(self, limit: int, now: int, rates: Mapping[str, float] | None = None, clock: int | None = None) -> list[Claimed]:
        """Take up to ``limit`` waiting rows that are due. See ``Outbox.claim``."""
        limits, moment = rates or {}, now if clock is None else clock
        slow = and_(outbox.c.kind == "send", outbox.c.target.in_(limits))
        worker = self._me()
        with self._database.write() as connection:
            rooms = self._rates.rooms(connection, limits, moment)
            rows = self._due(connection, now, limit, [not_(slow)] if limits else [])
            for channel, room in rooms.items():
                if room:
                    this = [outbox.c.kind == "send", outbox.c.target == channel]
                    rows += self._due(connection, now, min(limit, room), this)
            if len(rows) > limit or limits:
                rows = sorted(rows, key=lambda row: (-row.urgency, row.next_attempt_at, row.seq))[:limit]
            claimed = [_claimed(row[:12]) for row in rows]
            used = Counter(one.delivery.target for one in claimed if one.delivery.kind == "send" and one.delivery.target in limits)
            for channel, number in used.items():
                self._rates.use(connection, channel, limits[channel], number, moment)
            for some in chunks([one.delivery.key for one in claimed]):
                connection.execute(
                    update(outbox).where(outbox.c.key.in_(some)).values(status="claimed", worker=worker, updated_at=now)
                )
        return claimed

    @staticmethod
    def _due(connection: Connection, now: int, limit: int, which: Sequence[ColumnElement[bool]]) -> list[Any]:
        """Waiting rows that no other worker is claiming at this moment."""
        query = (
            select(*_DELIVERY, outbox.c.next_attempt_at, outbox.c.seq)
            .where(outbox.c.status == "waiting", outbox.c.next_attempt_at <= now, *which)
            .order_by(outbox.c.urgency.desc(), outbox.c.next_attempt_at, outbox.c.seq)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return list(connection.execute(query))

    def pause(self, now: int, rates: Mapping[str, float], clock: int) -> int:
        """Milliseconds until a channel that keeps rows waiting for its rate may go on. See ``Outbox.pause``."""
        due = (outbox.c.status == "waiting", outbox.c.next_attempt_at <= now, outbox.c.kind == "send")
        held = select(outbox.c.target).distinct().where(*due, outbox.c.target.in_(rates))
        with self._database.read() as connection:
            waiting = {channel: rates[channel] for channel in connection.scalars(held)} if rates else {}
        return max(1, self._rates.pause(waiting, clock)) if waiting else 0

    def start(self, keys: Sequence[str], finished: Sequence[Finished] = ()) -> list[str]:
        """Mark claimed rows ``sending``, flushed to the disk; those that still are ours. See ``Outbox.start``."""
        if not keys and not finished:
            return []
        me = self._me()
        mine = and_(outbox.c.worker == me, outbox.c.status == "claimed")
        begun: list[str] = []
        with self._database.write(flush=True) as connection:
            for some in chunks(keys):
                here = outbox.c.key.in_(some)
                number = connection.execute(update(outbox).where(here, mine).values(status="sending")).rowcount
                if number == len(some):
                    begun += some
                elif number:
                    sending = and_(outbox.c.worker == me, outbox.c.status == "sending")
                    begun += connection.scalars(select(outbox.c.key).where(here, sending))
            self._finish(connection, finished)
        return begun

    def finish(self, finished: Sequence[Finished]) -> None:
        """Write down what became of rows. See ``Outbox.finish``."""
        if finished:
            with self._database.write() as connection:
                self._finish(connection, finished)

    def _finish(self, connection: Connection, finished: Sequence[Finished]) -> None:
        if not finished:
            return
        connection.execute(
            _FINISH,
            [
                {
                    "its_key": one.key,
                    "status": one.status,
                    "attempts": one.attempts,
                    "next_attempt_at": one.at if one.retry_at is None else one.retry_at,
                    "provider_id": one.provider_id,
                    "reason": one.reason,
                    "updated_at": one.at,
                }
                for one in finished
            ],
        )
        rows = [event_row(one.person, given, one.at, "delivery") for one in finished for given in one.inputs]
        self._log.write(connection, rows)

    def recover(self) -> list[Claimed]:
        """Take over what dead workers have left behind. See ``Outbox.recover``."""
        me = self._me()
        left = outbox.c.status.in_(("claimed", "sending"))
        with self._database.write() as connection:
            others = connection.scalars(
                select(outbox.c.worker).distinct().where(left, outbox.c.worker.is_not(None), outbox.c.worker != me)
            )
            dead = self._database.liveness.dead(others)
            if not dead:
                return []
            theirs = outbox.c.worker.in_(dead)
            connection.execute(
                update(outbox).where(outbox.c.status == "claimed", theirs).values(status="waiting", worker=None)
            )
            sending = and_(outbox.c.status == "sending", theirs)
            query = select(*_DELIVERY).where(sending).order_by(outbox.c.seq)
            # The interrupted attempt counts: it may have reached the provider.
            taken = [_claimed(row, extra=1) for row in connection.execute(query)]
            connection.execute(update(outbox).where(sending).values(worker=me, attempts=outbox.c.attempts + 1))
        self._database.liveness.forget(dead)
        return taken

    def next_attempt(self) -> int | None:
        """The earliest moment at which something waits to be delivered."""
        earliest = select(func.min(outbox.c.next_attempt_at)).where(outbox.c.status == "waiting")
        with self._database.read() as connection:
            # One look into the index for each.
            moments = [connection.scalar(earliest.where(outbox.c.urgency == urgency)) for urgency in URGENCIES]
        return min((moment for moment in moments if moment is not None), default=None)

    def counts(self) -> dict[tuple[str, str, str], int]:
        """How many there are by ``(target, flow, status)``."""
        keys = (outbox.c.target, outbox.c.flow, outbox.c.status)
        with self._database.read() as connection:
            rows = connection.execute(select(*keys, func.count()).group_by(*keys)).all()
        return {(target, flow, status): number for target, flow, status, number in rows}

    def of_person(self, person: str) -> list[Posted]:
        """A person's deliveries in the order they were written."""
        return list(self._posted(outbox.c.person == person))

    def by_status(self, *statuses: Status, limit: int | None = None) -> list[Posted]:
        """Deliveries with one of these statuses, in the order they were written."""
        return list(self._posted(outbox.c.status.in_(statuses), limit))

    def _posted(self, which: Any, limit: int | None = None) -> Iterator[Posted]:
        columns = (*_DELIVERY, outbox.c.status, outbox.c.next_attempt_at, outbox.c.provider_id, outbox.c.reason, outbox.c.updated_at)
        with self._database.read() as connection:
            for row in connection.execute(select(*columns).where(which).order_by(outbox.c.seq).limit(limit)):
                claimed = _claimed(row[:12])
                yield Posted(claimed.person, claimed.delivery, claimed.attempts, *row[12:])

    def _me(self) -> str:
        # Whose connection broke is dead to the others, who take over what it had claimed: it goes on under another name.
        if self._worker is None or not self._database.liveness.holds(self._worker):
            self._worker = self._database.liveness.enrol()
        return self._worker


_FINISH = (
    update(outbox)
    .where(outbox.c.key == bindparam("its_key"), or_(outbox.c.status == "claimed", outbox.c.status == "sending"))
    .values(worker=None, **{name: bindparam(name) for name in (
        "status", "attempts", "next_attempt_at", "provider_id", "reason", "updated_at",
    )})
)  # fmt: skip


def _claimed(row: Sequence[Any], *, extra: int = 0) -> Claimed:
    person, attempts, key, kind, target, at, flow, step, run, urgency, data, context = row
    decode = msgspec.json.decode
    delivery = Delivery(key, kind, target, at, flow, step, run, urgency, decode(data), decode(context))
    return Claimed(person, delivery, attempts + extra)
