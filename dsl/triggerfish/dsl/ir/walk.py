"""Going through expressions and steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, cast

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow, StartChange, StartCrossing, StartWhen
from triggerfish.dsl.ir.program import Content

EXPRESSIONS: tuple[type, ...] = x.Expr.__args__
STEPS: tuple[type, ...] = s.Step.__args__


def children(node: x.Expr | x.Window) -> Iterator[x.Expr]:
    """The expressions directly inside an expression, left to right."""
    for field in fields(node):
        yield from _expressions(getattr(node, field.name))


def _expressions(value: Any) -> Iterator[x.Expr]:
    if isinstance(value, EXPRESSIONS):
        yield cast("x.Expr", value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _expressions(item)
    elif isinstance(value, (x.InLast, x.Since, x.Ever)):
        yield from children(value)


def walk(node: x.Expr) -> Iterator[x.Expr]:
    """The expression and all inside it, outermost first."""
    yield node
    for child in children(node):
        yield from walk(child)


def steps_inside(steps: tuple[s.Step, ...]) -> Iterator[s.Step]:
    """The steps and all in their blocks, in file order."""
    for step in steps:
        yield step
        for block in blocks(step):
            yield from steps_inside(block)


def blocks(step: s.Step) -> Iterator[tuple[s.Step, ...]]:
    """The blocks directly inside a step, in file order."""
    match step:
        case s.If():
            yield from (arm.steps for arm in step.arms)
            yield step.otherwise
        case s.Choose():
            yield from (case.steps for case in step.cases)
            yield step.otherwise
        case s.WaitUpTo():
            yield from (branch.steps for branch in step.branches)
            yield step.otherwise
        case s.Repeat() | s.ForEach():
            yield step.steps
        case s.ChooseBest():
            yield from (path.steps for path in step.paths)
            yield step.otherwise
        case s.Split():
            yield from (arm.steps for arm in step.arms)
        case s.Together():
            yield from (branch.steps for branch in step.branches)
        case _:
            return


def step_expressions(step: s.Step) -> Iterator[x.Expr]:
    """The expressions of a step itself, not those of the steps in its blocks."""
    yield from _inside(step)


def _inside(value: Any) -> Iterator[x.Expr]:
    if isinstance(value, EXPRESSIONS):
        yield cast("x.Expr", value)
    elif isinstance(value, tuple):
        for item in value:
            if not isinstance(item, STEPS):
                yield from _inside(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _inside(getattr(value, field.name))


def content_expressions(content: Content) -> Iterator[x.Expr]:
    """Every condition of a content's variants."""
    yield from _inside(content.variants)


def flow_expressions(flow: Flow) -> Iterator[x.Expr]:
    """Every expression of a flow: starts, headers and steps."""
    for start in flow.starts:
        if isinstance(start, StartWhen | StartChange | StartCrossing):
            yield from _inside(start)
    for header in (flow.only_if, flow.per, flow.stops, flow.goal):
        yield from _inside(header)
    for step in steps_inside(flow.steps):
        yield from step_expressions(step)
