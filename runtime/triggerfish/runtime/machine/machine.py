"""The machine: one person's state, what came in, and the moment, to the new state and its effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from triggerfish.dsl.ir.expressions import Expr
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine import calendar, consent, crossings, everyone, merging, rounds, runs, schedules, timers
from triggerfish.runtime.machine.backfill import Backfill, fill
from triggerfish.runtime.machine.changes import Changes, changes
from triggerfish.runtime.machine.compiled import CompiledProgram
from triggerfish.runtime.machine.deploy import Deploy
from triggerfish.runtime.machine.effects import Advance, Slot
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
        deploys: what the versions were deployed with, by number. Where the newest says which versions are still followed,
            no other is made ready.
        part: whom this machine moves; the people's one has the workspace's in ``workspace``, where there are such flows.
    """

    def __init__(
        self,
        program: Program,
        older: Mapping[int, Program] | None = None,
        version: int = 1,
        functions: Mapping[str, Any] | None = None,
        asked: Sequence[Expr] = (),
        deploys: Mapping[int, Deploy] | None = None,
        part: everyone.PartName = "people",
    ) -> None:
        versions = (program, *(older or {}).values())
        self.workspace: Machine | None = None
        if part == "people" and any(flow.workspace for one in versions for flow in one.flows):
            self.workspace = Machine(program, older, version, functions, deploys=deploys, part="workspace")
        program = everyone.part(program, part)
        self._older = everyone.Part(older or {}, part)
        self._deploys = deploys or {}
        newest = self._deploys.get(version)
        used = None if newest is None else newest.used
        followed = self._older if used is None else {number: self._older[number] for number in used if number in self._older}
        self.program = CompiledProgram(program, version, followed, functions or {}, asked)
        self._backfill = Backfill(self.program, self._older)
        self._heard = everyone.heard(self.program, versions)
        self._changes: dict[int, Changes] = {}

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
        released: Mapping[Slot, int] | None = None,
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
            released: how many entries there were already in flows with ``release``, by period; none where it says nothing.
            misses: a list that takes what did not happen and why: starts whose conditions did not hold, branches not taken.

        Raises:
            StateError: the state's bytes cannot be read.
        """
        if person == everyone.WORKSPACE and self.workspace is not None:
            return self.workspace.advance(person, state, inputs, now, live=live, misses=misses, past=past, released=released)
        now = _possible(now, now)
        first = _possible(inputs[0].at, now) if inputs else now
        session = self.open(person, state, first, past, released)
        session.misses = misses
        listened = everyone.listening(session, self._heard)
        heard = self.program.heard
        for one in inputs:
            at = _possible(one.at, now)
            due = timers.next_due(session)
            if due is not None and due <= at:
                self._fire_until(session, due, at, now, live=live)
            then = self._moment(at, now) if live else at
            session.now = max(session.now, then)
            session.cause = one.id if one.kind != "result" else f"{one.name}/result"  # whenever it was given
            session.behind = 0
            if one.kind != "event":
                self._take(session, one, at)
            elif one.name in heard and session.state.into is None:
                session.queue.append(Happened(one.name, one.fields, min(session.now, at), one.id))
            if session.queue:
                rounds.settle(session)
            elif session.fresh:
                self._settle(session)
        self._settle(session)
        due = self._fire_until(session, timers.next_due(session), now, now, live=live)
        session.state.clock = max(session.state.clock, session.now)
        listening = everyone.listening(session, self._heard)
        unchanged = listening == listened and not (self._heard and session.migrated)
        return Advance(
            encode(session.state), session.facts, session.deliveries, session.recorded, due, session.slots,
            None if unchanged else tuple(sorted(listening)), session.wide,
        )

    def concerned(self, event: str) -> everyone.Concerned:
        """Who may enter a flow because an event for everyone came."""
        return everyone.concerned(self.program, self.workspace.program if self.workspace is not None else None, event)

    @property
    def looked_up(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The events and fields by which people are looked up when something happens for everyone."""
        return everyone.looked_up(self.program)

    def perhaps_inside(self, state: bytes | None, segment: str, now: int) -> bool:
        """Whether the person of this state may be in a segment by ``now``. Raises StateError."""
        return everyone.perhaps_inside(self.program, state, segment, now)

    def part(self, person: str) -> CompiledProgram:
        """The part of the program that a profile follows: the people's, or the workspace's."""
        return self.workspace.program if person == everyone.WORKSPACE and self.workspace is not None else self.program

    @property
    def releases(self) -> Mapping[str, str]:
        """The flows with ``release``, and over which period each counts."""
        return self.program.releases

    def lacking(self, state: bytes | None) -> frozenset[str]:
        """The events whose past a state written under an older program needs with its next advance."""
        return self._backfill.lacking(state)

    def open(
        self, person: str, state: bytes | None, first: int, past: Sequence[Input] | None = None,
        released: Mapping[Slot, int] | None = None,
    ) -> Session:
        """A session on a decoded state, brought up to this program's version."""
        if state is None:
            fresh = State(program=self.program.version, clock=first)
            fresh.profile = {"id": person, "created_at": first}
            session = Session(self.program, person, fresh)
            session.fresh = True
            session.released = released or {}
            crossings.settle_silently(session)
            schedules.plan(session)
            return session
        session = Session(self.program, person, decode(state))
        if session.state.into is not None:
            session.state.program = self.program.version
        if session.state.program != self.program.version:
            if past is not None:
                fill(session, self._backfill.keys(session.state.program), past)
            session.released = released or {}
            session.migrated = True
            self._migrate(session, first)
        elif released is not None:
            session.released = released
        return session

    def _migrate(self, session: Session, now: int) -> None:
        before = session.state.program
        found = self._changes.get(before)
        if found is None:
            found = self._changes[before] = changes(self._older.get(before, Program()), self.program.ir)
        migrate(session, now, found, {number: each for number, each in self._deploys.items() if number > before})

    @staticmethod
    def _moment(at: int, now: int) -> int:
        return at if now - at <= GRACE else now

    @staticmethod
    def _settle(session: Session) -> None:
        """Handle what was caused. Somebody new is looked at whether or not anything concerned the program."""
        if session.fresh and not session.queue:
            session.emit(Turned(()))
        rounds.settle(session)

    def _fire_until(self, session: Session, due: int | None, until: int, now: int, *, live: bool) -> int | None:
        """Fire every timer due at or before ``until``, in order of time, ``due`` first; when the next one is due."""
        for _ in range(FIRINGS_AT_MOST):
            if due is None or due > until:
                return due
            if due > session.now:
                session.now = self._moment(due, now) if live else due
            session.behind = session.now - due
            session.cause = ""
            timers.fire(session)
            due = timers.next_due(session)
        session.flow_fact("error", "", 0, 0, {"why": f"more than {FIRINGS_AT_MOST} timers at once; the rest waits"})
        return due

    def _take(self, session: Session, one: Input, at: int) -> None:
        """Take in anything but an event."""
        if session.state.into is not None:
            return  # the shell gives it to whom this profile was merged into
        if one.kind == "identify":
            self._identify(session, one.fields)
        elif one.kind == "consent":
            self._consent(session, one, at)
        elif one.kind == "membership":
            if any(each.name == one.name and each.kind == "hand" for each in self.program.ir.segments):
                session.set_membership(one.name, entered=bool(one.fields.get("join", True)))
        elif one.kind == "enter":
            session.emit(EnterFlow(one.name, one.fields, one.id))
        elif one.kind == "enter segment":
            if everyone.inside(session.program, session.state, one.fields["segment"]):
                session.emit(EnterFlow(one.name, one.fields["with"], one.id))
        elif one.kind == "result":
            self._result(session, one)
        elif one.kind == "suppress":
            consent.forbid(session.state, one.name, one.fields["address"], at, str(one.fields["reason"]))
            session.emit(ConsentChanged("", (one.name,), "suppressed"))
        elif one.kind == "merge":
            merging.unite(session, one.name, self.open(one.name, merging.state_in(one.fields), session.now).state)
        elif one.kind == "merged":
            merging.retire(session, one.name)

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
        session.state_consent(ConsentChanged(topic.name, tuple(topic.channels) if channel is None else (channel,), how), at)

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
    at = min(at, now)
    if at > calendar.LATEST:
        return calendar.LATEST
    return max(calendar.EARLIEST, at)
