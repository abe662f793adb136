"""Conditions that say nothing, because they can only come out one way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.lint.project import Project, nodes, parts_of
from triggerfish.dsl.lint.truth import always, impossible
from triggerfish.dsl.span import NOWHERE, Span

CONDITIONS = (
    x.Located, x.And, x.Or, x.Not, x.Compare, x.Between, x.OneOf, x.Known, x.Within, x.Did, x.InSegment, x.InFlow,
    x.Truth,
)


class NeverTrue(Rule):
    code = "TF611"
    severity = "warning"
    message = "this can never be true{why}"
    help = "one of the values is probably not what was meant"
    reason = "Whatever depends on it never happens, and no error ever shows it."
    wrong = 'segment s\n    plan is "free"\n    plan is "pro"\n\nflow f\n    start when enters segment s\n    wait 1 day\n'
    right = 'segment s\n    plan in ("free", "pro")\n\nflow f\n    start when enters segment s\n    wait 1 day\n'

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Both kinds: conditions that never and that always hold."""
        for root in roots(project.program):
            yield from look(root, project, NOWHERE)


class AlwaysTrue(Rule):
    code = "TF612"
    severity = "warning"
    message = "this is always true"
    help = "leave it out, or correct it: between `is not` there is usually an `and`, not an `or`"
    reason = "It narrows nothing, so more people are concerned than the line seems to say."
    wrong = (
        'segment s\n    plan is not "free" or plan is not "pro"\n\n'
        "flow f\n    start when enters segment s\n    wait 1 day\n"
    )
    right = (
        'segment s\n    plan is not "free" and plan is not "pro"\n\n'
        "flow f\n    start when enters segment s\n    wait 1 day\n"
    )


def roots(value: Any) -> Iterator[x.Expr]:
    """The conditions of a program that are not part of another one."""
    if isinstance(value, CONDITIONS):
        yield value
        return
    if isinstance(value, tuple):
        for item in value:
            yield from roots(item)
        return
    for part in parts_of(value) or ():
        yield from roots(part)


def look(condition: x.Expr, project: Project, around: Span) -> list[Diagnostic]:
    """The smallest parts of a condition that can only come out one way; those around them follow and are not told."""
    place = project.condition(condition, around)
    inner = condition.condition if isinstance(condition, x.Located) else condition
    parts: tuple[x.Expr, ...] = ()
    if isinstance(inner, x.And | x.Or):
        parts = inner.operands
    elif isinstance(inner, x.Not):
        parts = (inner.operand,)
    elif isinstance(inner, x.Did | x.Aggregate | x.Pick):
        parts = (inner.where,) if inner.where is not None else ()
    else:
        parts = tuple(
            one.where for one in nodes(inner) if isinstance(one, x.Did | x.Aggregate | x.Pick) and one.where is not None
        )
    found = [one for part in parts for one in look(part, project, place)]
    if found:
        return found
    if impossible([(inner, True)], project):
        return [_never(inner, project, place)]
    return [AlwaysTrue.at(place)] if always(inner, project) else []


def _never(condition: x.Expr, project: Project, place: Span) -> Diagnostic:
    """Names two parts that exclude each other, if it is two."""
    if isinstance(condition, x.And):
        parts = condition.operands
        for index, one in enumerate(parts):
            for other in parts[index + 1 :]:
                if impossible([(one, True), (other, True)], project):
                    first, second = project.condition(one, place), project.condition(other, place)
                    why = f" together with `{_text(one)}`" if _text(one) else ""
                    related = (Related(first, "the other condition"),)
                    return NeverTrue.at(second, related=related, why=why)
    if isinstance(condition, x.Between):
        return NeverTrue.at(place, hint="the smaller value comes first: `between 1 and 5`", why=": nothing is in between")
    return NeverTrue.at(place, why="")


def _text(condition: x.Expr) -> str:
    return condition.text if isinstance(condition, x.Located) else ""
