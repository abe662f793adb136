"""Whether conditions can hold together.

A condition is taken apart into its single comparisons (``or`` tries each side); what they say about one field, one kind of
event and one segment is put side by side. What is found is certain; what is not found may still be so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.lint import durations
from triggerfish.dsl.lint.domains import MIRRORED, Domain, domain_of, plain
from triggerfish.dsl.lint.project import Project

Claim = tuple[x.Expr, bool]
"""A condition, and whether it holds."""

BRANCHES_AT_MOST = 400
SEGMENTS_DEEP = 3


def impossible(claims: Sequence[Claim], project: Project) -> bool:
    """Whether these cannot all be so at one moment."""
    return _Search(project).closed([(condition, holds, 0) for condition, holds in claims], [])


def always(condition: x.Expr, project: Project) -> bool:
    """Whether a condition can never be false."""
    return impossible([(condition, False)], project)


class _Search:
    def __init__(self, project: Project) -> None:
        self.project = project
        self.left = BRANCHES_AT_MOST

    def closed(self, todo: list[tuple[x.Expr, bool, int]], found: list[Claim]) -> bool:
        """Whether every way to fulfil the rest contradicts itself."""
        self.left -= 1
        if self.left < 0:
            return False
        while todo:
            condition, holds, depth = todo.pop()
            match condition:
                case x.Located():
                    todo.append((condition.condition, holds, depth))
                case x.Not():
                    todo.append((condition.operand, not holds, depth))
                case x.And() | x.Or():
                    if isinstance(condition, x.And) == holds:
                        todo += [(operand, holds, depth) for operand in condition.operands]
                        continue
                    return all(self.closed([*todo, (one, holds, depth)], [*found]) for one in condition.operands)
                case x.Between():
                    holds = holds != condition.negated
                    bounds = (
                        x.Compare(">=", condition.value, condition.low, False, condition.type),
                        x.Compare("<=", condition.value, condition.high, False, condition.type),
                    )
                    todo.append((x.And(bounds), holds, depth))
                case x.InSegment():
                    holds = holds != condition.negated
                    found.append((replace(condition, negated=False), holds))
                    segment = self.project.segments.get(condition.segment)
                    if segment is not None and segment.condition is not None and depth < SEGMENTS_DEEP:
                        todo.append((segment.condition, holds, depth + 1))
                case _:
                    negated = getattr(condition, "negated", False)
                    positive: Any = condition
                    positive = replace(positive, negated=False) if negated else positive
                    found.append((positive, holds != negated))
        return contradictory(found, self.project)


def contradictory(claims: Sequence[Claim], project: Project) -> bool:
    """Whether single comparisons, each with whether it holds, exclude each other."""
    said: dict[str, bool] = {}
    domains: dict[tuple[str, str], Domain] = {}
    history: dict[str, list[tuple[x.Did, bool]]] = {}
    for condition, holds in sorted(claims, key=lambda claim: isinstance(claim[0], x.Known)):
        if said.setdefault(project.key(condition), holds) != holds:
            return True
        if isinstance(condition, x.Did):
            history.setdefault(f"{condition.event} {project.key(condition.where)}", []).append((condition, holds))
        elif _narrowed(condition, holds, domains, project):
            return True
    return any(domain.empty for domain in domains.values()) or any(_too_few(one, project) for one in history.values())


# --- comparisons ------------------------------------------------------------------------------


def _narrowed(condition: x.Expr, holds: bool, domains: dict[tuple[str, str], Domain], project: Project) -> bool:  # noqa: FBT001
    """Write into the domains what a comparison says; whether it is false by itself."""

    def domain(subject: x.Expr, kind: str) -> Domain:
        place = project.key(subject), kind
        if place not in domains:
            domains[place] = domain_of(subject, project)
        return domains[place]

    match condition:
        case x.Compare():
            return _compared(condition, holds, domain, project)
        case x.OneOf():
            options = _options(condition.options)
            kinds = {kind for kind, _ in options or ()}
            constant = plain(condition.value)
            if options is None or len(kinds) > 1:
                return False
            if constant is not None:
                return (constant in options) != holds
            if not options:
                return holds
            domain(condition.value, kinds.pop()).among({value for _, value in options}, holds=holds)
        case x.Truth():
            constant = plain(condition.value)
            if constant is not None:
                return bool(constant[1]) != holds
            domain(condition.value, "boolean").among({True}, holds=holds)
        case x.Known():
            if plain(condition.value) is not None:
                return not holds
            domain(condition.value, "any")
            for (subject, _), one in domains.items():
                if subject == project.key(condition.value):
                    one.unknown, one.known = one.unknown and not holds, one.known and holds
        case _:
            pass
    return False


def _compared(condition: x.Compare, holds: bool, domain: Any, project: Project) -> bool:  # noqa: FBT001
    operator = condition.operator
    left, right = plain(condition.left), plain(condition.right)
    if left is not None and right is not None:
        return left[0] == right[0] and _true(operator, left[1], right[1]) is (not holds)
    if left is None and right is None:
        return holds and operator in {"<", ">"} and project.key(condition.left) == project.key(condition.right)
    subject, constant = (condition.left, right) if right is not None else (condition.right, left)
    if constant is None or (left is not None and operator not in {"is", *MIRRORED}):
        return False
    kind, value = constant
    if operator == "is":
        domain(subject, kind).among({value}, holds=holds)
    elif operator in MIRRORED:
        domain(subject, kind).bound(operator if left is None else MIRRORED[operator], value, holds=holds)
    return False


def _true(operator: str, left: Any, right: Any) -> bool | None:
    match operator:
        case "is":
            return bool(left == right)
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case ">=":
            return bool(left >= right)
        case _:
            return None


def _options(options: x.Expr) -> list[tuple[str, Any]] | None:
    if isinstance(options, x.ListOf):
        found = [plain(item) for item in options.items]
        return None if any(one is None for one in found) else [one for one in found if one is not None]
    if isinstance(options, x.Constant) and isinstance(options.value, list | tuple):
        listed = [plain(x.Constant(item, "text")) for item in options.value]
        return None if any(one is None for one in listed) else [one for one in listed if one is not None]
    return None


# --- history ----------------------------------------------------------------------------------


def _too_few(claims: Sequence[tuple[x.Did, bool]], project: Project) -> bool:
    """Whether more events are wanted in a window than a wider one may hold."""
    least: list[tuple[x.Window, int]] = []
    most: list[tuple[x.Window, int]] = []
    for did, holds in claims:
        if did.comparison == "exactly":
            if holds:
                least.append((did.window, did.count))
                most.append((did.window, did.count))
        elif (did.comparison == "at least") == holds:
            least.append((did.window, did.count if holds else did.count + 1))
        else:
            most.append((did.window, did.count if holds else did.count - 1))
    if any(count < 0 for _, count in most):
        return True
    return any(
        wanted > allowed and _inside(small, wide, project) for small, wanted in least for wide, allowed in most
    )


def _inside(small: x.Window, wide: x.Window, project: Project) -> bool:
    if isinstance(wide, x.Ever) or project.key(small) == project.key(wide):
        return True
    if isinstance(small, x.InLast) and isinstance(wide, x.InLast):
        return durations.longest(small.duration) <= durations.shortest(wide.duration)
    return False
