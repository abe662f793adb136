"""Where a running process tells what it does: to its log, to its figures, and to the service manager that watches it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from triggerfish.runtime.delivery.contract import Claimed, Finished
from triggerfish.runtime.observation.lifesign import Lifesign
from triggerfish.runtime.observation.log import Log
from triggerfish.runtime.observation.privacy import texts
from triggerfish.runtime.observation.remark import Level, Remark, plain
from triggerfish.runtime.store.batch import Batch

if TYPE_CHECKING:
    from triggerfish.runtime.observation.meters import Meters  # needs the extra


class Observer:
    """``now`` gives the present moment in milliseconds since 1970 UTC; ``life`` hears of every sign of life."""

    def __init__(self, log: Log, now: Callable[[], int], meters: Meters | None = None, life: Lifesign | None = None) -> None:
        self._log = log
        self._now = now
        self._meters = meters
        self.life = life or Lifesign({})

    def notice(self, sentence: str) -> None:
        """Something happened that somebody may want to know of."""
        remark = plain(sentence)
        if self._meters is not None:
            self._meters.remark(remark)
        self._log.notice(remark)
        self.life.alive()

    def batch(self, batch: Batch, inputs: int) -> None:
        """A batch was committed that consumed so many inputs."""
        milliseconds = max(0, self._now() - batch.received)
        if self._meters is not None:
            self._meters.batch(batch, inputs, milliseconds / 1000)
        self._log.notice(
            Remark(
                "batch_committed", "inputs: {inputs}, people: {people}, {milliseconds} ms", level="debug",
                inputs=inputs, people=len(batch.changes), milliseconds=milliseconds,
                facts=len(batch.facts), deliveries=len(batch.deliveries),
            )
        )  # fmt: skip
        self.life.alive()

    def delivery(self, one: Claimed, result: Finished, seconds: float) -> None:
        """An attempt to deliver is over."""
        if self._meters is not None:
            self._meters.delivery(one, result, seconds)
        self.life.alive()
        if result.status == "unknown":
            return  # the worker has said so
        event, level, said = _RESULTS[result.status]
        delivery = one.delivery
        self._log.notice(
            Remark(
                event, "{key}: {target} " + said, level=level, private=texts([one.person, delivery.data, delivery.context]),
                key=delivery.key, target=delivery.target, flow=delivery.flow, step=delivery.step, attempts=result.attempts,
                milliseconds=round(seconds * 1000), reason=result.reason or "",
            )
        )  # fmt: skip


_RESULTS: dict[str, tuple[str, Level, str]] = {
    "sent": ("delivered", "debug", "was handed over"),
    "waiting": ("delivery_retried", "info", "is tried again: {reason}"),
    "failed": ("delivery_failed", "warning", "failed: {reason}"),
}
