"""The machine: one person's state, what came in, and the moment, to the new state and its effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from triggerfish.dsl.ir.expressions import Expr
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine import calendar, crossings, rounds, runs, schedules, timers
from triggerfish.runtime.machine.backfill import Backfill, fill
from triggerfish.runtime.machine.compiled import CompiledProgram
from triggerfish.runtime.machine.effects import Advance
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.migration import migrate
from triggerfish.runtime.machine.session import Session
from triggerfish.runtime.machine.signals import ConsentChanged, EnterFlow, Happened, Turned
from triggerfish.runtime.machine.state import State, decode, encode
from triggerfish.runtime.machine.trace import Miss

GRACE = calendar.MINUTE
"""How late something may be handled and still count as having happened at its own moment, in milliseconds."""
FIRINGS_AT_MOST = 100_000
HOW = {"subscribe": "subscribes", "unsubscribe": "unsubscribes", "confirm": "confirms"}


class Machine:
    """Runs one version of a program.

    Args:
        program: the newest program: its policy, messages, segments, scores and values hold for everybody.
        older: earlier versions by number, for the runs that entered under them.
        version: the newest program's number.
        functions: expression functions brought by plugins, by name.
        asked: conditions that are asked from outside; what they need of history is kept as well.
    """

    def __init__(
        self,
        program: Program,
        older: Mapping[int, Program] | None = None,
        version: int = 1,
        functions: Mapping[str, Any] | None = None,
        asked: Sequence[Expr] = (),
    ) -> None:
        self.program = CompiledProgram(program, version, older or {}, functions or {}, asked)
        self._backfill = Backfill(self.program, older or {})

    def advance(
        self,
        person: str,
        state: bytes | None,
        inputs: Sequence[Input],
        now: int,
        *,
        live: bool = True,
        misses: list[Miss] | None = None,
        past: Sequence[Input] | None = None,
    ) -> Advance:
        """Take a person from one state to the next.

        Args:
            person: the profile's id.
            state: the state's bytes, None for a new person.
            inputs: what happened, in order of arrival.
            now: the moment, in milliseconds since 1970 UTC. Timers up to it fire.
            live: ``now`` is the wall clock: what is handled more than ``GRACE`` late happens now. Otherwise history is being
                replayed and everything happens at its own moment.
            past: what happened before, in order of time, of the events that ``lacking`` names for this state.
            misses: a list that takes what did not happen and why: starts whose conditions did not hold, branches not taken.

        Raises:
            StateError: the state's bytes cannot be read.
        """
        now = _possible(now, now)
        session = self.open(person, state, _possible(inputs[0].at, now) if inputs else now, past)
        session.misses = misses
        for one in inputs:
            at = _possible(one.at, now)
            self._fire_until(session, at, now, live=live)
            session.now = max(session.now, self._moment(at, now, live=live))
            session.cause = one.id
            session.behind = 0
            self._take(session, one, at)
            self._settle(session)
        self._settle(session)
        due = self._fire_until(session, now, now, live=live)
        session.state.clock = max(session.state.clock, session.now)
        return Advance(encode(session.state), session.facts, session.deliveries, session.recorded, due)

    def lacking(self, state: bytes | None) -> frozenset[str]:
        """The events whose past a state written under an older program needs with its next advance."""
        return self._backfill.lacking(state)

    def open(self, person: str, state: bytes | None, first: int, past: Sequence[Input] | None = None) -> Session:
        """A session on a decoded state, brought up to this program's version."""
        if state is None:
            fresh = State(program=self.program.version, clock=first)
            fresh.profile = {"id": person, "created_at": first}
            session = Session(self.program, person, fresh)
            session.fresh = True
            crossings.settle_silently(session)
            schedules.plan(session)
            return session
        session = Session(self.program, person, decode(state))
        if session.state.program != self.program.version:
            if past is not None:
                fill(session, self._backfill.keys(session.state.program), past)
            migrate(session)
        return session

    @staticmethod
    def _moment(at: int, now: int, *, live: bool) -> int:
        return at if not live or now - at <= GRACE else now

    @staticmethod
    def _settle(session: Session) -> None:
        """Handle what was caused. Somebody new is looked at whether or not anything concerned the program."""
        if session.fresh and not session.queue:
            session.emit(Turned(()))
        rounds.settle(session)

    def _fire_until(self, session: Session, until: int, now: int, *, live: bool) -> int | None:
        """Fire every timer due at or before ``until``, in order of time; when the next one is due."""
        for _ in range(FIRINGS_AT_MOST):
            due = timers.next_due(session)
            if due is None or due > until:
                return due
            if due > session.now:
                session.now = self._moment(due, now, live=live)
            session.behind = session.now - due
            session.cause = ""
            timers.fire(session)
        session.flow_fact("error", "", 0, 0, {"why": f"more than {FIRINGS_AT_MOST} timers at once; the rest waits"})
        return timers.next_due(session)

    def _take(self, session: Session, one: Input, at: int) -> None:
        if one.kind == "event":
            if one.name in self.program.inputs or one.name in self.program.channel_events:
                session.emit(Happened(one.name, one.fields, min(at, session.now), one.id))
        elif one.kind == "identify":
            self._identify(session, one.fields)
        elif one.kind == "consent":
            self._consent(session, one, at)
        elif one.kind == "membership":
            if any(each.name == one.name and each.kind == "hand" for each in self.program.ir.segments):
                session.set_membership(one.name, entered=bool(one.fields.get("join", True)))
        elif one.kind == "enter":
            session.emit(EnterFlow(one.name, one.fields, one.id))
        elif one.kind == "result":
            self._result(session, one)

    @staticmethod
    def _identify(session: Session, fields: dict[str, Any]) -> None:
        for name, value in fields.items():
            if name != "id":
                session.set_field((name,), value)

    def _consent(self, session: Session, one: Input, at: int) -> None:
        topic = self.program.topics.get(one.name)
        how = HOW.get(str(one.fields.get("how")))
        if topic is None or how is None:
            return
        channel = one.fields.get("channel")
        for each in topic.channels if channel is None else (channel,):
            session.state_consent(ConsentChanged(topic.name, each, how), at)

    @staticmethod
    def _result(session: Session, one: Input) -> None:
        for run, flow in session.runs_in_order():
            if run.wait == ["reply", one.name]:
                following = flow.instructions[run.pc].replied(session, run, one.fields)
                if following is not None and runs.paused(session, run):
                    run.wait, run.due = ["answered"], session.now
                elif following is not None:
                    runs.proceed(session, run, flow, following)
                return


def _possible(at: int, now: int) -> int:
    """A moment that can be: one in the future becomes now, one beyond all calendars is cut to their ends."""
    return max(min(at, now, calendar.LATEST), calendar.EARLIEST)
