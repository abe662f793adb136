"""Conditions asked the slow and obvious way: over all that ever happened, straight from the meaning of each node.

Written apart from the generated code, to be compared with it. Unknown is None.
"""

from __future__ import annotations

import calendar
import datetime as dt
import fnmatch
import math
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir import expressions as x

DAY = 86_400_000
MEAN_MONTH = 2_629_746_000
UTC = dt.UTC
EPOCH = dt.datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class World:
    """All that is known: events are ``(moment, name, fields)`` in order of arrival."""

    now: int
    zone: ZoneInfo
    profile: dict[str, Any]
    events: list[tuple[int, str, dict[str, Any]]]
    variables: dict[str, Any] = field(default_factory=dict)
    entered: int = 0
    values: dict[str, x.Expr] = field(default_factory=dict)
    segments: set[str] = field(default_factory=set)


# --- time ------------------------------------------------------------------------------------------


def local(moment: int, zone: ZoneInfo) -> dt.datetime:
    return (EPOCH + dt.timedelta(milliseconds=moment)).astimezone(zone).replace(tzinfo=None)


def instant(naive: dt.datetime, zone: ZoneInfo) -> int:
    """The first moment at which clocks show this time, or the first after they skipped it."""
    guess = naive.replace(tzinfo=zone, fold=0)
    found = (guess.astimezone(UTC) - EPOCH) // dt.timedelta(milliseconds=1)
    if local(found, zone) == naive:
        return found
    while local(found - 60_000, zone) > naive:
        found -= 60_000
    return found // 60_000 * 60_000


def months_later(day: dt.date, months: int) -> dt.date:
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return dt.date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def stepped(moment: int, span: Any, zone: ZoneInfo, sign: int) -> int:
    months, days, milliseconds = span
    if months or days:
        at = local(moment, zone)
        moment = instant(dt.datetime.combine(months_later(at.date(), sign * months) + dt.timedelta(days=sign * days), at.time()), zone)
    return moment + sign * milliseconds


def window(moment: int, span: Any, zone: ZoneInfo) -> int:
    """The first moment outside of a window that begins at a moment."""
    months, days, milliseconds = span
    if months:
        at = local(moment, zone)
        moment = instant(dt.datetime.combine(months_later(at.date(), months), at.time()), zone)
    return moment + days * DAY + milliseconds


def length(span: Any) -> int:
    return int(span[0] * MEAN_MONTH + span[1] * DAY + span[2])


def dug(value: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


# --- values ----------------------------------------------------------------------------------------


def value(node: x.Expr, w: World, event: tuple[int, str, dict[str, Any]] | None = None) -> Any:
    match node:
        case x.Constant():
            return tuple(node.value) if node.type == "duration" and node.value is not None else node.value
        case x.ProfileField(path=path, default=default):
            found = dug(w.profile, path)
            return default if found is None else found
        case x.EventField(path=path):
            assert event is not None
            return dug(event[2], path) if path else event[0]
        case x.Variable(name=name, path=path):
            return dug(w.variables.get(name), path)
        case x.Entered():
            return w.entered
        case x.Now():
            return w.now
        case x.ValueOf(name=name):
            return value(w.values[name], w, event)
        case x.LocalMoment(date=date, hour=hour, minute=minute):
            return instant(dt.datetime.combine(dt.date.fromisoformat(date), dt.time(hour, minute)), w.zone)
        case x.MomentOf(date=inner):
            date = value(inner, w, event)
            return None if date is None else instant(dt.datetime.combine(dt.date.fromisoformat(date), dt.time()), w.zone)
        case x.Negate(operand=operand):
            found = value(operand, w, event)
            return None if found is None else -found
        case x.Arithmetic():
            return arithmetic(node, value(node.left, w, event), value(node.right, w, event), w)
        case x.Call(function=function, arguments=arguments):
            return called(function, [value(each, w, event) for each in arguments])
        case x.ListOf(items=items):
            return [value(each, w, event) for each in items]
        case x.TimeSince(moment=inner):
            found = value(inner, w, event)
            return None if found is None else (0, 0, w.now - found)
        case x.Aggregate() | x.Pick():
            return calculated(node, w)
        case _:
            return holds(node, w, event)


def arithmetic(node: x.Arithmetic, a: Any, b: Any, w: World) -> Any:
    if a is None or b is None:
        return None
    sign = 1 if node.operator == "+" else -1
    match node.left_type, node.right_type, node.operator:
        case "date", "duration", _:
            day = months_later(dt.date.fromisoformat(a), sign * b[0]) + dt.timedelta(days=sign * b[1])
            return day.isoformat()
        case "datetime", "duration", _:
            return stepped(a, b, w.zone, sign)
        case "datetime", "datetime", _:
            return (0, 0, a - b)
        case "number", "number", "/":
            return a / b if b else None
    return {"+": a.__add__, "-": a.__sub__, "*": a.__mul__}[node.operator](b) if not isinstance(a, int) or isinstance(b, int) else {
        "+": float(a) + b, "-": float(a) - b, "*": float(a) * b
    }[node.operator]


def called(function: str, arguments: list[Any]) -> Any:
    if any(each is None for each in arguments):
        return None
    match function:
        case "lower":
            return arguments[0].lower()
        case "length":
            return len(arguments[0])
        case "abs":
            return abs(arguments[0])
        case "floor":
            return math.floor(arguments[0])
        case _:
            raise NotImplementedError(function)


# --- history ---------------------------------------------------------------------------------------


def seen(node: x.Did | x.Aggregate | x.Pick, w: World) -> list[tuple[int, str, dict[str, Any]]]:
    """The events that a history condition sees, by their own time, those of one moment as they arrived."""
    found = [each for each in w.events if each[1] == node.event]
    if not isinstance(node, x.Pick):
        match node.window:
            case x.InLast(duration=d):
                found = [each for each in found if each[0] <= w.now < window(each[0], (d.months, d.days, d.milliseconds), w.zone)]
            case x.Since(moment=inner):
                since = value(inner, w)
                found = [] if since is None else [each for each in found if each[0] > since]
    found = [each for each in found if node.where is None or holds(node.where, w, each)]
    return sorted(found, key=lambda each: each[0])


def calculated(node: x.Aggregate | x.Pick, w: World) -> Any:
    found = seen(node, w)
    if isinstance(node, x.Pick):
        if not found:
            return None
        one = found[0] if node.which == "first" else found[-1]
        return dug(one[2], node.field) if node.field else one[0]
    if node.function == "count":
        return len(found)
    known = [each for one in found if (each := dug(one[2], node.field)) is not None]
    if node.function == "sum":
        return sum(known)
    if not known:
        return None
    return {"average": sum(known) / len(known), "smallest": min(known), "largest": max(known)}[node.function]


# --- conditions ------------------------------------------------------------------------------------


def plain(node: x.Expr, w: World) -> x.Expr:
    while isinstance(node, x.ValueOf):
        node = w.values[node.name]
    return node


def holds(node: x.Expr, w: World, event: tuple[int, str, dict[str, Any]] | None = None) -> bool:
    match node:
        case x.Located(condition=inner):
            return holds(inner, w, event)
        case x.And(operands=operands):
            return all(holds(each, w, event) for each in operands)
        case x.Or(operands=operands):
            return any(holds(each, w, event) for each in operands)
        case x.Not(operand=operand):
            return not holds(operand, w, event)
        case x.Compare():
            return compared(node, w, event) is not node.negated
        case x.Between(low=low, high=high):
            ends = ((">=", low), ("<=", high))
            inside = all(compared(x.Compare(o, node.value, e, negated=False, type=node.type), w, event) for o, e in ends)
            known = value(node.value, w, event) is not None
            return (inside and known) is not node.negated
        case x.OneOf(value=inner, options=options):
            found, among = value(inner, w, event), value(options, w, event)
            return (found is not None and among is not None and found in among) is not node.negated
        case x.Known(value=inner):
            return (value(inner, w, event) is not None) is not node.negated
        case x.Within():
            return within(node, w, event) is not node.negated
        case x.Did(count=count):
            found = len(seen(node, w))
            return {"at least": found >= count, "at most": found <= count, "exactly": found == count}[node.comparison] is not node.negated
        case x.InSegment(segment=segment):
            return (segment in w.segments) is not node.negated
        case x.Truth(value=inner):
            return value(inner, w, event) is True
        case _:
            raise NotImplementedError(node)


def compared(node: x.Compare, w: World, event: Any) -> bool:
    a, b = value(node.left, w, event), value(node.right, w, event)
    if a is None or b is None:
        return False
    left, right = plain(node.left, w), plain(node.right, w)
    if node.type == "duration":
        if isinstance(left, x.TimeSince):  # time since t > d: now is later than t and d
            a, b = w.now, window(value(left.moment, w, event), b, w.zone)
        elif isinstance(right, x.TimeSince):
            a, b = window(value(right.moment, w, event), a, w.zone), w.now
        else:
            a, b = length(a), length(b)
    match node.operator:
        case "is":
            return bool(a == b)
        case "<":
            return bool(a < b)
        case "<=":
            return bool(a <= b)
        case ">":
            return bool(a > b)
        case ">=":
            return bool(a >= b)
        case "contains":
            return b in a
        case "starts with":
            return bool(a[: len(b)] == b)
        case "ends with":
            return bool(a[len(a) - len(b) :] == b) if len(b) <= len(a) else False
        case "like":
            return fnmatch.fnmatchcase(a, b.replace("[", "[[]"))


def within(node: x.Within, w: World, event: Any) -> bool:
    found, d = value(node.value, w, event), node.duration
    if found is None:
        return False
    span = (d.months, d.days, d.milliseconds)
    if node.type == "datetime":
        if node.direction == "last":
            return bool(found <= w.now < window(found, span, w.zone))
        return bool(w.now <= found < window(w.now, span, w.zone))
    today, day = local(w.now, w.zone).date(), dt.date.fromisoformat(found)
    if node.direction == "last":
        return months_later(today, -d.months) - dt.timedelta(days=d.days) <= day <= today
    return today <= day <= months_later(today, d.months) + dt.timedelta(days=d.days)
