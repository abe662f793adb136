"""``send``: every rule that stands between a step and the outbox, asked at the moment of handing over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import steps as s
from triggerfish.runtime.machine import calendar, caps, channels, consent
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.machine.entry import CONTROL_GROUP
from triggerfish.runtime.machine.signals import Happened
from triggerfish.runtime.machine.steps.instruction import Instruction

if TYPE_CHECKING:
    from triggerfish.runtime.machine.compiled import CompiledProgram
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run


QUIET = "quiet hours"
NO_CHANNEL = "no channel"


class Refusal:
    """Why nothing was sent: ``reason`` is a word for reports, ``why`` a sentence."""

    __slots__ = ("reason", "why")

    def __init__(self, reason: str, why: str) -> None:
        self.reason = reason
        self.why = why


class Later(NamedTuple):
    """The channel that is free first where none is now; ``until`` in microseconds."""

    channel: str
    until: int
    why: str


class Send(Instruction):
    """One message on one channel."""

    def __init__(
        self, step: s.Send, names: frozenset[str], values: Sequence[tuple[str, Function]], to: Function | None
    ) -> None:
        super().__init__(step.at)
        self.step = step
        self.channels = step.channels
        self.names = names
        self.values = values
        self.to = to

    @classmethod
    def of(cls, step: s.Send, program: CompiledProgram) -> Send:
        """The instruction of a send step."""
        names = program.names_of(step)
        if isinstance(step.to, x.Template):
            names |= set(step.to.names)
        values = [(argument.name, program.compiler.value(argument.value)) for argument in step.values]
        to = program.compiler.value(step.to) if step.to is not None else None
        return cls(step, frozenset(names), values, to)

    def perform(self, session: Session, run: Run) -> int | None:
        """Hand it over, skip it, or hold it."""
        if run.wait is None or run.wait[0] != "held":
            run.wait = None
            run.wait_since = session.now
        passes = self.step.transactional and run.noted == CONTROL_GROUP
        if not passes and session.only_noted(run, self.at, {"send": self.channels[0], "message": self.step.message}):
            return self._done(run, self.channels[0], sent=False)
        channel = self.channels[0]
        if len(self.channels) > 1:
            chosen = self._choose(session, run)
            if isinstance(chosen, Refusal):
                return self._suppress(session, run, channel, chosen)
            if isinstance(chosen, Later):
                return self._hold(session, run, chosen.channel, chosen.until, chosen.why)
            channel = chosen
        refusal = self.refusal(session, channel)
        if refusal is None and self.to is None and not self.step.transactional:
            held = self._held(session, channel)
            if isinstance(held, Refusal):
                refusal = held
            elif held is not None:
                return self._hold(session, run, channel, *held)
        if refusal is not None:
            return self._suppress(session, run, channel, refusal)
        self._hand_over(session, run, channel)
        return self._done(run, channel, sent=True)

    def _choose(self, session: Session, run: Run) -> str | Later | Refusal:
        """Among the channels on which it can go now: the first listed, or the best score; if none, the one that is free first."""
        reasons, scores = [], {}
        later: list[Later] = []
        for channel in self.channels:
            refusal: Refusal | tuple[int, str] | None = self.refusal(session, channel)
            if refusal is None and not self.step.transactional:
                refusal = self._held(session, channel)
            if refusal is None:
                scores[channel] = channels.score(session, channel, self.step.topic, run)
            elif isinstance(refusal, Refusal):
                reasons.append(f"{channel}: {refusal.why}")
            else:
                later.append(Later(channel, *refusal))
        if not scores:
            return min(later, key=lambda each: each.until) if later else Refusal(NO_CHANNEL, "; ".join(reasons))
        if self.step.choice == "first":
            return next(iter(scores))
        best = max(scores, key=lambda channel: scores[channel])
        shown = {channel: round(score, 4) for channel, score in scores.items()}
        session.fact("branch", run, self.at, {"took": best, "scores": shown})
        return best

    # --- what may stand in the way -----------------------------------------------------------

    def refusal(self, session: Session, channel: str) -> Refusal | None:
        """What forbids the send for good."""
        if self.to is not None:
            return None
        state = session.state
        address = session.address(channel)
        if not address:
            return Refusal("no address", f"there is no {session.program.address(channel)} to send to")
        suppressed = consent.suppressed(state, channel, address)
        if suppressed is not None:
            return Refusal("suppressed", f"the address is suppressed: {suppressed}")
        for segment in session.program.ir.policy.never_send:
            if segment in state.segments or session.program.listed(state, segment):
                return Refusal("never send", f"the policy never sends to segment {segment}")
        if self.step.transactional or self.step.topic is None:
            return None
        topic = session.program.topics[self.step.topic]
        if not consent.given(topic, state, channel):
            stated = f"{topic.name}/{channel}" in state.consent
            why = "was withdrawn" if stated else "was never given"
            return Refusal("no consent", f"consent to {topic.name} by {channel} {why}")
        return None

    def _held(self, session: Session, channel: str) -> tuple[int, str] | Refusal | None:
        """``(until, why)`` where the send must wait; a refusal where a cap swallows it."""
        policy, zone = session.program.ir.policy, session.program.zone(session.state)
        until = caps.quiet_until(policy, channel, session.now, zone)
        if until is not None:
            return until, QUIET
        if self.step.uncapped:
            return None
        full = caps.full(policy, session.state, channel, session.now, zone)
        if full is None:
            return None
        if not full.else_wait:
            return Refusal("cap", f"the cap {full.text!r} (line {full.line}) is used up")
        return caps.next_room(policy, session.state, channel, session.now, zone), f"cap {full.text!r}"

    def _hold(self, session: Session, run: Run, channel: str, until: int, why: str) -> int | None:
        within = self.step.within
        if within is not None:
            span = within.span
            end = calendar.window_end(run.wait_since, span, session.zone(run))
            if until >= end:
                return self._suppress(session, run, channel, Refusal("too late", f"it could not go out in time: {why}"))
        run.wait = ["held", why, session.now]
        run.due = until
        session.fact("held", run, self.at, {"channel": channel, "message": self.step.message, "until": until, "why": why})
        return None

    def moved(self, session: Session, run: Run, field: str) -> None:
        """Somebody who changes zone while quiet hours hold the send is asked about again."""
        if field == "timezone" and run.wait is not None and run.wait[1] == QUIET:
            run.due = session.now

    # --- outcomes -----------------------------------------------------------------------------

    def _done(self, run: Run, channel: str | None, *, sent: bool) -> int:
        if self.step.name:
            run.vars[self.step.name] = {"sent": sent, "channel": channel}
        run.wait = None
        return self.index + 1

    def _suppress(self, session: Session, run: Run, channel: str, refusal: Refusal) -> int:
        session.fact(
            "suppressed", run, self.at,
            {"channel": channel, "message": self.step.message, "reason": refusal.reason, "why": refusal.why},
        )
        self._tell(session, run, channel, "suppressed", session.key(run, self), reason=refusal.reason)
        return self._done(run, None if refusal.reason == NO_CHANNEL else channel, sent=False)

    def _hand_over(self, session: Session, run: Run, channel: str) -> None:
        key = session.key(run, self)
        step, state = self.step, session.state
        to = None if self.to is None else session.ask(self.to, run)
        given = session.evaluated(self.values, run)
        session.chosen = {}
        address = session.address(channel) if to is None else to
        session.deliver(
            Delivery(
                key, "send", channel, session.now, run.flow, self.at.id, run.id, session.urgency(run),
                {
                    "message": step.message,
                    "address": address,
                    "language": state.profile.get("language"),
                    "topic": step.topic,
                    "transactional": step.transactional or to is not None,
                    "other": to is not None,
                },
                session.context(self.names, run, given),
            )
        )
        session.fact("sent", run, self.at, {"channel": channel, "message": step.message, "key": key, **_contents(session)})
        if step.name:
            run.sends[step.name] = key
        if to is None:
            if not step.transactional:
                caps.count(session.program, state, channel, session.now)
            self._tell(session, run, channel, "sent", key)

    def _tell(self, session: Session, run: Run, channel: str, what: str, key: str, reason: str | None = None) -> None:
        """The runtime's own event, where anything in the program looks at it."""
        name = f"{channel}_{what}"
        if name not in session.program.inputs:
            return
        fields = {"message": self.step.message, "flow": run.flow, "step": self.at.id, "key": key}
        if self.step.topic:
            fields["topic"] = self.step.topic
        if reason:
            fields["reason"] = reason
        session.record(Happened(name, fields, session.now, f"{key}/{what}"))


def _contents(session: Session) -> dict[str, Any]:
    """Which variants of contents were chosen, and why, for the journal."""
    return {"content": session.chosen} if session.chosen else {}
