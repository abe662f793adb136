"""The worker: claims what is due, marks it before it acts, acts, and writes down what became of it.

For a channel that cannot deduplicate each message is marked ``sending`` on its own, so that a crash leaves at most one whose
fate is unknown (or as many as the channel's settings allow to be marked at once); others are marked and written down by the
batch the first time they are tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import Any

from pydantic import BaseModel

from triggerfish.dsl.ir.program import Program
from triggerfish.plugins.channel import Setup
from triggerfish.plugins.manager import Plugins
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent, Unknown
from triggerfish.runtime.delivery.acting import Acting, Done
from triggerfish.runtime.delivery.contract import Claimed, Finished, Outbox
from triggerfish.runtime.delivery.retries import Retries
from triggerfish.runtime.delivery.sending import Sending
from triggerfish.runtime.delivery.sessions import Sessions
from triggerfish.runtime.links.services import Service
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.messages.messages import MessageSet
from triggerfish.runtime.observation.privacy import texts
from triggerfish.runtime.observation.remark import Remark

Observe = Callable[[Claimed, Finished, float], None]
"""Takes each attempt with what became of it and how many seconds it took."""

BATCH = 200
CRASHED = "the worker ended while it was handing this over"


class Worker:
    """Delivers one outbox. For one thread.

    ``clock`` gives the present moment in milliseconds since 1970 UTC; ``notice`` takes sentences about what went wrong; ``stopping``
    is asked before each message, and what is claimed but not begun is given back when it says yes.
    """

    def __init__(
        self,
        outbox: Outbox,
        program: Program,
        plugins: Plugins,
        *,
        settings: Mapping[str, BaseModel],
        setup: Setup,
        clock: Callable[[], int],
        notice: Callable[[str], None],
        links: Service | None = None,
        retries: Retries | None = None,
        stopping: Callable[[], bool] = lambda: False,
        observe: Observe = lambda _one, _result, _seconds: None,
        stopwatch: Callable[[], float] = perf_counter,
        suppressed: Callable[[str, str], bool] = lambda _channel, _address: False,
        batch: int = BATCH,
    ) -> None:
        self.outbox = outbox
        self.plugins = plugins
        self.settings = settings
        self.setup = setup
        self.clock = clock
        self.notice = notice
        self.links = links
        self.retries = retries or Retries()
        self.stopping = stopping
        self.observe = observe
        self.stopwatch = stopwatch
        self.suppressed = suppressed
        self.batch = batch
        self.sessions = Sessions(plugins, settings, setup, notice)
        given = {name: getattr(section, "per_second", None) for name, section in settings.items()}
        self.rates = {name: float(rate) for name, rate in given.items() if rate and name in plugins.channels}
        self.paused: dict[str, tuple[int, str]] = {}
        self.totals: Counter[str] = Counter()
        self.backlog: list[Claimed] = []
        self.unwritten: list[Finished] = []
        self._history = False
        self.use(program)

    def use(self, program: Program) -> None:
        """Take messages and policy from this program from now on; what is in the outbox already included."""
        messages = MessageSet(program, self.plugins.channels)
        self.sending = Sending(program, messages, self.sessions, self.links, self.notice, self.suppressed)
        self.acting = Acting(self.plugins, self.settings, self.setup, program.policy.timezone, self.notice)

    def deliver(self, now: int | None = None, *, at_once: bool = False) -> int:
        """Deliver one batch of what is due now; how many rows were taken. Nothing is left to do when it is 0.

        With ``at_once`` actions answer at the moment at which they were asked: history is being replayed. What cannot be done
        now is tried again as the clock says.

        When the outbox fails half-way its exception comes out. The next call then goes on where this one stopped: it writes
        down first what has been done already.
        """
        self._write()
        self._history = at_once
        if not self.backlog:
            clock = self.clock()
            self.backlog = self.outbox.claim(self.batch, clock if now is None else now, self.rates, clock)
        number = len(self.backlog)
        # What was tried before goes alone: if it is what ends the worker, the others are not in doubt with it.
        self._together([one for one in self.backlog if not one.attempts and self.repeatable(one)], now)
        self._one_by_one(list(self.backlog), now)
        self._write()
        return number

    def pause(self, now: int | None = None) -> float:
        """Seconds until a channel that keeps messages waiting for its rate may go on; 0 if none does."""
        clock = self.clock()
        return self.outbox.pause(clock if now is None else now, self.rates, clock) / 1000

    def recover(self, now: int | None = None) -> int:
        """Settle what workers that are gone have left half done; how many rows that were.

        What cannot be repeated is ``unknown`` from now on, the rest is due again. Nothing is handed over here, so that a worker which
        does not live long gets somewhere all the same.
        """
        left = self.outbox.recover()
        self.unwritten += [self._recovered(one, now) for one in left]
        self._write()
        return len(left)

    def _recovered(self, one: Claimed, now: int | None) -> Finished:
        moment = self.clock() if now is None else now
        if not self.repeatable(one):
            said = "{key}: the worker ended while it was handing this over; nobody knows whether it went out, and it is not sent again"
            self.notice(Remark("delivery_unknown", said, key=one.delivery.key, target=one.delivery.target))
            return self._finished(one, Unknown(CRASHED), {}, moment, attempts=one.attempts)
        if one.attempts > self.retries.deferral.attempts:
            return self._finished(one, Failed(f"{CRASHED}, after {one.attempts} attempts"), {}, moment, attempts=one.attempts)
        # Behind what has been due for longer: if it is what ends the worker, the others are done before.
        return Finished(one.delivery.key, one.person, "waiting", moment, one.attempts, retry_at=moment, reason=CRASHED)

    def close(self) -> None:
        """Close all channels."""
        self.sessions.close()

    def repeatable(self, one: Claimed) -> bool:
        """Whether doing it twice under its key does no harm."""
        if one.delivery.kind == "action":
            return self.acting.repeatable(one.delivery.target)
        return self.sessions.deduplicates(one.delivery.target)

    # --- the two ways through a batch -------------------------------------------------------------

    def _together(self, batch: list[Claimed], now: int | None) -> None:
        """Mark all, do all, write all down: safe because each may be done again."""
        if not batch:
            return
        for one in self._begun(batch, self.outbox.start([one.delivery.key for one in batch])):
            self._settle(one, self._put_off(one, now) or self._attempt(one, now))

    def _one_by_one(self, batch: list[Claimed], now: int | None) -> None:
        """Mark one (or the few a channel allows), do it; the result is written down together with the mark of the next."""
        while batch:
            size = self._at_once(batch)
            group, batch = batch[:size], batch[size:]
            wanted = [one.delivery.key for one in group if self._put_off(one, now) is None]
            if wanted:
                begun = self.outbox.start(wanted, self.unwritten)
                self.unwritten.clear()
                group = self._begun(group, [*begun, *(one.delivery.key for one in group if one.delivery.key not in wanted)])
            for one in group:
                self._settle(one, self._put_off(one, now) or self._attempt(one, now))

    def _begun(self, batch: list[Claimed], keys: Sequence[str]) -> list[Claimed]:
        """Those that are still this worker's; the others are forgotten."""
        mine = set(keys)
        for one in batch:
            if one.delivery.key not in mine:
                self.notice(Remark("delivery_taken_over", "{key}: another worker has taken it over", key=one.delivery.key))
                self.backlog.remove(one)
        return [one for one in batch if one.delivery.key in mine]

    def _at_once(self, batch: list[Claimed]) -> int:
        """How many of the first rows may be marked together: neighbours that go the same way."""
        first = batch[0].delivery
        limit = 1 if self.repeatable(batch[0]) or first.kind == "action" else self.sessions.at_once(first.target)
        way = (first.kind, first.target)
        return next((index for index, one in enumerate(batch[:limit]) if (one.delivery.kind, one.delivery.target) != way), limit)

    def _settle(self, one: Claimed, result: Finished) -> None:
        self.unwritten.append(result)
        self.backlog.remove(one)
        self.totals[result.status] += 1

    def _write(self) -> None:
        if self.unwritten:
            self.outbox.finish(self.unwritten)
            self.unwritten.clear()

    def _put_off(self, one: Claimed, now: int | None) -> Finished | None:
        """A row that is given back without an attempt: the runtime stops, or its provider is out of reach."""
        moment = self.clock() if now is None else now
        if self.stopping():
            return Finished(one.delivery.key, one.person, "waiting", moment, one.attempts, retry_at=moment)
        until, reason = self.paused.get(one.delivery.target, (0, ""))
        if until <= moment:
            return None
        return Finished(one.delivery.key, one.person, "waiting", moment, one.attempts, retry_at=until, reason=reason)

    def _attempt(self, one: Claimed, now: int | None) -> Finished:
        began = self.stopwatch()
        done = self.acting.run(one) if one.delivery.kind == "action" else Done(self.sending.send(one), {})
        seconds = self.stopwatch() - began
        moment = self.clock() if now is None else now
        if self._history and isinstance(done.outcome, Later):
            moment = max(moment, self.clock())
        elif self._history and one.delivery.kind == "action":
            moment = one.delivery.at
        result = self._finished(one, done.outcome, done.fields, moment, attempts=one.attempts + 1)
        self.observe(one, result, seconds)
        return result

    # --- what it means ----------------------------------------------------------------------------

    def _finished(self, one: Claimed, outcome: Outcome, fields: dict[str, Any], now: int, *, attempts: int) -> Finished:
        key, target = one.delivery.key, one.delivery.target
        if isinstance(outcome, Sent):
            inputs = self._reply(one, now, {"ok": True, "error": None, **fields})
            return Finished(key, one.person, "sent", now, attempts, provider_id=outcome.id, inputs=inputs)
        if isinstance(outcome, Later):
            patient = outcome.deferred or outcome.unreachable
            retry_at = self.retries.next_at(now, attempts, outcome.after, patient=patient)
            if outcome.unreachable:
                pause = self.retries.failure.pause(1)
                self.paused[target] = (now + max(pause, int((outcome.after or 0) * 1000)), outcome.reason)
            if retry_at is not None:
                return Finished(key, one.person, "waiting", now, attempts, retry_at=retry_at, reason=outcome.reason)
            outcome = Failed(f"given up after {attempts} attempts: {outcome.reason}")
        reason = outcome.reason
        if isinstance(outcome, Unknown):
            private = texts([one.person, one.delivery.data, one.delivery.context])
            self.notice(Remark("delivery_unknown", "{key}: {reason}", private=private, key=key, target=target, reason=reason))
            inputs = self._reply(one, now, {**fields, "ok": False, "error": f"nobody knows whether it was done: {reason}"})
            return Finished(key, one.person, "unknown", now, attempts, reason=reason, inputs=inputs)
        inputs = self._reply(one, now, {**fields, "ok": False, "error": reason}) or self._failure(one, outcome, now)
        return Finished(key, one.person, "failed", now, attempts, reason=reason, inputs=inputs)

    @staticmethod
    def _reply(one: Claimed, now: int, fields: dict[str, Any]) -> tuple[Input, ...]:
        """The result a run waits for."""
        key = one.delivery.key
        if one.delivery.kind != "action" or not one.delivery.data.get("reply"):
            return ()
        return (Input("result", key, now, f"{key}/result", fields),)

    @staticmethod
    def _failure(one: Claimed, outcome: Failed, now: int) -> tuple[Input, ...]:
        """The event that tells the person's flows. Mail to somebody else is no event of this person."""
        delivery = one.delivery
        if delivery.kind != "send" or delivery.data.get("other"):
            return ()
        what = "bounced" if outcome.bounced else "failed"
        fields = {
            "message": delivery.data["message"],
            "flow": delivery.flow,
            "step": delivery.step,
            "reason": outcome.reason,
            "key": delivery.key,
        }
        return (Input("event", f"{delivery.target}_{what}", now, f"{delivery.key}/{what}", fields),)
