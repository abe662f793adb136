"""Flows, or single starts of flows, that let nobody in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.lint.truth import Claim, impossible


class NobodyEnters(Rule):
    code = "TF610"
    severity = "warning"
    message = "nobody can enter the flow `{flow}` this way: {why}"
    help = "correct the start line, or add another one"
    reason = "A flow that nobody enters looks like one that works, until somebody misses its messages."
    wrong = (
        'flow f\n    start when plan changes to "pro"\n    only if plan is "free"\n    wait 1 day\n'
    )
    right = (
        'flow f\n    start when plan changes to "pro"\n    only if total_spent > 5\n    wait 1 day\n'
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Each start by itself."""
        joined = {node.segment for node in project.nodes if isinstance(node, s.Membership) and node.join}
        for flow in project.program.flows:
            if flow.status in {"disabled", "paused"}:
                continue
            for start in flow.starts:
                found = _by_hand(start, flow, joined, project) or _against_only_if(start, flow, project)
                if found is not None:
                    yield found


def _by_hand(start: Any, flow: f.Flow, joined: set[str], project: Project) -> Diagnostic | None:
    if not isinstance(start, f.StartSegment) or start.segment in joined:
        return None
    segment = project.segments.get(start.segment)
    if segment is None or segment.kind != "hand":
        return None
    doing = "comes into" if start.enters else "leaves"
    return NobodyEnters.at(
        project.line(flow.file, start.line),
        hint=f"put `join segment {start.segment}` where people should come into it; if other programs do that, say so: "
        "# allow TF610: because …",
        related=(Related(project.declared("segment", start.segment), "declared here"),),
        flow=flow.name,
        why=f"nobody ever {doing} the segment `{start.segment}`, because no flow joins anybody to it",
    )


def _against_only_if(start: Any, flow: f.Flow, project: Project) -> Diagnostic | None:
    """``only if`` is asked at the very moment of the start, so both must be able to hold together."""
    claims = list(_holds(start))
    if flow.only_if is None or not claims:
        return None
    wanted = _same_event(flow.only_if) if isinstance(start, f.StartWhen) else flow.only_if
    if impossible(claims, project) or impossible([(wanted, True)], project):
        return None  # told of at the condition itself
    if not impossible([*claims, (wanted, True)], project):
        return None
    place = project.line(flow.file, start.line)
    parts = wanted.operands if isinstance(wanted, x.And) else (wanted,)
    for part in parts:
        if impossible([*claims, (part, True)], project):
            related = (Related(project.condition(part, place), "asked at that moment"),)
            text = f"`{part.text}` is" if isinstance(part, x.Located) else "its `only if` is"
            return NobodyEnters.at(place, related=related, flow=flow.name, why=f"{text} never true at that moment")
    return NobodyEnters.at(place, flow=flow.name, why="its `only if` is never true at that moment")


def _holds(start: Any) -> Iterator[Claim]:
    """What is certainly so when a start lets somebody in."""
    match start:
        case f.StartWhen(stages=(stage,), everyone=False) if stage.where is not None and not stage.negated:
            yield stage.where, True
        case f.StartChange(field=path, before=before, after=after):
            if after is not None:
                yield _is(path, after), True
            elif before is not None:
                yield _is(path, before), False
        case f.StartSegment(segment=segment, enters=enters):
            yield x.InSegment(segment, negated=False), enters
        case f.StartCrossing(value=value, rises=rises, threshold=threshold):
            yield x.Compare(">=" if rises else "<", value, threshold, False, "number"), True
        case _:
            return


def _is(path: tuple[str, ...], value: x.Expr) -> x.Expr:
    return x.Compare("is", x.ProfileField(path), value, False, "text")


def _same_event(condition: x.Expr) -> x.Expr:
    """``event.total`` of a run is the same as ``total`` in the ``where`` of the event that starts it."""
    match condition:
        case x.And() | x.Or():
            return replace(condition, operands=tuple(_same_event(one) for one in condition.operands))
        case x.Not():
            return x.Not(_same_event(condition.operand))
        case x.Located():
            return replace(condition, condition=_same_event(condition.condition))
        case x.Compare():
            return replace(condition, left=_field(condition.left), right=_field(condition.right))
        case x.Between() | x.OneOf() | x.Known():
            return replace(condition, value=_field(condition.value))
        case _:
            return condition


def _field(value: x.Expr) -> x.Expr:
    return x.EventField(value.path) if isinstance(value, x.Variable) and value.name == "event" else value
