"""One advance of one person: the working copy of the state, and what comes out of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Topic
from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine import calendar, contents, runs, scores, trace
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.compiled import CompiledProgram
from triggerfish.runtime.machine.effects import Delivery, Fact, Recorded, Slot
from triggerfish.runtime.machine.history import dig
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.signals import (
    ConsentChanged,
    FieldChanged,
    FlowLeft,
    Happened,
    MembershipChanged,
    Signal,
)
from triggerfish.runtime.machine.state import Run, State
from triggerfish.runtime.machine.steps.instruction import Instruction
from triggerfish.runtime.machine.tables import CompiledFlow
from triggerfish.runtime.machine.uses import Key

URGENCIES = {"batch": 0, "low": 1, "normal": 2, "high": 3, "immediate": 4}
TEXT_SHOWN = 200


class Session:
    """What steps, starts and timers work on.

    ``now`` is the moment; ``cause`` the id of the input at work, ``behind`` how late a timer at work is handled. ``misses`` collects what did not happen, where somebody wants to know.
    ``released`` is how much room other people have used in flows with ``release``, ``slots`` what this one uses. ``wide`` is what is caused for many people at once,
    ``migrated`` whether the state came from another version.
    """

    def __init__(self, program: CompiledProgram, person: str, state: State, misses: list[trace.Miss] | None = None) -> None:
        self.program = program
        self.person = person
        self.state = state
        self.now = state.clock
        self.cause = ""
        self.behind = 0
        self.facts: list[Fact] = []
        self.deliveries: list[Delivery] = []
        self.recorded: list[Recorded] = []
        self.chosen: dict[str, Any] = {}
        self.starting: set[int] = set()
        self.queue: deque[Signal] = deque()
        self.keys: set[Key] = set()
        self.fresh = False
        self.misses = misses
        self.released: Mapping[Slot, int] = {}
        self.slots: list[Slot] = []
        self.wide: list[Input] = []
        self.migrated = False

    # --- facts and effects ------------------------------------------------------------------------

    def flow_fact(
        self, kind: str, flow: str, run: int, line: int, data: dict[str, Any], step: str = ""
    ) -> None:
        """Write a line of the journal."""
        self.state.facts += 1
        self.facts.append(Fact(self.state.facts, self.now, kind, flow, run, step, line, data))

    def fact(self, kind: str, run: Run, at: Where, data: dict[str, Any], line: int | None = None) -> None:
        """Write a line of the journal about a run at a step."""
        self.flow_fact(kind, run.flow, self.root(run).id, at.line if line is None else line, data, at.id)

    def deliver(self, delivery: Delivery) -> None:
        """Hand something over to the outbox."""
        self.deliveries.append(delivery)

    def key(self, run: Run, step: Instruction) -> str:
        """The idempotency key of a run's visit of a step: made from person, run, step and visit."""
        root = self.root(run)
        visit = root.visits[step.index] = root.visits.get(step.index, 0) + 1
        return f"{self.person}/{root.id}/{step.at.id}/{visit}"

    def only_noted(self, run: Run, at: Where, data: dict[str, Any]) -> bool:
        """Whether this run's effects are only noted; if so, notes this one."""
        if run.noted is None:
            return False
        self.fact("noted", run, at, {**data, "why": run.noted})
        return True

    def missed(self, run: Run, at: Where, line: int, what: str, condition: x.Expr, *, holds: bool = False) -> None:
        """Keep why a condition of a step did not hold, or that it did."""
        if self.misses is None:
            return
        self.asked(condition, run, trace.Miss(self.now, run.flow, line, what, (), at.id, "", "arm", holds))

    def asked(self, condition: x.Expr | None, scope: Any, miss: trace.Miss, fields: dict[str, Any] | None = None) -> None:
        """Keep what a condition said and what it saw, where somebody wants to know. ``fields`` are those of the event at hand."""
        misses = self.misses
        if misses is None or condition is None or (miss.holds and not isinstance(misses, trace.Everything)):
            return
        tracer = self.program.tracer
        look = tracer.held if miss.holds else tracer.failed
        misses.append(replace(miss, parts=tuple(look(condition, self.state, self.now, fields, scope))))

    # --- signals ----------------------------------------------------------------------------------------

    def emit(self, signal: Signal) -> None:
        """Something was caused; it is handled once the run at work rests."""
        self.queue.append(signal)

    def record(self, event: Happened) -> None:
        """An event the machine causes: kept in the log, and handled."""
        self.recorded.append(Recorded(event.id, event.name, event.at, event.fields))
        self.emit(event)

    def changed(self, key: Key) -> None:
        """Something that conditions may depend on changed while a signal is handled."""
        self.keys.add(key)

    def flow_changed(self, flow: str) -> None:
        """A run of the flow began or ended."""
        if self.state.doors or ("flow", flow) in self.program.watched:
            self.emit(FlowLeft(flow))

    # --- asking -----------------------------------------------------------------------------------------

    def ask(self, function: Function, run: Run) -> Any:
        """A value or condition, in the scope of a run."""
        return function(self.state, self.now, None, run)

    def evaluated(self, values: Iterable[tuple[str, Function]], run: Run) -> dict[str, Any]:
        """Named values, the unknown ones left out."""
        asked = ((name, self.ask(function, run)) for name, function in values)
        return {name: value for name, value in asked if value is not None}

    def explained(self, condition: x.Expr | None, scope: Any) -> dict[str, Any]:
        """Why a condition does not hold: the part that failed, its line and its values."""
        return trace.failure(self.program, condition, self.state, self.now, scope)

    def zone(self, run: Run) -> ZoneInfo:
        """The zone of a run's local times: its flow's, or the person's."""
        flow = self.program.flow(run.flow, run.version)
        if flow is not None and flow.ir.timezone:
            return calendar.zone_named(flow.ir.timezone, self.program.zone_name)
        return self.program.zone(self.state)

    def urgency(self, run: Run) -> int:
        """The urgency of the run's flow as it is declared now, 0 (batch) to 4 (immediate)."""
        flow = self.program.flows.get(run.flow) or self.program.flow(run.flow, run.version)
        return URGENCIES[flow.ir.urgency] if flow else URGENCIES["normal"]

    def address(self, channel: str) -> Any:
        """The person's address on a channel."""
        return self.state.profile.get(self.program.address(channel))

    def shown(self, value: Any, field: str = "") -> Any:
        """A value as the journal may keep it: long texts cut, what a sensitive field holds masked."""
        if value is not None and field in self.program.sensitive:
            return trace.MASK
        return f"{value[:TEXT_SHOWN]}…" if isinstance(value, str) and len(value) > TEXT_SHOWN else value

    def kept(self, flow: CompiledFlow, name: str, event: Happened) -> dict[str, Any]:
        """What of a caught event the flow looks at: fields, its moment under the empty name, its name under ``@``."""
        wanted = flow.captures.get(name, ())
        if not wanted and wanted is not None:
            return {}
        seen = {"": event.at, "@": event.name, **event.fields}
        return seen if wanted is None else {field: seen[field] for field in wanted if field in seen}

    def captured(self, run: Run, name: str, event: Happened) -> dict[str, Any]:
        """As ``kept``, for a run."""
        flow = self.program.flow(run.flow, run.version)
        return self.kept(flow, name, event) if flow else {}

    def context(self, names: Iterable[str], run: Run, given: dict[str, Any]) -> dict[str, Any]:
        """What templates may name: ``with`` values, what the run caught, values, scores and fields of the person.

        No more than is used.
        """
        made: dict[str, Any] = {}
        for dotted in sorted(names):
            first, _, rest = dotted.partition(".")
            if first in given:
                made[first] = given[first]
            elif first in run.vars:
                made[first] = run.vars[first]
            elif first == "content":
                self._put_content(made.setdefault("content", {}), rest.partition(".")[0], run)
            elif first == "profile":
                field = rest.partition(".")[0]
                self._put_field(made.setdefault("profile", {}), field)
            elif first in self.program.named:
                value = self.ask(self.program.named[first], run)
                if value is not None:
                    made[first] = value
            else:
                self._put_field(made, first)
        if made and "timezone" not in made:
            self._put_field(made, "timezone")
        return made

    def _put_content(self, into: dict[str, Any], name: str, run: Run) -> None:
        content = self.program.contents.get(name)
        if content is not None:
            chosen = contents.choose(self, content, run)
            self.chosen[name] = chosen.why
            into[name] = {"template": chosen.variant.source if chosen.variant else ""}

    def _put_field(self, into: dict[str, Any], field: str) -> None:
        value = self.field((field,))
        if value is not None:
            if field in self.program.moments and isinstance(value, int):
                zone = self.program.zone(self.state)
                value = calendar.local(value, zone).replace(tzinfo=zone).isoformat()
            into[field] = value

    # --- the person ---------------------------------------------------------------------------------------

    def field(self, path: Sequence[str]) -> Any:
        """A profile field, or its default."""
        if len(path) > 1:
            return dig(self.state.profile, tuple(path))
        value = self.state.profile.get(path[0])
        return self.program.defaults.get(path[0]) if value is None else value

    def set_field(self, path: Sequence[str], value: Any) -> None:
        """Set a profile field (None clears it); a real change is signalled."""
        name = path[0]
        before = self.field((name,))
        if len(path) > 1:
            value = _with_nested(self.state.profile.get(name), path[1:], value)
        if value is None:
            self.state.profile.pop(name, None)
            self.state.times.pop(name, None)
        else:
            self.state.profile[name] = value
            self.state.times[name] = self.now
        after = self.field((name,))
        if before != after:
            self.emit(FieldChanged(name, before, after))

    def add_to_score(self, name: str, amount: float) -> None:
        """Give points by hand."""
        scores.add(self, name, amount)
        self.emit(FieldChanged(f"score {name}", None, None))

    def set_membership(self, segment: str, *, entered: bool) -> None:
        """Join or leave a by-hand segment."""
        if entered == (segment in self.state.segments):
            return
        if entered:
            self.state.segments[segment] = self.now
        else:
            del self.state.segments[segment]
        self.emit(MembershipChanged(segment, entered))

    def state_consent(self, statement: ConsentChanged, at: int) -> None:
        """Note a statement about consent; the latest wins; where it changes something, that is signalled."""
        topic = self.program.topics.get(statement.topic)
        if topic is None:
            return
        changed = tuple(
            channel for channel in statement.channels
            if channel in topic.channels and self._state_consent(topic, channel, statement.how, at)
        )  # fmt: skip
        if changed:
            self.emit(ConsentChanged(statement.topic, changed, statement.how))

    def _state_consent(self, topic: Topic, channel: str, how: str, at: int) -> bool:
        name = f"{topic.name}/{channel}"
        stated = self.state.consent.get(name)
        if stated is not None and stated[1] > at:
            return False
        before = bool(stated[0]) if stated is not None else topic.channels[channel] == "presumed"
        given = how != "unsubscribes"
        confirmed = [at] if how == "confirms" else stated[2:] if stated is not None and given and stated[0] else []
        self.state.consent[name] = [given, at, *confirmed]
        self.flow_fact("consent", "", 0, 0, {"topic": topic.name, "channel": channel, "how": how})
        return given != before or how == "confirms"

    # --- runs ------------------------------------------------------------------------------------------------

    def runs_in_order(self) -> list[tuple[Run, CompiledFlow]]:
        """The runs with their flows, higher priority first, then file order."""
        if not self.state.runs:
            return []
        program = self.program
        if len(self.state.runs) == 1:
            run = self.state.runs[0]
            flow = program.flow(run.flow, run.version)
            return [] if flow is None else [(run, flow)]
        found = []
        for run in self.state.runs:
            flow = program.flow(run.flow, run.version)
            if flow is not None:
                newest = program.flows.get(run.flow, flow)
                found.append((newest.sort_key, run.id, run, flow))
        found.sort(key=lambda each: each[:2])
        return [(run, flow) for _, _, run, flow in found]

    def root(self, run: Run) -> Run:
        """The run that this branch belongs to, or the run itself."""
        while run.parent is not None:
            parent = run.parent
            run = next(each for each in self.state.runs if each.id == parent)
        return run

    def go_on(self, run: Run, index: int) -> None:
        """Let a run go on at an instruction."""
        flow = self.program.flow(run.flow, run.version)
        if flow is not None and run.pc != runs.OVER:
            runs.proceed(self, run, flow, index)

    def join(self, branch: Run, after: int) -> None:
        """A branch is done; its run goes on when it was the last."""
        runs.join(self, branch, after)

    def begin(self, run: Run, flow: CompiledFlow) -> None:
        """Start a run at its first step."""
        runs.begin(self, run, flow)

    def rest(self, run: Run, at: Where, due: int | None) -> None:
        """A run waits at a step."""
        run.due = due
        run.wait_since = self.now
        self.fact("waiting", run, at, {} if due is None else {"until": due})

    def leave(self, run: Run, reason: str, detail: str | None = None) -> None:
        """A run is over."""
        runs.leave(self, run, reason, detail)


def _with_nested(record: Any, path: Sequence[str], value: Any) -> dict[str, Any] | None:
    made = dict(record) if isinstance(record, dict) else {}
    if len(path) > 1:
        value = _with_nested(made.get(path[0]), path[1:], value)
    if value is None:
        made.pop(path[0], None)
    else:
        made[path[0]] = value
    return made or None
