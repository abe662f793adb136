"""Whom an event for everyone can concern: what the ``where`` of its start demands of people's history.

``start when price_dropped for everyone where did (product_viewed where product_id is event.product_id) in last 30 days``
concerns those alone who viewed that product. Who has no such event need not be looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.types import TEXT_KINDS

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """An event that everybody concerned must have in their history.

    ``field`` (empty: any such event will do) holds what ``given`` of the event for everyone holds, or a constant.
    ``within`` is how long ago it may be at most; None: ever.
    """

    event: str
    field: Path = ()
    given: Path | x.Constant = ()
    within: x.Duration | None = None


def traces(where: x.Expr | None, name: str | None = None) -> tuple[Trace, ...] | None:
    """Everybody for whom ``where`` can hold has one of these traces; None if it can hold for anybody.

    ``name`` is the ``as`` name of the event for everyone, which ``event`` also means.
    """
    names = {"event"} if name is None else {"event", name}
    return None if where is None else _of(where, names)


def _of(node: x.Expr, names: set[str]) -> tuple[Trace, ...] | None:
    match node:
        case x.Located():
            return _of(node.condition, names)
        case x.And():
            found = [one for operand in node.operands if (one := _of(operand, names)) is not None]
            return min(found, key=_loose, default=None)
        case x.Or():
            each = [_of(operand, names) for operand in node.operands]
            sure = [one for one in each if one is not None]
            return tuple(dict.fromkeys(trace for one in sure for trace in one)) if len(sure) == len(each) else None
        case x.Did(negated=False, comparison="at least" | "exactly", count=count) if count >= 1:
            return (_trace(node, names),)
        case x.Compare(negated=False):
            return _compared(node, names)
        case _:
            return None


def _loose(found: tuple[Trace, ...]) -> tuple[bool, bool, int]:
    """The smaller, the fewer people it can be."""
    return any(not one.field for one in found), any(one.within is None for one in found), len(found)


def _compared(node: x.Compare, names: set[str]) -> tuple[Trace, ...] | None:
    left, right = node.left, node.right
    if isinstance(left, x.Aggregate) and left.function == "count" and isinstance(right, x.Constant):
        least = {">": 0, ">=": 1, "is": 1}.get(node.operator)
        some = least is not None and isinstance(right.value, int | float) and right.value >= least
        return (_trace(left, names),) if some else None
    if node.operator != "is":
        return None
    for one, other in ((left, right), (right, left)):
        if isinstance(one, x.Pick) and one.field:
            given = other.path if isinstance(other, x.EventField) and other.path else other
            if isinstance(given, tuple | x.Constant) and _plain(node.type):
                return (Trace(one.event, one.field, given),)
            return (_trace(one, names),)
    return None


def _trace(node: x.Did | x.Aggregate | x.Pick, names: set[str]) -> Trace:
    window = None if isinstance(node, x.Pick) else node.window
    within = window.duration if isinstance(window, x.InLast) else None
    for condition in _together(node.where):
        if isinstance(condition, x.Compare) and condition.operator == "is" and not condition.negated and _plain(condition.type):
            for one, other in ((condition.left, condition.right), (condition.right, condition.left)):
                if not isinstance(one, x.EventField) or not one.path:
                    continue
                if isinstance(other, x.Variable) and other.name in names and other.path:
                    return Trace(node.event, one.path, other.path, within)
                if isinstance(other, x.Constant):
                    return Trace(node.event, one.path, other, within)
    return Trace(node.event, within=within)


def _together(where: x.Expr | None) -> Iterator[x.Expr]:
    """The conditions that must all hold."""
    match where:
        case None:
            return
        case x.Located():
            yield from _together(where.condition)
        case x.And():
            for operand in where.operands:
                yield from _together(operand)
        case _:
            yield where


def _plain(kind: str) -> bool:
    """Whether values of the kind are equal where their stored forms are."""
    return kind == "number" or kind in TEXT_KINDS
