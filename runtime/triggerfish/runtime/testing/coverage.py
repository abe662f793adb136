"""Which steps and branches of the flows the tests came to.

The instructions of a machine are watched from outside, so that a machine nobody measures runs as ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import blocks, steps_inside
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.steps.control import Jump
from triggerfish.runtime.machine.steps.instruction import Instruction
from triggerfish.runtime.machine.tables import CompiledFlow

LEADING_ON = ("perform", "elapsed", "happened", "holds", "replied")
"""The methods of an instruction whose result is where the run goes on."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A step, or one way a step can lead on, and whether a test came to it."""

    file: str
    line: int
    kind: Literal["step", "branch"]
    text: str
    reached: bool


@dataclass(frozen=True, slots=True)
class FlowCoverage:
    """The pieces of one flow, by line."""

    flow: str
    file: str
    line: int
    pieces: tuple[Piece, ...]

    @property
    def missed(self) -> tuple[Piece, ...]:
        """What no test came to."""
        return tuple(piece for piece in self.pieces if not piece.reached)

    @property
    def percent(self) -> float:
        """The share of the pieces that were reached, 100 for a flow without any."""
        return share(self.pieces)

    def count(self, kind: Literal["step", "branch"]) -> tuple[int, int]:
        """How many there are and how many of them were reached."""
        found = [piece for piece in self.pieces if piece.kind == kind]
        return len(found), sum(piece.reached for piece in found)


def share(pieces: tuple[Piece, ...]) -> float:
    """In percent, rounded down to one decimal, so that 100 means all."""
    return sum(piece.reached for piece in pieces) * 1000 // len(pieces) / 10 if pieces else 100.0


def overall(flows: tuple[FlowCoverage, ...]) -> float:
    """The share of all pieces of all flows, in percent."""
    return share(tuple(piece for flow in flows for piece in flow.pieces))


class Coverage:
    """Watches machines while tests run on them."""

    def __init__(self) -> None:
        self._reached: dict[str, set[int]] = {}
        self._led: dict[str, set[tuple[int, int]]] = {}
        self._flows: dict[str, CompiledFlow] = {}

    def watch(self, machine: Machine) -> None:
        """Note from now on what this machine's instructions do."""
        shared = machine.workspace.program.flows if machine.workspace is not None else {}
        for name, flow in (machine.program.flows | shared).items():
            self._flows.setdefault(name, flow)
            for instruction in flow.instructions:
                for method in LEADING_ON:
                    setattr(instruction, method, self._noting(name, instruction, method))

    def _noting(self, flow: str, instruction: Instruction, method: str) -> Callable[..., int | None]:
        call: Callable[..., int | None] = getattr(instruction, method)
        index = instruction.index
        reached, led = self._reached.setdefault(flow, set()), self._led.setdefault(flow, set())

        def noted(*arguments: Any, **named: Any) -> int | None:
            reached.add(index)
            following = call(*arguments, **named)
            if following is not None:
                led.add((index, following))
            return following

        return noted

    def of(self, program: Program) -> tuple[FlowCoverage, ...]:
        """What was reached, flow by flow; flows that cannot be entered at all are left out."""
        return tuple(
            FlowCoverage(flow.name, flow.file, flow.line, tuple(self._pieces(flow)))
            for flow in sorted(program.flows, key=lambda flow: (flow.file, flow.line)) if flow.status != "disabled"
        )  # fmt: skip

    # --- one flow -------------------------------------------------------------------------------

    def _pieces(self, flow: Flow) -> Iterator[Piece]:
        by_step: dict[str, list[Instruction]] = {}
        compiled = self._flows.get(flow.name)
        for instruction in compiled.instructions if compiled is not None else ():
            if not isinstance(instruction, Jump):
                by_step.setdefault(instruction.at.id, []).append(instruction)
        found = []
        for step in steps_inside(flow.steps):
            mine = by_step.get(step.at.id, [])
            reached = any(each.index in self._reached.get(flow.name, ()) for each in mine)
            found.append(Piece(flow.file, step.at.line, "step", step.at.text, reached))
            found += self._branches(flow, step, mine, by_step)
        yield from sorted(found, key=lambda piece: piece.line)

    def _branches(
        self, flow: Flow, step: s.Step, mine: list[Instruction], by_step: dict[str, list[Instruction]]
    ) -> Iterator[Piece]:
        if isinstance(step, s.Repeat | s.ForEach | s.Together):
            return
        labels = _labels(step)
        targets = _targets(mine[0]) if mine else {}
        for number, block in enumerate(blocks(step)):
            line, text = labels[number] if number < len(labels) else (step.at.line, f"{step.at.text}: {_rest(step)}")
            if block:
                inside = by_step.get(block[0].at.id, [])
                reached = any(each.index in self._reached.get(flow.name, ()) for each in inside)
            elif mine and number in targets:
                reached = (mine[0].index, targets[number]) in self._led.get(flow.name, ())
            elif mine and number == len(labels):
                reached = (mine[0].index, getattr(mine[0], "otherwise", -1)) in self._led.get(flow.name, ())
            else:
                reached = False
            yield Piece(flow.file, line, "branch", text, reached)


def _labels(step: s.Step) -> list[tuple[int, str]]:
    """Line and words of each block of a step but the last, which is for the rest."""
    match step:
        case s.If():
            return [(arm.line, arm.text) for arm in step.arms]
        case s.Choose():
            return [(case.line, f"{step.at.text}: {_values(case)}") for case in step.cases]
        case s.WaitUpTo():
            return [
                (branch.line, f"{step.at.text}: {', '.join(branch.events) if isinstance(branch, s.EventBranch) else 'until'}")
                for branch in step.branches
            ]
        case s.ChooseBest():
            return [(path.line, f"path {path.name}") for path in step.paths]
        case s.Split():
            return [(arm.line, f"{step.at.text}: {arm.name}") for arm in step.arms]
        case _:
            return []


def _rest(step: s.Step) -> str:
    if isinstance(step, s.If):
        return "else"
    return "otherwise (nothing came in time)" if isinstance(step, s.WaitUpTo) else "otherwise"


def _values(case: s.Case) -> str:
    return ", ".join(str(getattr(value, "value", "…")) for value in case.values)


def _targets(instruction: Instruction) -> dict[int, int]:
    """Where the arms of a wait lead, by their place: those of a one-line wait have no steps to be told by."""
    arms = getattr(instruction, "arms", ())
    return {number: arm.target for number, arm in enumerate(arms) if hasattr(arm, "target")}


def as_json(flows: tuple[FlowCoverage, ...]) -> dict[str, object]:
    """For ``test --coverage --format json``."""
    return {
        "percent": overall(flows),
        "flows": [
            {
                "flow": flow.flow,
                "file": flow.file,
                "line": flow.line,
                "percent": flow.percent,
                "steps": flow.count("step")[0],
                "steps_reached": flow.count("step")[1],
                "branches": flow.count("branch")[0],
                "branches_reached": flow.count("branch")[1],
                "missed": [
                    {"file": piece.file, "line": piece.line, "kind": piece.kind, "text": piece.text}
                    for piece in flow.missed
                ],
            }
            for flow in flows
        ],
    }


def sentences(flows: tuple[FlowCoverage, ...]) -> Iterator[str]:
    """For people: each flow with its share, what is missing at its line, and the whole."""
    width = max((len(flow.flow) for flow in flows), default=0)
    for flow in flows:
        steps, branches = flow.count("step"), flow.count("branch")
        told = f"{steps[1]} of {steps[0]} steps"
        if branches[0]:
            told += f", {branches[1]} of {branches[0]} branches"
        yield f"{flow.flow:<{width}}  {flow.percent:>5.4g} %  {told}"
        for piece in flow.missed:
            what = "no test comes to" if piece.kind == "step" else "no test takes"
            yield f"  {piece.file}:{piece.line}: {what}: {piece.text}"
    if flows:
        yield f"coverage: {overall(flows):.4g} %"
