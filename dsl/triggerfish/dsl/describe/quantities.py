"""Durations, numbers, times and lists in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from triggerfish.dsl.ir.expressions import Duration

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EXACT = ((3_600_000, "hour"), (60_000, "minute"), (1_000, "second"), (1, "millisecond"))


def listed(items: Sequence[str], last: str = "and") -> str:
    """``a, b and c``."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(amount: float, unit: str) -> str:
    """``1 hour``, ``3 hours``."""
    return f"{number(amount)} {unit}{'' if amount == 1 else 's'}"


def number(amount: float) -> str:
    """As people write it: without a needless ``.0``."""
    return str(int(amount)) if isinstance(amount, float) and amount.is_integer() else str(amount)


def duration(given: Duration) -> str:
    """``2 days and 3 hours``; whole years are said as such."""
    parts = []
    if given.months:
        parts.append(counted(*((given.months // 12, "year") if given.months % 12 == 0 else (given.months, "month"))))
    if given.days:
        parts.append(counted(given.days, "day"))
    left = given.milliseconds
    for size, unit in _EXACT:
        amount, left = divmod(left, size)
        if amount:
            parts.append(counted(amount, unit))
    return listed(parts) or "no time"


def last(given: Duration) -> str:
    """A window that ends now: ``in the last 30 days``."""
    return f"in the last {window(given)}"


def window(given: Duration) -> str:
    """``hour`` for exactly one, else as in ``duration``: what follows *the last*."""
    said = duration(given)
    return said[2:] if said.startswith("1 ") and " and " not in said else said


def clock(minutes: int) -> str:
    """Minutes after midnight as ``9:00``."""
    return f"{minutes // 60}:{minutes % 60:02d}"


def constant(value: Any, kind: str) -> str:
    """A value written out, by its type's kind."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind == "duration" and isinstance(value, list | tuple):
        return duration(Duration(*value))
    if isinstance(value, list | tuple):
        return listed([constant(item, "text") for item in value])
    if isinstance(value, int | float):
        return number(value)
    if kind == "date" and isinstance(value, str):
        return date(value)
    return f"“{value}”" if value is not None else "unknown"


def date(iso: str) -> str:
    """``24 December 2026``."""
    try:
        day = dt.date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{day.day} {day:%B %Y}"
