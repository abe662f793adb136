"""A program made ready to run: dispatch tables, instructions and generated functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.program import Cap, Program
from triggerfish.dsl.ir.walk import content_expressions, flow_expressions, steps_inside, walk
from triggerfish.runtime.machine import calendar, channels, consent, needs
from triggerfish.runtime.machine.code.compiler import Compiler, Matcher
from triggerfish.runtime.machine.contents import CompiledContent
from triggerfish.runtime.machine.crossings import Crossing
from triggerfish.runtime.machine.history import Log, Totals
from triggerfish.runtime.machine.reactions import reactions
from triggerfish.runtime.machine.scores import CompiledScore
from triggerfish.runtime.machine.state import State
from triggerfish.runtime.machine.steps.flatten import flatten
from triggerfish.runtime.machine.tables import CompiledFlow, CompiledSegment, CompiledStop, Stage, Starts, Window
from triggerfish.runtime.machine.trace import Tracer
from triggerfish.runtime.machine.uses import Key, uses


class CompiledProgram:
    """Everything the machine looks up while it runs. Built once per program; never changed after."""

    def __init__(
        self,
        program: Program,
        version: int,
        older: Mapping[int, Program],
        functions: Mapping[str, Any],
        asked: Iterable[x.Expr] = (),
    ) -> None:
        self.ir = program
        self.version = version
        self.zone_name = program.policy.timezone
        self._zone = calendar.zone_named(None, self.zone_name)
        self.defaults = {each.name: each.default for each in program.profile if each.default is not None}
        self.declared = _with_dropped(program, older)
        self.topics = {topic.name: topic for topic in self.declared.topics}
        self.lists = {each.name: frozenset(each.members) for each in program.segments if each.kind == "list"}
        self.messages = {message.name: message for message in program.messages}
        self.sensitive = frozenset(each.name for each in program.profile if each.sensitive)
        self.moments = frozenset(each.name for each in program.profile if each.type.kind == "datetime")
        self.compiler = Compiler(self.declared, self._support(functions))
        self.tracer = Tracer(self)
        self.named = {one.name: self.compiler.value(one.value) for one in program.values}
        self.named |= {one.name: self.compiler.value(x.ScoreOf(one.name)) for one in program.scores}
        self.contents = {content.name: CompiledContent.of(content, self.compiler) for content in program.contents}
        changed = _changed_flows(program, older)
        self._series(program, changed, asked)
        self._segments(program)
        self._scores(program)
        self.flows = {flow.name: self._flow(flow, version, order) for order, flow in enumerate(program.flows)}
        self.older = {
            (number, flow.name): self._flow(flow, number, order) if (number, order) in changed else self.flows[flow.name]
            for number, one in older.items()
            for order, flow in enumerate(one.flows)
        }
        self.paused = frozenset(name for name, flow in self.flows.items() if flow.ir.status == "paused")
        self._starts()
        self._mentions()
        self.channel_events = {
            event.name: (event.channel, event.name.removeprefix(f"{event.channel}_"))
            for event in program.events
            if event.channel
        }
        self.heard = self.inputs | self.channel_events.keys()
        self.releases = {flow.name: flow.release.period for flow in program.flows if flow.release is not None}
        self.reactions = reactions(self)
        self.longest_cap = max((_cap_length(cap) for cap in program.policy.caps), default=0)

    # --- looked up while running ---------------------------------------------------------------

    def flow(self, name: str, version: int) -> CompiledFlow | None:
        """The flow in that version; None if the program of that version is not at hand."""
        if version == self.version:
            return self.flows.get(name)
        return self.older.get((version, name))

    def zone(self, state: State) -> ZoneInfo:
        """The person's zone, or the policy's."""
        name = state.profile.get("timezone")
        return self._zone if name is None else calendar.zone_named(name, self.zone_name)

    def listed(self, state: State, segment: str) -> bool:
        """Whether the person stands in a fixed list, by id or e-mail address."""
        members = self.lists.get(segment, frozenset())
        email = state.profile.get("email")
        return state.profile.get("id") in members or (isinstance(email, str) and email.lower() in members)

    # --- built at the start -----------------------------------------------------------------------

    def _support(self, functions: Mapping[str, Any]) -> dict[str, Any]:
        def inside(state: State, flow: str) -> bool:
            return any(run.flow == flow for run in state.runs)

        def subscribed(state: State, topic: str, channel: str | None) -> bool:
            return consent.subscribed(self.topics[topic], state, channel)

        def score(state: State, name: str) -> float:
            found = self.scores.get(name)
            if found is None:
                return 0
            points = state.scores.get(name)
            return found.shown(points) if points else found.ir.start

        def level(state: State, name: str) -> str | None:
            if name not in self.scores:
                return None
            value = score(state, name)
            return next((each for each, threshold in self.scores[name].ir.levels if value >= threshold), None)

        def predicted(state: State, name: str, part: int) -> float | None:
            found = state.models.get(name)
            return None if found is None else found[part]

        def reachable(state: State, channel: str) -> bool:
            return consent.reachable(self.ir.topics, state, channel, self.address(channel))

        return {
            "zone": self.zone, "inside": inside, "listed": self.listed, "subscribed": subscribed, "reachable": reachable,
            "score": score, "level": level, "predicted": predicted, "functions": functions,
        }

    def address(self, channel: str) -> str:
        """The profile field with a channel's address."""
        return self.ir.addresses.get(channel, channel)

    def _series(self, program: Program, changed: Mapping[tuple[int, int], f.Flow], asked: Iterable[x.Expr]) -> None:
        flows = (*program.flows, *changed.values())
        self.engagement = {name: self.compiler.value(node) for name, node in channels.asked(flows).items()}
        series = self.series = needs.series(self.declared, flows)
        series.add(asked)
        self.history: dict[str, tuple[Matcher, list[Log | Totals]]] = {}
        by_event: dict[str, list[Log | Totals]] = {}
        all_series: list[Log | Totals] = [*series.logs.values(), *series.totals.values()]
        for kept in all_series:
            by_event.setdefault(kept.event, []).append(kept)
        for event, of_event in by_event.items():
            self.history[event] = (self.compiler.matcher([kept.filter for kept in of_event]), of_event)

    def _segments(self, program: Program) -> None:
        self.segments: dict[str, CompiledSegment] = {}
        for segment in program.segments:
            if segment.condition is not None:
                self.segments[segment.name] = CompiledSegment(
                    segment.name,
                    self.compiler.condition(segment.condition),
                    self.compiler.look(segment.condition),
                    uses(program, [segment.condition]),
                )
        self.segments_using: dict[Key, list[str]] = {}
        for one in self.segments.values():
            for key in one.uses:
                self.segments_using.setdefault(key, []).append(one.name)
        self.segment_order = {name: order for order, name in enumerate(self.segments)}

    def _scores(self, program: Program) -> None:
        self.scores = {score.name: CompiledScore.of(score, program, self.compiler) for score in program.scores}
        self.held = [name for name, score in self.scores.items() if score.uses]

    def _flow(self, flow: f.Flow, version: int, order: int) -> CompiledFlow:
        compiler = self.compiler
        stops = tuple(
            CompiledStop(
                stop,
                frozenset(stop.events),
                compiler.condition(stop.condition) if stop.condition is not None else None,
                compiler.flip(stop.condition) if stop.condition is not None and not stop.events else None,
            )
            for stop in flow.stops
        )
        goal = flow.goal
        made = CompiledFlow(
            ir=flow,
            version=version,
            order=order,
            instructions=flatten(flow, self),
            only_if=compiler.condition(flow.only_if) if flow.only_if is not None else None,
            per=compiler.value(flow.per) if flow.per is not None else None,
            stops=stops,
            stop_events=frozenset(event for stop in flow.stops for event in stop.events),
            watches=uses(self.declared, [stop.condition for stop in flow.stops if not stop.events]),
            goal_where=compiler.condition(goal.where) if goal and goal.where is not None else None,
            goal_worth=compiler.value(goal.worth) if goal and goal.worth is not None else None,
            captures=self._captures(flow),
        )
        for number, start in enumerate(flow.starts):
            if isinstance(start, f.StartWhen):
                made.stages += self._stages(made, start, number)
            elif isinstance(start, f.StartWebhook):
                match = f.Match((start.event,), negated=False, times=1, within=None, same=None, where=None, name=None,
                                line=start.line, text=start.text)
                made.stages += self._stages(made, f.StartWhen((match,), start.line), number)
        return made

    def _stages(self, flow: CompiledFlow, start: f.StartWhen, number: int) -> Iterable[Stage]:
        text = "|".join(match.text for match in start.stages)
        same_before = sum(
            1
            for earlier in flow.ir.starts[:number]
            if isinstance(earlier, f.StartWhen) and "|".join(match.text for match in earlier.stages) == text
        )
        mark = hashlib.sha256(f"{text}|{same_before}".encode()).hexdigest()[:8]
        for index, match in enumerate(start.stages):
            yield Stage(
                flow, start, f"{flow.ir.name}|{mark}", index, match,
                self.compiler.condition(match.where) if match.where is not None else None,
                self.compiler.value(match.same) if match.same is not None else None,
                match.times,
                Window(match.within.span, calendar.at_least(match.within.span)) if match.within is not None else None,
            )

    def _captures(self, flow: f.Flow) -> dict[str, tuple[str, ...] | None]:
        found: dict[str, set[str] | None] = {}

        def note(name: str, path: tuple[str, ...]) -> None:
            fields = found.setdefault(name, set())
            if fields is not None:
                fields.add(path[0] if path else "")

        for expression in flow_expressions(flow):
            for name, path in _variables(expression):
                note(name, path)
        for step in steps_inside(flow.steps):
            if isinstance(step, s.Collect):
                found["event"] = None
            if isinstance(step, s.Send):
                for dotted in self.names_of(step):
                    first, *rest = dotted.split(".")
                    note(first, tuple(rest))
        for content in self.contents.values() if any(isinstance(step, s.Send) for step in steps_inside(flow.steps)) else ():
            for expression in content_expressions(content.ir):
                for name, path in _variables(expression):
                    note(name, path)
        for node in walk(flow.per) if flow.per is not None else ():
            if isinstance(node, x.EventField):
                note("event", node.path)
        return {name: None if fields is None else tuple(sorted(fields)) for name, fields in found.items()}

    def names_of(self, step: s.Send) -> set[str]:
        """The paths the templates of a send's message may use, on its channels in any language."""
        message = self.messages.get(step.message)
        parts = message.parts if message else ()
        names = {name for part in parts if part.channel in step.channels for each in part.fields for name in each.names}
        for content in {name.split(".")[1] for name in names if name.startswith("content.")}:
            if content in self.contents:
                names |= self.contents[content].names
        return names

    def _starts(self) -> None:
        starts = self.starts = Starts()
        first: dict[str, list[Stage]] = {}
        for flow in self.flows.values():
            for stage in flow.stages:
                table = first if stage.index == 0 else starts.later
                for event in stage.match.events:
                    table.setdefault(event, []).append(stage)
            for start in flow.ir.starts:
                self._start(flow, start)
        for index, crossing in enumerate(starts.crossings):
            for key in crossing.uses:
                starts.crossings_using.setdefault(key, []).append(index)
        for event, stages in first.items():
            stages.sort(key=lambda stage: stage.flow.sort_key)
            matcher = self.compiler.matcher([stage.match.where for stage in stages])
            starts.first[event] = (matcher if any(stage.where is not None for stage in stages) else None, stages)

    def _start(self, flow: CompiledFlow, start: f.Start) -> None:
        starts = self.starts
        if isinstance(start, f.StartChange):
            before = self.compiler.value(start.before) if start.before is not None else None
            after = self.compiler.value(start.after) if start.after is not None else None
            starts.change.setdefault(start.field[0], []).append((flow, start, before, after))
        elif isinstance(start, f.StartSegment):
            starts.segment.setdefault((start.segment, start.enters), []).append((flow, start))
        elif isinstance(start, f.StartConsent):
            starts.consent.setdefault((start.how, start.topic), []).append((flow, start))
        elif isinstance(start, f.StartSchedule | f.StartDate | f.StartOn):
            starts.timed.append((_start_name(flow, start.text), flow, start))
        elif isinstance(start, f.StartCrossing):
            compiler = self.compiler
            below = x.Compare("<", start.value, start.threshold, negated=False, type="number")
            starts.crossings.append(
                Crossing(
                    _start_name(flow, start.text), flow, start,
                    next((each.value for each in starts.crossings if each.start.value == start.value), None) or compiler.value(start.value),
                    compiler.value(start.threshold),
                    start.threshold.value if isinstance(start.threshold, x.Constant) else None,
                    compiler.flip(below), uses(self.ir, [start.value, start.threshold]),
                )
            )

    def _mentions(self) -> None:
        """Which events, and which flows in ``in flow``, anything in the program looks at."""
        self.inputs: frozenset[str] = frozenset(
            {*self.history, *self.starts.first, *self.starts.later}
            | {event for score in self.scores.values() for event in score.events}
            | {event for flow in (*self.flows.values(), *self.older.values()) for event in _events_inside(flow)}
        )
        watched = [each.uses for each in self.segments.values()]
        watched += [flow.watches for flow in (*self.flows.values(), *self.older.values())]
        watched += [
            instruction.watches
            for flow in (*self.flows.values(), *self.older.values())
            for instruction in flow.instructions
        ]
        watched += [score.uses for score in self.scores.values()]
        watched += [crossing.uses for crossing in self.starts.crossings]
        self.watched: frozenset[Key] = frozenset(key for keys in watched for key in keys)
        self.doors = any(flow.ir.exclusive for flow in self.flows.values())
        self.dates = {"timezone"} | {start.field[0] for _, _, start in self.starts.timed if isinstance(start, f.StartDate)}
        self.fields: frozenset[str] = frozenset(
            {*self.starts.change, *self.dates} | {name for kind, name in self.watched if kind == "field"}
        )
        """The fields of a person that anything but a run at rest looks at when they change."""


def _start_name(flow: CompiledFlow, text: str) -> str:
    """What a start line is called in a person's state: the same as long as the line is."""
    return f"{flow.ir.name}|{text}"


def _changed_flows(program: Program, older: Mapping[int, Program]) -> dict[tuple[int, int], f.Flow]:
    """The flows of older versions, by version and place, that are not what they are now."""
    newest = {flow.name: flow for flow in program.flows}
    return {
        (number, order): flow
        for number, one in older.items()
        for order, flow in enumerate(one.flows)
        if newest.get(flow.name) != flow
    }


def _events_inside(flow: CompiledFlow) -> set[str]:
    waited = {event for instruction in flow.instructions for event in instruction.events}
    return waited | flow.stop_events | set(flow.ir.goal.events if flow.ir.goal else ())


def _variables(expression: x.Expr) -> Iterable[tuple[str, tuple[str, ...]]]:
    for node in walk(expression):
        if isinstance(node, x.Variable):
            yield node.name, node.path
        elif isinstance(node, x.Template):
            for dotted in node.names:
                first, *rest = dotted.split(".")
                yield first, tuple(rest)


def _with_dropped(program: Program, older: Mapping[int, Program]) -> Program:
    """The program with the values and topics that only earlier versions have: runs of those may still ask for them."""
    values = {one.name: one for one in program.values}
    topics = {one.name: one for one in program.topics}
    for _, earlier in sorted(older.items(), reverse=True):
        values |= {one.name: one for one in earlier.values if one.name not in values}
        topics |= {one.name: one for one in earlier.topics if one.name not in topics}
    return replace(program, values=tuple(values.values()), topics=tuple(topics.values()))


def _cap_length(cap: Cap) -> int:
    if cap.rolling is not None:
        return calendar.at_most(cap.rolling.span)
    return {"day": 1, "week": 7, "month": 31}[cap.period or "day"] * calendar.DAY + 2 * calendar.HOUR

