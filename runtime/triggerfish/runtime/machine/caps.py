"""Quiet hours and frequency caps.

Caps count what was handed over, in calendar days, weeks and months of the person's current zone, or in rolling windows.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.program import Cap, Policy
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.state import State

if TYPE_CHECKING:
    from triggerfish.runtime.machine.compiled import CompiledProgram

DAYS_TRIED = 400


def quiet_until(policy: Policy, channel: str, now: int, zone: ZoneInfo) -> int | None:
    """When the quiet hours around now end, None outside of them. Several that touch are taken together."""
    until = now
    for _ in range(len(policy.quiet_hours) + 1):
        ends = [
            end
            for hours in policy.quiet_hours
            if not hours.channels or channel in hours.channels
            if (end := _end(hours.start, hours.end, until, zone)) is not None
        ]
        if not ends:
            break
        until = max(ends)
    return until if until > now else None


def _end(start: int, end: int, now: int, zone: ZoneInfo) -> int | None:
    if start == end:
        return None
    today = calendar.today(now, zone)
    for ahead in (-1, 0):
        day = calendar.add_days(today, ahead)
        begin = calendar.clock(day, start, zone)
        close = calendar.clock(calendar.add_days(day, 1) if end < start else day, end, zone)
        if begin <= now < close:
            return close
    return None


def count(program: CompiledProgram, state: State, channel: str, now: int) -> None:
    """Note that something was handed over; kept as long as the longest cap looks back."""
    if not program.longest_cap:
        return
    times = state.sent.setdefault(channel, [])
    times.append(now)
    old = bisect_right(times, now - program.longest_cap)
    if old:
        del times[:old]


def full(policy: Policy, state: State, channel: str, now: int, zone: ZoneInfo) -> Cap | None:
    """The first cap that does not admit one more now; one without ``else wait`` before one with."""
    used_up = [cap for cap in policy.caps if _concerns(cap, channel) and _used(cap, state, now, zone) >= cap.count]
    return next((cap for cap in used_up if not cap.else_wait), used_up[0] if used_up else None)


def _concerns(cap: Cap, channel: str) -> bool:
    return cap.channel is None or cap.channel == channel


def _used(cap: Cap, state: State, now: int, zone: ZoneInfo) -> int:
    lists = state.sent.values() if cap.channel is None else [state.sent.get(cap.channel, [])]
    if cap.rolling is not None:
        span = cap.rolling.span
        return sum(1 for times in lists for each in times if calendar.window_end(each, span, zone) > now)
    if not any(lists):
        return 0
    begin = calendar.period_start(now, cap.period or "day", zone)
    return sum(1 for times in lists for each in times if each >= begin)


def next_room(policy: Policy, state: State, channel: str, now: int, zone: ZoneInfo) -> int:
    """The same clock time on the first later day on which all caps admit one more."""
    naive = calendar.local(now, zone)
    for ahead in range(1, DAYS_TRIED):
        day = calendar.add_days(naive.date(), ahead)
        then = calendar.moment(dt.datetime.combine(day, naive.time()), zone)
        if full(policy, state, channel, then, zone) is None:
            return then
    return calendar.moment(dt.datetime.combine(calendar.add_days(naive.date(), DAYS_TRIED), naive.time()), zone)
