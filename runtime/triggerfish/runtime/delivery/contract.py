"""The outbox as delivery sees it. The store implements it on SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

import msgspec

from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.machine.inputs import Input

Status = Literal["waiting", "claimed", "sending", "sent", "failed", "unknown"]
"""The life of an outbox row.

``waiting``: due at ``Delivery.at``, or after a failed attempt at the row's retry moment. ``claimed``: taken by a worker that has not
handed it over yet; after a crash it is ``waiting`` again. ``sending``: is being handed over; after a crash nobody knows
whether it was. ``sent``, ``failed`` and ``unknown`` are final.
"""


class Claimed(msgspec.Struct, frozen=True):
    """A row taken from the outbox. ``attempts`` were made before, the interrupted one of a recovered row included."""

    person: str
    delivery: Delivery
    attempts: int


class Finished(msgspec.Struct, frozen=True):
    """What became of a row.

    ``status`` is ``sent``, ``failed``, ``unknown``, or ``waiting`` for another attempt, not before ``retry_at``. ``attempts`` counts
    all attempts so far. ``inputs`` concern the person and belong into the event log in the same transaction; their ids are made from
    the key, so that writing them twice is harmless.
    """

    key: str
    person: str
    status: Literal["waiting", "sent", "failed", "unknown"]
    at: int
    attempts: int
    retry_at: int | None = None
    provider_id: str | None = None
    reason: str | None = None
    inputs: tuple[Input, ...] = ()


class Outbox(Protocol):
    """Each call is one transaction that is durable when it returns. Times are milliseconds since 1970 UTC."""

    def claim(self, limit: int, now: int, rates: Mapping[str, float] | None = None, clock: int | None = None) -> list[Claimed]:
        """Take up to ``limit`` waiting rows that are due: most urgent first, then by ``at``, then in the order written.

        They become ``claimed`` for this worker; no other worker gets them. ``rates`` are the messages per second that some
        channels bear, all workers together, by real time: ``clock``, where that is not ``now``.
        """
        ...

    def pause(self, now: int, rates: Mapping[str, float], clock: int) -> int:
        """Milliseconds until a channel that keeps rows waiting for its rate may go on; 0 if none does."""
        ...

    def start(self, keys: Sequence[str], finished: Sequence[Finished] = ()) -> Sequence[str]:
        """Mark claimed rows ``sending`` before their provider is called, and write down what became of others.

        Gives the keys of those that may be handed over now: rows that another worker has taken over are not among them.
        """
        ...

    def finish(self, finished: Sequence[Finished]) -> None:
        """Write down what became of rows, and append their inputs to the event log."""
        ...

    def recover(self) -> list[Claimed]:
        """Take over what workers that no longer live have left behind.

        Rows they had only claimed become ``waiting``; those they were ``sending`` are returned, still ``sending`` and now
        this worker's.
        """
        ...
