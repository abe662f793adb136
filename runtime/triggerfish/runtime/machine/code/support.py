"""The functions that generated code calls: what is too long to be written out each time."""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.history import dig

Span = tuple[int, int, int]
MONTH = 2_629_746_000
"""A mean month in milliseconds: only for comparing durations that hold months with ones that hold days."""
LONGEST = 400_000_000_000_000
"""Twelve thousand years in milliseconds: longer durations lead out of every calendar and are unknown."""


def at_path(value: Any, *path: str) -> Any:
    """As ``history.dig``, for generated code."""
    return dig(value, path)


def caught(value: Any) -> Any:
    """What a bare name means: the moment of an event, or the thing itself."""
    return value.get("") if isinstance(value, dict) else value


def like(pattern: str) -> Callable[[str], Any]:
    """A matcher for ``*`` and ``?`` that takes time linear in the text: each piece is found once and for all."""
    pieces = [re.escape(piece).replace(r"\?", ".") for piece in pattern.split("*")]
    if len(pieces) == 1:
        return re.compile(rf"(?s:{pieces[0]})\Z").match
    middle = "".join(f"(?>.*?{piece})" for piece in pieces[1:-1] if piece)
    return re.compile(rf"(?s:{pieces[0]}{middle}.*{pieces[-1]})\Z").match


def matches(text: str, pattern: str) -> bool:
    """``like`` with a pattern known only at run time."""
    return like(pattern)(text) is not None


def as_milliseconds(span: Any) -> int:
    """A duration as milliseconds, months taken at their mean length."""
    return int(span[0] * MONTH + span[1] * calendar.DAY + span[2])


def scaled(span: Any, factor: float) -> Span | None:
    """A duration times a number; fractions of months become days, fractions of days milliseconds. Unknown beyond ``LONGEST``."""
    months, days, milliseconds = span[0] * factor, span[1] * factor, span[2] * factor
    if not -LONGEST < months * MONTH + days * calendar.DAY + milliseconds < LONGEST:
        return None
    whole_months = int(months)
    days += (months - whole_months) * MONTH / calendar.DAY
    whole_days = int(days)
    return whole_months, whole_days, round(milliseconds + (days - whole_days) * calendar.DAY)


def divided(left: Any, right: Any) -> Any:
    """Division; by zero it is unknown."""
    return left / right if right else None


def date_of(moment: int, zone: ZoneInfo) -> str:
    """The local day of a moment, as dates are kept."""
    return calendar.local(moment, zone).date().isoformat()


def date_window(value: str, today: dt.date, span: Any, *, last: bool) -> bool:
    """Whether a date lies in the last or next so many whole days, today and the last one included."""
    try:
        day = dt.date.fromisoformat(value)
    except ValueError:
        return False
    if last:
        return calendar.add_days(calendar.add_months(today, -span[0]), -span[1]) <= day <= today
    return today <= day <= calendar.add_days(calendar.add_months(today, span[0]), span[1])


def date_turns(value: Any, span: Any, zone: ZoneInfo, *, last: bool) -> tuple[int, ...]:
    """The moments at which ``date_window`` of this date may change."""
    try:
        day = dt.date.fromisoformat(value)
    except (ValueError, TypeError):
        return ()
    if last:
        end = calendar.add_days(calendar.add_months(day, span[0]), span[1])
        around = [calendar.add_days(end, shift) for shift in range(-3, 5)] if span[0] else [calendar.add_days(end, 1)]
        return tuple(calendar.midnight(each, zone) for each in (day, *around))
    begin = calendar.add_days(calendar.add_months(day, -span[0]), -span[1])
    around = [calendar.add_days(begin, shift) for shift in range(-3, 5)] if span[0] else [begin]
    return tuple(calendar.midnight(each, zone) for each in (*around, calendar.add_days(day, 1)))


def in_window(moments: list[int], now: int, span: Span, zone: ZoneInfo) -> int:
    """The index of the first moment inside a window with calendar months."""
    return bisect_right(moments, now, key=lambda moment: calendar.window_end(moment, span, zone))


def soonest(now: int, moments: Any) -> int | None:
    """The earliest of these moments that is yet to come."""
    found: int | None = None
    for moment in moments:
        if moment is not None and moment > now and (found is None or moment < found):
            found = moment
    return found


def known(values: list[Any]) -> list[Any]:
    """The values without the unknown ones."""
    return [value for value in values if value is not None]


def average(values: list[Any]) -> float | None:
    """The mean of the known values, None of none."""
    values = known(values)
    return sum(values) / len(values) if values else None


def smallest(values: list[Any]) -> Any:
    """The least of the known values, None of none."""
    return min(known(values), default=None)


def largest(values: list[Any]) -> Any:
    """The greatest of the known values, None of none."""
    return max(known(values), default=None)


SUPPORT: dict[str, Any] = {
    "bisect_right": bisect_right,
    "bisect_left": bisect_left,
    "dig": at_path,
    "caught": caught,
    "matches": matches,
    "as_milliseconds": as_milliseconds,
    "scaled": scaled,
    "divided": divided,
    "date_window": date_window,
    "date_turns": date_turns,
    "in_window": in_window,
    "soonest": soonest,
    "known": known,
    "average": average,
    "smallest": smallest,
    "largest": largest,
    "midnight": calendar.midnight,
    "today": calendar.today,
    "step": calendar.step,
    "step_date": calendar.step_date,
    "date_of": date_of,
    "window_end": calendar.window_end,
    "clock": calendar.clock,
    "NOTHING": {},
}
