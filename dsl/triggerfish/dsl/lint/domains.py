"""The values that one field or calculation can still have when a number of comparisons hold."""

from __future__ import annotations

from typing import Any, Literal

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.lint import durations
from triggerfish.dsl.lint.project import Project

Order = Literal["<", "<=", ">", ">="]
OPPOSITE: dict[str, Order] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
MIRRORED: dict[str, Order] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class Domain:
    """Possible values: unknown or not, between two bounds, among some, and not among others.

    A comparison with an unknown is false, so what holds positively rules the unknown out; its opposite does not.
    """

    def __init__(self) -> None:
        self.unknown = True
        self.known = True
        self.whole = False
        self.low: tuple[Any, bool] | None = None
        self.high: tuple[Any, bool] | None = None
        self.only: set[Any] | None = None
        self.never: set[Any] = set()

    def among(self, values: set[Any], *, holds: bool) -> None:
        """One of these, or not one of these."""
        if not holds:
            self.never |= values
            return
        self.unknown = False
        self.only = set(values) if self.only is None else self.only & values

    def bound(self, order: Order, value: Any, *, holds: bool) -> None:
        """Above or below a value, or not so."""
        if holds:
            self.unknown = False
        else:
            order = OPPOSITE[order]
        strict = order in {"<", ">"}
        if self.whole and strict and value == int(value):
            value, strict = (value - 1 if order == "<" else value + 1), False
        if order in {"<", "<="}:
            if self.high is None or (value, not strict) < (self.high[0], not self.high[1]):
                self.high = (value, strict)
        elif self.low is None or (value, strict) > self.low:
            self.low = (value, strict)

    @property
    def empty(self) -> bool:
        """Whether nothing is left."""
        return not self.unknown and (not self.known or not self._possible())

    def _possible(self) -> bool:
        if self.only is not None:
            return any(value not in self.never and self._inside(value) for value in self.only)
        if self.low is None or self.high is None:
            return True
        low, high = self.low[0], self.high[0]
        if low != high:
            return bool(low < high)
        return not self.low[1] and not self.high[1] and low not in self.never

    def _inside(self, value: Any) -> bool:
        above = self.low is None or (value > self.low[0] if self.low[1] else value >= self.low[0])
        below = self.high is None or (value < self.high[0] if self.high[1] else value <= self.high[0])
        return above and below


def domain_of(subject: x.Expr, project: Project) -> Domain:
    """What is known of a field or calculation beforehand."""
    domain = Domain()
    match subject:
        case x.ProfileField(path=path, default=default):
            kind = type_of(project, path)
            if kind is not None and kind.kind == "one of":
                domain.only = set(kind.options)
            elif kind is not None and kind.kind == "boolean":
                domain.only = {True, False}
            domain.unknown = default is None
        case x.Aggregate(function="count"):
            domain.unknown, domain.whole, domain.low = False, True, (0, False)
        case x.Call(function="length"):
            domain.whole, domain.low = True, (0, False)
        case x.ScoreOf(name=name) if name in project.scores:
            score = project.scores[name]
            domain.low = None if score.low is None else (score.low, False)
            domain.high = None if score.high is None else (score.high, False)
        case x.ModelOf():
            domain.low, domain.high = (0, False), (1, False)
        case _:
            pass
    return domain


def type_of(project: Project, path: tuple[str, ...]) -> Type | None:
    """The declared type of a profile field, None for a built-in one."""
    kind = project.profile.get(path[0])
    for name in path[1:]:
        field = kind.field(name) if kind is not None else None
        kind = field.type if field is not None else None
    return kind


def plain(value: x.Expr) -> tuple[str, Any] | None:
    """The kind and value of what is written out; None for what is worked out. Durations with months are left out."""
    if not isinstance(value, x.Constant) or value.value is None or value.type in {"list", "record"}:
        return None
    if value.type == "duration":
        found = durations.constant(value)
        return None if found is None or found.months else ("duration", durations.shortest(found))
    if isinstance(value.value, bool):
        return "boolean", value.value
    if isinstance(value.value, int | float):
        return "number", value.value
    return ("text", value.value) if isinstance(value.value, str) else None
