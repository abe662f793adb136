"""The made-up person of a test, on a clock of their own."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.runtime.machine import calendar, crossings, rounds, schedules, scores, segments
from triggerfish.runtime.machine.effects import Advance, Delivery, Fact, Slot
from triggerfish.runtime.machine.everyone import WORKSPACE
from triggerfish.runtime.machine.inputs import Input, InputKind
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.session import Session
from triggerfish.runtime.machine.signals import Happened
from triggerfish.runtime.machine.state import Run, State, decode, encode
from triggerfish.runtime.machine.trace import Miss

NAME = "test"
START = dt.datetime(2026, 1, 5, 9, 0)  # noqa: DTZ001 - local time of the made-up person
ROUNDS_AT_MOST = 1000
ADDRESSES = {"email": "test@example.com", "sms": "+15005550006", "push": "test-device"}


@dataclass(frozen=True, slots=True)
class Seen:
    """An event that came: from the test, or recorded by a flow. ``order`` is how many facts there were before it."""

    at: int
    name: str
    fields: dict[str, Any]
    given: bool
    order: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What an action answers in this test."""

    fails: bool
    values: dict[str, Any]


def first_arms(program: Program) -> dict[str, str]:
    """The first arm of every experiment, in flows and in contents: nothing a test says depends on how a name hashes."""
    inside = [step for flow in program.flows for step in steps_inside(flow.steps)]
    splits = {step.name: step.arms[0].name for step in inside if isinstance(step, s.Split) and step.arms}
    contents = {each.name: each.variants[0].name for each in program.contents if each.split and each.variants}
    return splits | contents


class TestPerson:
    """Drives the machine for one person and keeps all that came out of it."""

    __test__ = False

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.program = machine.program
        self.state: State = State(program=machine.program.version)
        self.now = 0
        self.begun = False
        self.facts: list[Fact] = []
        self.deliveries: list[Delivery] = []
        self.events: list[Seen] = []
        self.misses: list[Miss] = []
        self.released: Counter[Slot] = Counter()
        self.missed_before: list[int] = []
        self.replies: dict[str, Reply] = {}
        self.inputs = 0
        self.scores: dict[str, float] = {}
        self.shared: bytes | None = None
        self.shared_due: int | None = None
        self.state.profile = {"id": NAME}
        self.state.arms.update(first_arms(machine.program.ir), holdout=False)
        for channel, field in machine.program.ir.addresses.items():
            self.state.profile[field] = ADDRESSES.get(channel, f"test-{channel}")
        for topic in machine.program.topics.values():
            for channel in topic.channels:
                self.state.consent[f"{topic.name}/{channel}"] = [True, 0, 0]

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone."""
        return self.program.zone(self.state)

    def begin(self, at: int, history: list[tuple[int, str, dict[str, Any]]]) -> None:
        """Set the clock for the first time: what was given becomes the past, silently."""
        self.begun = True
        self.now = at
        past = sorted(history, key=lambda each: each[0])
        self.state.profile.setdefault("created_at", min([at, *(each[0] for each in past)]))
        session = Session(self.program, NAME, self.state)
        for name in self.program.scores:
            if name not in self.state.scores:
                session.now = min([at, *(each[0] for each in past)])
                scores.of_person(session, name)
        for moment, event, fields in past:
            session.now = moment
            scores.due(session)
            rounds.remember(session, Happened(event, fields, moment, f"given {moment}"))
        session.now = at
        scores.due(session)
        segments.settle_silently(session)
        scores.refresh(session, {key for score in self.program.scores.values() for key in score.uses})
        for name, value in self.scores.items():
            scores.put(session, name, value)
        self.scores.clear()
        segments.settle_silently(session)
        crossings.settle_silently(session)
        schedules.plan(session)
        self.state.clock = at
        if self.machine.workspace is not None:
            self._share([], at)

    def advance_to(self, moment: int) -> None:
        """Let time pass; flows for the workspace go on when they are due, after the person at the same moment."""
        moment = max(moment, self.now)
        while self.shared_due is not None and self.shared_due <= moment:
            due = max(self.shared_due, self.now)
            self._advance([], due)
            self._share([], due)
        self._advance([], moment)

    def put(self, kind: InputKind, name: str, fields: dict[str, Any]) -> None:
        """Something happens now."""
        self.inputs += 1
        given = Input(kind, name, self.now, f"test-{self.inputs}", fields)
        shared = self.machine.workspace
        if shared is not None and (name in shared.program.flows if kind == "enter" else name in shared.program.inputs):
            self._share([given], self.now)
        if kind != "enter" or shared is None or name not in shared.program.flows:
            self._advance([given], self.now)

    @property
    def runs(self) -> list[Run]:
        """The runs of the person and of the workspace."""
        shared = decode(self.shared).runs if self.shared is not None else []
        return [*self.state.runs, *shared]

    def edit(self) -> Session:
        """A session to change the state directly, starting nothing; followed by ``settle``."""
        session = Session(self.program, NAME, self.state)
        session.now = self.now
        return session

    def settle(self, session: Session) -> None:
        """Forget what a direct change would have caused, and work out memberships silently."""
        session.queue.clear()
        for name, value in self.scores.items():
            scores.put(session, name, value)
        self.scores.clear()
        segments.settle_silently(session)
        crossings.settle_silently(session)

    def _advance(self, inputs: list[Input], now: int) -> None:
        waiting = inputs
        for _ in range(ROUNDS_AT_MOST):
            result = self.machine.advance(
                NAME, encode(self.state), waiting, now, live=False, misses=self.misses, released=self.released
            )
            self.state = decode(result.state or b"")
            waiting = self._keep(result, now)
            if not waiting:
                return

    def _share(self, inputs: list[Input], now: int) -> None:
        """The same for the flows for the workspace; whom they bring into other flows is this person, if in the segment."""
        waiting = inputs
        for _ in range(ROUNDS_AT_MOST):
            result = self.machine.advance(
                WORKSPACE, self.shared, waiting, now, live=False, misses=self.misses, released=self.released
            )
            self.shared, self.shared_due = result.state, result.due
            waiting = self._keep(result, now)
            for one in result.wide:
                self._advance([Input(one.kind, one.name, one.at, f"{one.id}/{NAME}", one.fields)], now)
            if not waiting:
                return

    def _keep(self, result: Advance, now: int) -> list[Input]:
        """Take in what came out; the answers of the actions."""
        self.released.update(result.released)
        self.now = now
        self.missed_before += [len(self.facts)] * (len(self.misses) - len(self.missed_before))
        self.facts += result.facts
        self.deliveries += result.deliveries
        self.events += [Seen(each.at, each.name, each.fields, given=False) for each in result.recorded]
        return [reply for each in result.deliveries if (reply := self._reply(each)) is not None]

    def _reply(self, delivery: Delivery) -> Input | None:
        if delivery.kind != "action":
            return None
        reply = self.replies.get(delivery.target, Reply(fails=False, values={}))
        fields = {"ok": not reply.fails, **({"error": "it fails in this test"} if reply.fails else {}), **reply.values}
        return Input("result", delivery.key, delivery.at, f"{delivery.key}/result", fields)

    def ago(self, span: tuple[int, int, int], at: int) -> int:
        """The moment a calendar step before another."""
        return calendar.step(at, span, self.zone, -1)
