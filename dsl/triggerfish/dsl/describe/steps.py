"""Steps in words, one sentence a line; what is inside a block stands deeper."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from triggerfish.dsl.describe.conditions import Conditions
from triggerfish.dsl.describe.excerpt import Excerpt
from triggerfish.dsl.describe.moments import moment
from triggerfish.dsl.describe.names import any_of, channels, profile_field, spoken
from triggerfish.dsl.describe.quantities import counted, duration, listed, number
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import steps as s

Line = tuple[str, int, int]
"""A sentence, the line it is about, and how deep it stands."""


class Steps:
    """Speaks of steps."""

    def __init__(self, conditions: Conditions, text: Excerpt) -> None:
        self.text = text
        self.conditions = conditions
        self.values = conditions.values
        self.labels = conditions.labels

    def block(self, steps: Sequence[s.Step], depth: int) -> Iterator[Line]:
        """A block of steps."""
        for step in steps:
            yield from self._step(step, depth)

    def _step(self, step: s.Step, depth: int) -> Iterator[Line]:
        match step:
            case s.If() | s.Choose() | s.ChooseBest() | s.Split() | s.Together() | s.WaitUpTo():
                yield from self._branches(step, depth)
            case s.Repeat():
                until = f", until {self.conditions.say(step.until)}" if step.until is not None else ""
                often = f"{'up to ' if step.until is not None else ''}{counted(step.times, 'time')}{until}"
                yield f"This is done {often}:", step.at.line, depth
                yield from self.block(step.steps, depth + 1)
            case s.ForEach():
                yield f"For each {spoken(step.item)} in {self.values.say(step.items)}:", step.at.line, depth
                yield from self.block(step.steps, depth + 1)
            case _:
                yield f"{self._simple(step)}.", step.at.line, depth

    # --- steps without blocks -----------------------------------------------------------------------

    def _simple(self, step: s.Step) -> str:
        match step:
            case s.Send():
                return self._send(step)
            case s.WaitFor():
                return f"Wait {self.values.length(step.duration)}"
            case s.WaitUntil():
                return f"Wait until {moment(step.moment, self.values)}"
            case s.Collect():
                return self._collect(step)
            case s.SetField():
                return f"Set {profile_field(step.field)} to {self.values.say(step.value)}"
            case s.ClearField():
                return f"Forget {profile_field(step.field)}"
            case s.AddTo():
                return f"Add {self.values.say(step.amount)} to {profile_field(step.field)}"
            case s.Consent():
                how = "Subscribe them to" if step.subscribe else "Unsubscribe them from"
                return f"{how} {self.labels.topic(step.topic)} by {channels(step.channels)}"
            case s.Membership():
                how = "Put them into" if step.join else "Take them out of"
                return f"{how} the segment {self.labels.segment(step.segment)}"
            case _:
                return self._act(step)

    def _act(self, step: s.Step) -> str:
        match step:
            case s.RecordEvent():
                return f"Record the event “{spoken(step.event)}”{self._with(step.values)}"
            case s.Do():
                return f"Do {step.action}{self._with(step.arguments)}"
            case s.EnterFlow():
                return f"Send them into the flow {self.labels.flow(step.flow)}{self._with(step.values)}"
            case s.Exit():
                return f"They leave the flow{f' (“{step.reason}”)' if step.reason else ''}"
            case _:
                return step.at.text

    def _send(self, step: s.Send) -> str:
        by = channels(step.channels, "or")
        if step.choice == "best":
            by = f"message by the best of {by}"
        elif step.choice == "first":
            by = f"message by the first possible of {by}"
        said = f"Send the {by} {self.labels.message(step.message)}"
        if step.to is not None:
            said += f" to {self.values.say(step.to)}"
        if step.values:
            said += self._with(step.values)
        notes = []
        if step.transactional:
            notes.append("transactional: it passes consent, caps and quiet hours")
        if step.uncapped:
            notes.append("whatever the caps say")
        if step.best_time is not None:
            notes.append(f"at the best time within {duration(step.best_time)}")
        if step.within is not None:
            notes.append(f"within {duration(step.within)} or not at all")
        return f"{said}, {listed(notes)}" if notes else said

    def _with(self, values: Sequence[s.Argument]) -> str:
        said = []
        for each in values:
            written_out = isinstance(each.value, x.Constant | x.Template)
            name, value = spoken(each.name), self.values.say(each.value)
            if isinstance(each.value, x.Constant) and each.value.type in ("number", "boolean"):
                said.append(f"{name}: {value}")
            else:
                said.append(f"the {name} {value}" if written_out else f"{value} as {name}")
        return f" with {listed(said)}" if said else ""

    def _collect(self, step: s.Collect) -> str:
        where = f" {self.conditions.narrowing(step.where)}" if step.where is not None else ""
        end = f"for {self.values.length(step.duration)}" if step.duration is not None else ""
        if step.until is not None:
            end = f"until {moment(step.until, self.values)}"
        most = f", or until there are {step.limit} of them" if step.limit is not None else ""
        events = listed([spoken(event) for event in step.events], "or")
        return f"Collect every “{events}”{where} {end}{most}"

    # --- branches -----------------------------------------------------------------------------------

    def _branches(
        self, step: s.If | s.Choose | s.ChooseBest | s.Split | s.Together | s.WaitUpTo, depth: int
    ) -> Iterator[Line]:
        line = step.at.line
        match step:
            case s.If():
                for index, arm in enumerate(step.arms):
                    word = "If" if index == 0 else "Otherwise, if"
                    yield from self._branch(f"{word} {self.conditions.say(arm.condition)}", arm.line, arm.steps, depth)
                yield from self._otherwise(step.otherwise, line, depth)
            case s.Choose():
                subject = self.values.say(step.subject)
                for case in step.cases:
                    options = listed([self.values.say(value) for value in case.values], "or")
                    yield from self._branch(f"If {subject} is {options}", case.line, case.steps, depth)
                yield from self._otherwise(step.otherwise, line, depth)
            case s.ChooseBest():
                yield from self._best(step, depth)
            case s.Split():
                yield from self._split(step, depth)
            case s.Together():
                yield "All of this goes on at once:", line, depth
                for branch in step.branches:
                    name = f"Branch “{spoken(branch.name)}”" if branch.name else "One branch"
                    yield from self._branch(name, branch.line, branch.steps, depth + 1)
            case s.WaitUpTo():
                yield from self._wait(step, depth)
            case _:
                assert_never(step)

    def _branch(self, clause: str, line: int, steps: Sequence[s.Step], depth: int) -> Iterator[Line]:
        yield f"{clause}{':' if steps else ', nothing is done.'}", line, depth
        yield from self.block(steps, depth + 1)

    def _otherwise(self, steps: Sequence[s.Step], line: int, depth: int) -> Iterator[Line]:
        if steps:
            yield "Otherwise:", self.text.opening(steps[0].at.line) or line, depth
            yield from self.block(steps, depth + 1)

    def _best(self, step: s.ChooseBest, depth: int) -> Iterator[Line]:
        yield f"Take the path with the most points (“{spoken(step.name)}”):", step.at.line, depth
        for path in step.paths:
            yield f"Path “{spoken(path.name)}”:", path.line, depth + 1
            for points in path.points:
                when = f" if {self.conditions.say(points.condition)}" if points.condition is not None else ""
                unit = "point" if abs(points.points) == 1 else "points"
                yield f"It gets {points.points:+g} {unit}{when}.", points.line, depth + 2
            yield from self.block(path.steps, depth + 2)
        yield from self._otherwise(step.otherwise, step.at.line, depth + 1)

    def _split(self, step: s.Split, depth: int) -> Iterator[Line]:
        how = f", shared out by a {step.allocator}" if step.allocator else ""
        yield f"People are split by chance, and each stays in their arm (“{spoken(step.name)}”{how}):", step.at.line, depth
        for arm in step.arms:
            share = number(round(arm.share * 100, 4))
            yield from self._branch(f"{share}% get “{spoken(arm.name)}”", arm.line, arm.steps, depth + 1)
        if step.measure is not None:
            measure = step.measure
            where = f" {self.conditions.narrowing(measure.where)}" if measure.where is not None else ""
            said = f"What counts is whether {any_of(measure.events)}{where} within {duration(measure.within)}."
            yield said, measure.line, depth + 1

    def _wait(self, step: s.WaitUpTo, depth: int) -> Iterator[Line]:
        length = self.values.length(step.duration)
        whole = len(step.branches) == 1 and not step.branches[0].steps and not step.otherwise
        if whole:
            yield f"Wait up to {length}, or until {self._awaited(step.branches[0])}.", step.at.line, depth
            return
        yield f"Wait up to {length}, until one of these comes true:", step.at.line, depth
        for branch in step.branches:
            yield from self._branch(f"If {self._awaited(branch)}", branch.line, branch.steps, depth + 1)
        if step.otherwise:
            line = self.text.opening(step.otherwise[0].at.line) or step.at.line
            yield "Otherwise, when the time is up:", line, depth + 1
            yield from self.block(step.otherwise, depth + 2)

    def _awaited(self, branch: s.EventBranch | s.UntilBranch) -> str:
        if isinstance(branch, s.UntilBranch):
            return self.conditions.say(branch.condition)
        where = f" {self.conditions.narrowing(branch.where)}" if branch.where is not None else ""
        return any_of(branch.events) + where
