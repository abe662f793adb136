"""Flows that start one another, or themselves, for ever."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow, StartWhen
from triggerfish.dsl.lint.project import Project

RESTING = (s.WaitFor, s.WaitUntil, s.WaitUpTo, s.Collect)
FLOWS_AT_MOST = 8


class GoingRound(Rule):
    code = "TF620"
    severity = "warning"
    message = "people go round and round here: {chain}"
    help = "let people in again only after some time (`again after …`, `again never`), or on a condition (`only if …`)"
    reason = "Nothing ever takes them out of it, so the same messages reach them again and again."
    wrong = (
        "flow a\n    start by hand\n    wait 1 day\n    enter flow b\n\n"
        "flow b\n    start by hand\n    wait 1 day\n    enter flow a\n"
    )
    right = (
        "flow a\n    start by hand\n    again never\n    wait 1 day\n    enter flow b\n\n"
        "flow b\n    start by hand\n    wait 1 day\n    enter flow a\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Each circle once, at the step of its first flow that leads on."""
        edges = {flow.name: list(_edges(flow, project)) for flow in project.program.flows}
        told: set[frozenset[str]] = set()
        for name in edges:
            for circle in _circles(name, edges):
                members = frozenset(edge.source.name for edge in circle)
                if members not in told and _endless(circle):
                    told.add(members)
                    yield _tell(circle, project)


@dataclass(frozen=True, slots=True)
class Edge:
    """A step that lets whoever comes to it into ``target``, whatever is known of them."""

    source: Flow
    target: Flow
    step: s.Step
    waits: bool


def _edges(flow: Flow, project: Project) -> Iterator[Edge]:
    """Only steps that everybody comes to, and after which the flow is over: before, nobody is let in again."""
    waits = False
    for index, step in enumerate(flow.steps):
        waits = waits or isinstance(step, RESTING)
        if isinstance(step, s.Exit):
            return
        if flow.per is None and any(isinstance(later, RESTING) for later in flow.steps[index + 1 :]):
            continue
        for target in project.program.flows:
            if _leads(step, target) and _open(target):
                yield Edge(flow, target, step, waits)


def _leads(step: s.Step, target: Flow) -> bool:
    if isinstance(step, s.EnterFlow):
        return step.flow == target.name
    return isinstance(step, s.RecordEvent) and any(
        isinstance(start, StartWhen)
        and len(start.stages) == 1
        and step.event in start.stages[0].events
        and start.stages[0].where is None
        and start.stages[0].times <= 1
        for start in target.starts
    )


def _open(flow: Flow) -> bool:
    """Whether everybody comes in, every time."""
    return flow.status not in {"disabled", "paused"} and not (
        flow.only_if is not None or flow.again is not None or flow.limits or flow.exclusive is not None
    )


def _circles(name: str, edges: dict[str, list[Edge]]) -> Iterator[list[Edge]]:
    paths = [[edge] for edge in edges[name]]
    while paths:
        path = paths.pop()
        last = path[-1].target.name
        if last == name:
            yield path
        elif len(path) < FLOWS_AT_MOST and last not in {edge.source.name for edge in path}:
            paths += [[*path, edge] for edge in edges[last]]


def _endless(circle: list[Edge]) -> bool:
    """A circle with waits in it can be meant: a flow that names itself, or one that something stops."""
    if not any(edge.waits for edge in circle):
        return True
    if len(circle) == 1 and isinstance(circle[0].step, s.EnterFlow):
        return False
    return not any(edge.source.stops for edge in circle)


def _tell(circle: list[Edge], project: Project) -> Diagnostic:
    first, others = circle[0], circle[1:]
    related = tuple(
        Related(project.line(edge.source.file, edge.step.at.line), f"then on to {edge.target.name}") for edge in others
    )
    chain = " → ".join([first.source.name, *(edge.target.name for edge in circle)])
    return GoingRound.at(project.line(first.source.file, first.step.at.line), related=related, chain=chain)
