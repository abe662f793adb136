"""Local time: zones, calendar steps, windows.

Moments are integers, milliseconds since 1970 UTC. A duration is ``(months, days, milliseconds)``. As a *calendar step*
months and days keep the local clock time and month ends clip; as a *window* a day is 24 hours. A local
time that daylight saving skips means the first moment after the gap; one that occurs twice, the first.
"""

from __future__ import annotations

import calendar as months
import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 86_400_000
HOUR = 3_600_000
MINUTE = 60_000
MARGIN = 40 * HOUR
"""Local midnight is at most 15 hours from that of UTC, and no zone has ever put its clocks forward or back by more than a day."""
LOOKS = 6 * HOUR
"""No zone has ever changed its offset and changed it back in less."""
EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive on purpose: local times are naive, moments are integers
MILLISECOND = dt.timedelta(milliseconds=1)
EPOCH_ORDINAL = dt.date(1970, 1, 1).toordinal()
LAST = 253_402_214_400_000
"""The last moment that can be shown as a date in every zone, 9999-12-31: later ones are cut to it."""
FIRST = -62_135_510_400_000
"""The first moment that can be shown as a date in every zone, 0001-01-02."""
EARLIEST, LATEST = -62_104_060_800_000, 253_339_228_800_000
"""Between these (0002-01-01 and 9998-01-01) things can happen: there is room for days and weeks around them."""
FIRST_YEAR = 1
MONTH_AT_MOST = 31 * DAY + 2 * HOUR

Span = tuple[int, int, int]


@lru_cache(maxsize=1024)
def zone_named(name: str | None, otherwise: str = "UTC") -> ZoneInfo:
    """The zone of that IANA name; the second one where the first is unknown to the system."""
    try:
        return ZoneInfo(name or otherwise)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC") if name is None else zone_named(None, otherwise)


@lru_cache(maxsize=65_536)
def ahead(day: int, zone: ZoneInfo) -> int | None:
    """How many milliseconds local time is ahead all through a day of UTC, counted from 1970, and ``MARGIN`` around it.

    None where that changes. Where it does not, local time is but another way to count: nothing is skipped, nothing occurs twice.
    """
    begin, end = day * DAY - MARGIN, (day + 1) * DAY + MARGIN
    if begin < EARLIEST or end > LATEST:
        return None
    found = {_offset(moment // 1000, zone) for moment in (*range(begin, end, LOOKS), end)}
    offset = found.pop() or dt.timedelta()
    return None if found else offset // MILLISECOND


def local(moment: int, zone: ZoneInfo) -> dt.datetime:
    """The naive local time at a moment; one beyond the calendar's ends is cut to them."""
    same = ahead(moment // DAY, zone)
    if same is not None:
        return EPOCH + dt.timedelta(0, 0, 0, moment + same)
    whole, milliseconds = divmod(min(max(moment, FIRST), LAST), 1000)
    return dt.datetime.fromtimestamp(whole, zone).replace(microsecond=milliseconds * 1000, tzinfo=None)


def moment(naive: dt.datetime, zone: ZoneInfo) -> int:
    """The moment of a naive local time, cut to the calendar's ends."""
    milliseconds = _milliseconds(naive)
    same = ahead(milliseconds // DAY, zone)
    if same is not None:
        return milliseconds - same
    if not FIRST_YEAR < naive.year < dt.MAXYEAR:
        return LAST if naive.year >= dt.MAXYEAR else FIRST
    aware = naive.replace(tzinfo=zone, fold=0)
    offset = aware.utcoffset() or dt.timedelta()
    found = _milliseconds(naive - offset)
    if local(found, zone) == naive.replace(microsecond=naive.microsecond // 1000 * 1000):
        return found
    return _end_of_gap(naive, zone)


def _milliseconds(naive_utc: dt.datetime) -> int:
    return (naive_utc - EPOCH) // MILLISECOND


def _end_of_gap(naive: dt.datetime, zone: ZoneInfo) -> int:
    before = naive.replace(tzinfo=zone, fold=0).utcoffset() or dt.timedelta()
    after = naive.replace(tzinfo=zone, fold=1).utcoffset() or dt.timedelta()
    low, high = sorted((_milliseconds(naive - before) // 1000, _milliseconds(naive - after) // 1000))
    start = _offset(low, zone)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == start:
            low = middle
        else:
            high = middle
    return high * 1000


def _offset(seconds: int, zone: ZoneInfo) -> dt.timedelta | None:
    return dt.datetime.fromtimestamp(seconds, zone).utcoffset()


def add_months(date: dt.date, count: int) -> dt.date:
    """The same day of another month, clipped to its last day."""
    year, month = divmod(date.year * 12 + date.month - 1 + count, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return dt.date.max if year > dt.MAXYEAR else dt.date.min
    return date.replace(year=year, month=month + 1, day=min(date.day, months.monthrange(year, month + 1)[1]))


def add_days(date: dt.date, count: int) -> dt.date:
    """Another day, cut to the calendar's ends."""
    try:
        return date + dt.timedelta(days=count)
    except OverflowError:
        return dt.date.max if count > 0 else dt.date.min


def step(start: int, span: Span, zone: ZoneInfo, sign: int = 1) -> int:
    """A calendar step from a moment: months and days keep the local clock time."""
    if not span[0] and not span[1]:
        return min(start + sign * span[2], LAST)
    before = ahead(start // DAY, zone)
    leads = None if before is None else _leads((start + before) // DAY, span, zone, sign)
    return _step(start, span, zone, sign) if before is None or leads is None else min(start + before + leads, LAST)


@lru_cache(maxsize=65_536)
def _leads(day: int, span: Span, zone: ZoneInfo, sign: int) -> int | None:
    """How many milliseconds a step leads on from any local time of a day, to a moment; None where that is not the same for all."""
    begin = dt.date.fromordinal(EPOCH_ORDINAL + day)
    end = add_days(add_months(begin, sign * span[0]), sign * span[1])
    after = ahead(end.toordinal() - EPOCH_ORDINAL, zone)
    return None if after is None else (end - begin).days * DAY - after + sign * span[2]


def _step(start: int, span: Span, zone: ZoneInfo, sign: int) -> int:
    month_count, days, milliseconds = span
    naive = local(start, zone)
    date = add_days(add_months(naive.date(), sign * month_count), sign * days)
    if date.year >= dt.MAXYEAR:
        return LAST
    return min(moment(dt.datetime.combine(date, naive.time()), zone) + sign * milliseconds, LAST)


def local_step(start: int, span: Span, zone: ZoneInfo) -> dt.datetime | None:
    """Where a calendar step of months and days leads, as local time; None for a step of hours and less."""
    month_count, days, milliseconds = span
    if (not month_count and not days) or milliseconds:
        return None
    naive = local(start, zone)
    date = add_days(add_months(naive.date(), month_count), days)
    return dt.datetime.combine(min(date, dt.date(dt.MAXYEAR - 1, 12, 31)), naive.time())


def window_end(start: int, span: Span, zone: ZoneInfo) -> int:
    """The first moment at which ``start`` is outside a window of this length."""
    month_count, days, milliseconds = span
    exact = days * DAY + milliseconds
    if not month_count:
        return min(start + exact, LAST)
    return min(step(start, (month_count, 0, 0), zone) + exact, LAST)


def at_most(span: Span) -> int:
    """An upper bound of a window's length in milliseconds."""
    month_count, days, milliseconds = span
    return month_count * MONTH_AT_MOST + days * DAY + milliseconds


def at_least(span: Span) -> int:
    """Less than any window of this length, in milliseconds."""
    month_count, days, milliseconds = span
    return month_count * 27 * DAY + days * DAY + milliseconds - 1


def iso_day(day: dt.date) -> str:
    """``2026-03-02``."""
    return day.isoformat()


def midnight(date: str | dt.date, zone: ZoneInfo) -> int:
    """The moment a local day begins."""
    return _begins(dt.date.fromisoformat(date) if isinstance(date, str) else date, zone)


@lru_cache(maxsize=8192)
def _begins(day: dt.date, zone: ZoneInfo) -> int:
    # Caps, dates and days ask for the same few midnights for everybody.
    return moment(dt.datetime.combine(day, dt.time()), zone)


def today(now: int, zone: ZoneInfo) -> dt.date:
    """The local date."""
    same = ahead(now // DAY, zone)
    return local(now, zone).date() if same is None else dt.date.fromordinal(EPOCH_ORDINAL + (now + same) // DAY)


@lru_cache(maxsize=65_536)
def clock(day: dt.date, minutes: int, zone: ZoneInfo) -> int:
    """The moment of a local clock time given in minutes after midnight."""
    return moment(dt.datetime.combine(day, dt.time(minutes // 60, minutes % 60)), zone)


def step_date(date: str, span: Span, sign: int = 1) -> str:
    """Date arithmetic on ISO dates; hours and less are dropped."""
    day = add_days(add_months(dt.date.fromisoformat(date), sign * span[0]), sign * span[1])
    return day.isoformat()


def period_start(now: int, period: str, zone: ZoneInfo) -> int:
    """The moment at which the current local hour, day, week (Monday), month or year began."""
    same = ahead(now // DAY, zone)
    if same is None:
        return _period_start(now, period, zone)
    if period == "hour":
        return now - (now + same) % HOUR
    begin = _first_days((now + same) // DAY, period) * DAY
    then = ahead((begin - same) // DAY, zone)
    return _period_start(now, period, zone) if then is None else begin - then


@lru_cache(maxsize=65_536)
def _first_days(day: int, period: str) -> int:
    """As ``first_day``, for days counted from 1970."""
    return first_day(dt.date.fromordinal(EPOCH_ORDINAL + day), period).toordinal() - EPOCH_ORDINAL


def _period_start(now: int, period: str, zone: ZoneInfo) -> int:
    if period == "hour":
        naive = local(now, zone)
        return now - (naive.minute * MINUTE + naive.second * 1000 + naive.microsecond // 1000)
    return midnight(first_day(today(now, zone), period), zone)


def first_day(day: dt.date, period: str) -> dt.date:
    """The first day of the day's week, month or year (the day itself for ``day``)."""
    if period == "week":
        return day - dt.timedelta(days=day.weekday())
    if period == "month":
        return day.replace(day=1)
    if period == "year":
        return day.replace(month=1, day=1)
    return day


def next_period(now: int, period: str, zone: ZoneInfo) -> int:
    """The moment at which the next local day, week or month begins."""
    day = first_day(today(now, zone), period)
    if period == "day":
        return midnight(add_days(day, 1), zone)
    if period == "week":
        return midnight(add_days(day, 7), zone)
    if period == "month":
        return midnight(add_months(day, 1), zone)
    return midnight(add_months(day, 12), zone)
