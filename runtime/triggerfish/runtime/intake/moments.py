"""Times as people and programs write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_SECONDS_BELOW = 100_000_000_000
"""Smaller numbers are seconds (until the year 5138), larger ones milliseconds (since 1973)."""
_SHORT_HOUR = re.compile(r"^(\d{4}-\d\d-\d\d[ T])(\d:\d\d)")
_DIGITS = re.compile(r"\d{9,}(\.\d+)?")


def milliseconds(value: Any, zone: tzinfo, layout: str | None = None) -> int | None:
    """A moment in milliseconds since 1970 UTC, or None if ``value`` is none.

    Takes ISO 8601 (``2026-12-24``, ``20261224``, ``2026-12-24T09:00:00Z``, ``2026-12-24 09:00``), seconds or milliseconds
    since 1970 as numbers or digits, or with ``layout`` (as in ``strptime``) texts of exactly that form. What has no
    offset is local time in ``zone``.
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return _number(value)
    if not isinstance(value, str):
        return None
    text = value.strip()
    if layout is None and _DIGITS.fullmatch(text):
        return _number(float(text) if "." in text else int(text))
    try:
        moment = datetime.fromisoformat(two_digits(text)) if layout is None else datetime.strptime(text, layout)  # noqa: DTZ007
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return (moment - _EPOCH) // _MILLISECOND
    except (ValueError, OverflowError):
        return None


def two_digits(text: str) -> str:
    """``2026-11-22 9:00``, as the language writes it, with the hour in two digits, as ISO 8601 has it."""
    return _SHORT_HOUR.sub(r"\g<1>0\2", text)


def day(value: Any) -> str | None:
    """A date as ``2026-12-24``, or None if ``value`` is none; midnight of a day counts as that day."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.hour or moment.minute or moment.second or moment.microsecond:
        return None
    return moment.date().isoformat()


def _number(value: float) -> int | None:
    if not -1e15 < value < 1e15:
        return None
    return int(value * 1000) if abs(value) < _SECONDS_BELOW else int(value)
