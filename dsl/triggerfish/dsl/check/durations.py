"""Durations as they are written, to calendar parts and exact parts."""

from __future__ import annotations

from fractions import Fraction

from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.ir.expressions import Duration
from triggerfish.dsl.tree import expressions as tx

_MILLISECONDS = {"second": 1_000, "minute": 60_000, "hour": 3_600_000, "day": 86_400_000}
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_LONGEST = {"month": 12_000, "day": 365_000, "millisecond": 365_000 * 86_400_000}


def duration(written: tx.Duration, context: Context, *, positive: bool = True) -> Duration:
    """Parts of days become hours; parts of months have no length and are reported. ``positive`` refuses nothing."""
    amount = Fraction(str(written.amount))
    if positive and amount <= 0:
        _bad(written, context, "it must be longer than nothing")
        return Duration(0, 0, 1)
    if written.unit in _MONTHS:
        months = amount * _MONTHS[written.unit]
        if months.denominator != 1:
            _bad(written, context, "write it in days")
            return Duration(1)
        found = Duration(months=int(months))
    elif written.unit in _DAYS:
        days = amount * _DAYS[written.unit]
        whole = int(days)
        found = Duration(days=whole, milliseconds=round((days - whole) * _MILLISECONDS["day"]))
    else:
        found = Duration(milliseconds=round(amount * _MILLISECONDS[written.unit]))
    if found.months > _LONGEST["month"] or found.days > _LONGEST["day"] or found.milliseconds > _LONGEST["millisecond"]:
        _bad(written, context, "it is longer than a thousand years")
        return Duration(1)
    return found


def _bad(written: tx.Duration, context: Context, hint: str) -> None:
    text = f"{written.amount:g} {written.unit}" + ("" if written.amount == 1 else "s")
    context.report.add(rules.BadDuration.at(written.span, hint=hint, text=text))


def parts(found: Duration) -> list[int]:
    """The value of a duration at run time."""
    return [found.months, found.days, found.milliseconds]
