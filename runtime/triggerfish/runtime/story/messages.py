"""Why a message was not sent: each step of any flow that sends it, and how far the person came on the way there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.ahead import stands
from triggerfish.runtime.story.entry import Entry
from triggerfish.runtime.story.outcomes import outcome
from triggerfish.runtime.story.scene import Scene
from triggerfish.runtime.story.summary import why_outside

CASE = "a case"
REACHED = ("sent", "suppressed", "held", "noted")


@dataclass(frozen=True, slots=True)
class Turn:
    """An arm on the way to a step: the branching step, the line the journal has for the arm, and how it reads."""

    at: s.Where
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A step that sends the message, and the arms that lead to it, outermost first."""

    flow: Flow
    step: s.Send
    turns: tuple[Turn, ...]


def places(program: Program, message: str) -> Iterator[Place]:
    """Every step that sends a message."""
    for flow in program.flows:
        yield from _inside(flow, flow.steps, message, ())


def _inside(flow: Flow, steps: tuple[s.Step, ...], message: str, turns: tuple[Turn, ...]) -> Iterator[Place]:
    for step in steps:
        if isinstance(step, s.Send) and step.message == message:
            yield Place(flow, step, turns)
        for turn, block in _arms(step):
            yield from _inside(flow, block, message, turns if turn is None else (*turns, turn))


def _arms(step: s.Step) -> Iterator[tuple[Turn | None, tuple[s.Step, ...]]]:
    match step:
        case s.If():
            for arm in step.arms:
                yield Turn(step.at, arm.line, arm.text), arm.steps
            yield Turn(step.at, step.at.line, "else"), step.otherwise
        case s.Choose():
            for case in step.cases:
                yield Turn(step.at, case.line, CASE), case.steps
            yield Turn(step.at, step.at.line, "otherwise"), step.otherwise
        case s.WaitUpTo():
            for branch in step.branches:
                if branch.steps:
                    text = " or ".join(branch.events) if isinstance(branch, s.EventBranch) else "until"
                    yield Turn(step.at, branch.line, text), branch.steps
            if step.otherwise:
                yield Turn(step.at, step.at.line, "otherwise"), step.otherwise
        case s.Split():
            yield from ((Turn(step.at, arm.line, arm.name), arm.steps) for arm in step.arms)
        case s.ChooseBest():
            yield from ((Turn(step.at, path.line, path.name), path.steps) for path in step.paths)
            yield Turn(step.at, step.at.line, "otherwise"), step.otherwise
        case s.Together():
            yield from ((None, branch.steps) for branch in step.branches)
        case s.Repeat() | s.ForEach():
            yield None, step.steps
        case _:
            pass


def answers(scene: Scene, message: str, name: str | None = None) -> list[Entry]:
    """For each step that sends the message, what became of it for this person, as short answers."""
    return [
        Entry(scene.now, "summary", place.flow.name, place.step.at.id, place.step.at.line, f"{place.step.at.text!r} of {place.flow.name}: {why}")
        for place in places(scene.program.ir, message) if name in (None, place.flow.name)
        for why in _answer(scene, place)
    ]  # fmt: skip


def _answer(scene: Scene, place: Place) -> Iterator[str]:
    flow, facts = place.flow, scene.of_flow(place.flow.name)
    entries = [fact for fact in facts if fact.kind == "entered"]
    if not entries:
        yield f"not reached: {why_outside(scene, flow)}"
        return
    for entered in entries:
        mine = [fact for fact in facts if fact.run == entered.run]
        reached = [fact for fact in mine if fact.step == place.step.at.id and fact.kind in REACHED]
        if reached:
            last = reached[-1]
            yield f"{scene.moment(last.at)} {sentences.fact(last, scene.zone)}{outcome(scene, last)}"
        else:
            yield f"not reached by the entry of {scene.moment(entered.at)}: {_on_the_way(scene, place, mine)}"


def _on_the_way(scene: Scene, place: Place, mine: list[Fact]) -> str:
    """Where the run turned off, ended, or waits."""
    for turn in place.turns:
        took = [fact for fact in mine if fact.step == turn.at.id and fact.kind in ("branch", "resumed")]
        if took and not any(_took(fact, turn) for fact in took):
            return f"{scene.moment(took[-1].at)} {sentences.fact(took[-1], scene.zone)}{_instead(scene, turn, took[-1])}"
    ended = next((fact for fact in mine if fact.kind == "exited"), None)
    if ended is not None:
        return f"{scene.moment(ended.at)} {sentences.fact(ended, scene.zone)}"
    run = next((run for run in scene.runs(place.flow.name) if run.id == mine[0].run), None)
    return f"the run {stands(scene, run)}" if run is not None else "it is not known what became of that entry"


def _took(fact: Fact, turn: Turn) -> bool:
    """Whether a run went that way. An arm on the first line of its step is told from ``else`` by its text."""
    if fact.kind == "resumed":
        by_time = fact.data.get("by") == "time"
        return by_time == (turn.text == "otherwise") and (by_time or fact.line == turn.line)
    return fact.data.get("took") == turn.text or (turn.text == CASE and fact.line == turn.line)


def _instead(scene: Scene, turn: Turn, took: Fact) -> str:
    """What the conditions saw: that of the arm on the way, and that of the arm taken in its place."""
    asked = [miss for miss in scene.misses if miss.flow == took.flow and miss.step == turn.at.id and miss.at == took.at]
    told = [miss for miss in asked if (miss.line, miss.holds) in ((turn.line, False), (took.line, True))]
    return "".join(f"; {sentences.miss(miss)}" for miss in told)
