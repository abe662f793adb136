"""What a condition depends on, so that it is asked again only when that changes.

A dependency is ``("event", name)``, ``("field", name)``, ``("segment", name)``, ``("flow", name)``, ``("score", name)``,
``("model", name)``, ``("consent", "")`` or ``("variable", name)``: what a run has caught under a name.
"""

from __future__ import annotations

from collections.abc import Iterable

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import walk

Key = tuple[str, str]


def uses(program: Program, expressions: Iterable[x.Expr | None]) -> frozenset[Key]:
    """Everything these expressions look at, through values as well."""
    found: set[Key] = set()
    for expression in expressions:
        if expression is not None:
            for node in walk(expression):
                found |= _of(program, node)
    return frozenset(found)


def _of(program: Program, node: x.Expr) -> set[Key]:
    match node:
        case x.ProfileField(path=path):
            return {("field", path[0])}
        case x.Did(event=event) | x.Aggregate(event=event) | x.Pick(event=event):
            return {("event", event), ("field", "timezone")}
        case x.Within() | x.MomentOf() | x.DateOf() | x.LocalMoment():
            return {("field", "timezone")}
        case x.InSegment(segment=segment):
            return {("segment", segment), ("field", "email")}
        case x.InFlow(flow=flow):
            return {("flow", flow)}
        case x.Variable(name=name):
            return {("variable", name)}
        case x.Subscribed():
            return {("consent", "")}
        case x.Reachable(channel=channel):
            return {("consent", ""), ("field", program.addresses.get(channel, channel))}
        case x.ScoreOf(name=name) | x.LevelOf(name=name):
            return {("score", name)}
        case x.ModelOf(name=name):
            return {("model", name)}
        case x.ValueOf(name=name):
            value = next(each.value for each in program.values if each.name == name)
            return set(uses(program, [value]))
        case _:
            return set()
