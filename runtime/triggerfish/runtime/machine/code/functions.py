"""The functions of the expression language (``lower(x)``, ``round(x, 2)``)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.code.writer import Code, Writer


def _rounded(number: float, digits: float = 0) -> float:
    """Half away from zero, as people round."""
    factor = 10 ** int(digits)
    shifted = math.floor(abs(number) * factor + 0.5) / factor
    result = math.copysign(shifted, number)
    return int(result) if digits == 0 else result


def _local(value: Any, zone: Any) -> dt.datetime:
    if isinstance(value, str):
        return dt.datetime.combine(dt.date.fromisoformat(value), dt.time())
    return calendar.local(value, zone)


BUILT_IN: dict[str, Callable[..., Any]] = {
    "lower": str.lower,
    "upper": str.upper,
    "trim": str.strip,
    "length": len,
    "round": _rounded,
    "floor": math.floor,
    "ceiling": math.ceil,
    "abs": abs,
    "min": min,
    "max": max,
}

OF_LOCAL_TIME: dict[str, Callable[[dt.datetime], Any]] = {
    "year": lambda when: when.year,
    "month": lambda when: when.month,
    "day": lambda when: when.day,
    "hour": lambda when: when.hour,
    "weekday": lambda when: when.isoweekday(),
}


def call(w: Writer, name: str, arguments: list[Code]) -> Code:
    """A function call: unknown if any argument is; a function that fails gives unknown."""
    if name in OF_LOCAL_TIME:
        function: Callable[..., Any] = OF_LOCAL_TIME[name]
        made = w.constant(lambda zone, value: function(_local(value, zone)))
        texts = ["zone(S)"]
    else:
        plugged = w.support.get("functions", {})
        made = w.constant(BUILT_IN[name] if name in BUILT_IN else plugged[name])
        texts = []
    guards = []
    for argument in arguments:
        guard, text = w.not_none(argument)
        texts.append(text)
        if guard:
            guards.append(guard)
    attempt = f"attempt({made}, {', '.join(texts)})"
    return Code(f"({attempt} if {' and '.join(guards)} else None)" if guards else attempt, nullable=True)


def attempt(function: Callable[..., Any], *arguments: Any) -> Any:
    """The function's value; unknown where it cannot be worked out."""
    try:
        return function(*arguments)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
        return None
