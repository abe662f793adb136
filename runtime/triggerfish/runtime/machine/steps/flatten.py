"""Nested steps laid out as a list of instructions with jumps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar, assert_never

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.walk import walk
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.steps import control, data, digest, experiment, parallel, paths, waits
from triggerfish.runtime.machine.steps.instruction import Instruction
from triggerfish.runtime.machine.steps.send import Send
from triggerfish.runtime.machine.uses import uses

if TYPE_CHECKING:
    from triggerfish.runtime.machine.compiled import CompiledProgram


def flatten(flow: Flow, program: CompiledProgram) -> list[Instruction]:
    """The instructions of a flow; running off their end finishes the run."""
    layout = _Layout(program)
    layout.block(flow.steps)
    return layout.instructions


T = TypeVar("T", bound=Instruction)


class Way(Protocol):
    """Anything that leads to a block."""

    target: int


class _Layout:
    def __init__(self, program: CompiledProgram) -> None:
        self.program = program
        self.compiler = program.compiler
        self.instructions: list[Instruction] = []

    @property
    def here(self) -> int:
        return len(self.instructions)

    def put(self, instruction: T) -> T:
        instruction.index = self.here
        self.instructions.append(instruction)
        return instruction

    def block(self, steps: Sequence[s.Step]) -> None:
        for step in steps:
            self.step(step)

    def step(self, step: s.Step) -> None:
        value = self.compiler.value
        match step:
            case s.Send():
                self.put(Send.of(step, self.program))
            case s.WaitFor():
                self.put(waits.WaitFor(step.at, value(step.duration)))
            case s.WaitUntil():
                self.put(self._wait_until(step.at, step.moment))
            case s.WaitUpTo():
                self._wait_up_to(step)
            case s.If():
                self._if(step)
            case s.Choose():
                self._choose(step)
            case s.Repeat():
                self._repeat(step)
            case s.ForEach():
                self._for_each(step)
            case s.SetField():
                self.put(data.SetField(step.at, step.field, value(step.value)))
            case s.ClearField():
                self.put(data.SetField(step.at, step.field, None))
            case s.AddTo():
                self.put(data.AddTo(step.at, step.field, value(step.amount), score=step.score))
            case s.Consent():
                self.put(data.Consent(step.at, step.topic, step.channels, subscribe=step.subscribe))
            case s.Membership():
                self.put(data.Membership(step.at, step.segment, join=step.join))
            case s.RecordEvent():
                self.put(data.Record(step.at, step.event, self.values(step.values)))
            case s.Do():
                self.put(data.Do(step.at, step, self.values(step.arguments), template_names(step.arguments)))
            case s.EnterFlow():
                self.put(data.Enter(step.at, step.flow, self.values(step.values), step.segment))
            case s.Exit():
                self.put(data.Exit(step.at, step.reason))
            case s.Collect():
                self.put(self._collect(step))
            case s.ChooseBest():
                self._choose_best(step)
            case s.Split():
                self._split(step)
            case s.Together():
                self._together(step)
            case _:
                assert_never(step)

    def values(self, arguments: Sequence[s.Argument]) -> list[tuple[str, Function]]:
        return [(argument.name, self.compiler.value(argument.value)) for argument in arguments]

    def _wait_until(self, at: s.Where, rule: s.MomentRule) -> waits.WaitUntil:
        date = rule.date
        fields = frozenset(node.path[0] for node in walk(date) if isinstance(node, x.ProfileField)) if date else frozenset()
        return waits.WaitUntil(at, rule, self.compiler.value(date) if date is not None else None, fields)

    def _wait_up_to(self, step: s.WaitUpTo) -> None:
        arms: list[waits.EventArm | waits.ConditionArm] = []
        for branch in step.branches:
            if isinstance(branch, s.EventBranch):
                where = self.compiler.condition(branch.where) if branch.where is not None else None
                arms.append(waits.EventArm(frozenset(branch.events), where, branch.name, branch.line, branch.where))
            else:
                test, flip = self.compiler.condition(branch.condition), self.compiler.flip(branch.condition)
                arms.append(waits.ConditionArm(test, flip, branch.line, branch.condition))
        watches = uses(self.program.declared, [b.condition for b in step.branches if isinstance(b, s.UntilBranch)])
        wait = self.put(waits.WaitUpTo(step.at, self.compiler.value(step.duration), arms, step.name, watches))
        ends = self._ways(step.at, arms, [branch.steps for branch in step.branches])
        wait.otherwise = self.here
        self.block(step.otherwise)
        self._land(ends)

    def _ways(self, at: s.Where, ways: Sequence[Way], blocks: Sequence[Sequence[s.Step]]) -> list[control.Jump]:
        """Lay the blocks out one after another, tell each way where its block begins; the jumps to where they meet again."""
        ends = []
        for way, block in zip(ways, blocks, strict=True):
            way.target = self.here
            self.block(block)
            ends.append(self.put(control.Jump(at)))
        return ends

    def _land(self, jumps: Sequence[control.Jump]) -> None:
        for jump in jumps:
            jump.target = self.here

    def _if(self, step: s.If) -> None:
        arms = [control.Choice(self.compiler.condition(a.condition), a.condition, a.line, a.text) for a in step.arms]
        branch = self.put(control.Branch(step.at, arms))
        ends = self._ways(step.at, arms, [arm.steps for arm in step.arms])
        branch.otherwise = self.here
        self.block(step.otherwise)
        self._land(ends)

    def _choose(self, step: s.Choose) -> None:
        cases = [([self.compiler.value(each) for each in case.values], case.line) for case in step.cases]
        field = step.subject.path[0] if isinstance(step.subject, x.ProfileField) else ""
        switch = self.put(control.Switch(step.at, self.compiler.value(step.subject), cases, field=field))
        ends = []
        for index, case in enumerate(step.cases):
            values, line, _ = switch.cases[index]
            switch.cases[index] = (values, line, self.here)
            self.block(case.steps)
            ends.append(self.put(control.Jump(step.at)))
        switch.otherwise = self.here
        self.block(step.otherwise)
        self._land(ends)

    def _repeat(self, step: s.Repeat) -> None:
        until = self.compiler.condition(step.until) if step.until is not None else None
        loop = self.put(control.Loop(step.at, step.times, until))
        self.block(step.steps)
        self.put(control.Jump(step.at)).target = loop.index
        loop.after = self.here

    def _for_each(self, step: s.ForEach) -> None:
        loop = self.put(control.EachItem(step.at, step.item, self.compiler.value(step.items)))
        self.block(step.steps)
        self.put(control.Jump(step.at)).target = loop.index
        loop.after = self.here

    def _collect(self, step: s.Collect) -> digest.Collect:
        where = self.compiler.condition(step.where) if step.where is not None else None
        duration = self.compiler.value(step.duration) if step.duration is not None else None
        until = self._wait_until(step.at, step.until) if step.until is not None else None
        return digest.Collect(step.at, frozenset(step.events), where, step.limit, duration, until, step.name)

    def _choose_best(self, step: s.ChooseBest) -> None:
        scored = [
            paths.ScoredPath(
                path.name,
                [
                    paths.Rule(each.points, self.compiler.condition(each.condition) if each.condition is not None else None, each.text)
                    for each in path.points
                ],
                path.line,
            )
            for path in step.paths
        ]
        chooser = self.put(paths.ChooseBest(step.at, step.name, scored))
        ends = self._ways(step.at, scored, [path.steps for path in step.paths])
        chooser.otherwise = self.here
        self.block(step.otherwise)
        self._land(ends)

    def _split(self, step: s.Split) -> None:
        arms = [experiment.Arm(arm.name, arm.share, arm.line) for arm in step.arms]
        self.put(experiment.Split(step.at, step.name, arms))
        ends = self._ways(step.at, arms, [arm.steps for arm in step.arms])
        self._land(ends)

    def _together(self, step: s.Together) -> None:
        lanes = [parallel.Lane(branch.name, branch.line) for branch in step.branches]
        together = self.put(parallel.Together(step.at, lanes))
        for lane, branch in zip(lanes, step.branches, strict=True):
            lane.target = self.here
            self.block(branch.steps)
            self.put(parallel.Join(step.at, together))
        together.after = self.here


def template_names(arguments: Sequence[s.Argument]) -> frozenset[str]:
    """The paths the templates among the arguments use."""
    return frozenset(
        name
        for argument in arguments
        for node in walk(argument.value)
        if isinstance(node, x.Template)
        for name in node.names
    )
