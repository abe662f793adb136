"""Starts that come by the calendar: schedules, dates of the person, one moment for all.

Each is part of the person's own due moments, in the person's own zone. A moment that had passed when it became known
is not made up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.flows import StartDate, StartOn, StartSchedule
from triggerfish.runtime.machine import calendar, entry

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow

Timed = StartSchedule | StartDate | StartOn
MONTHS_TRIED = 24
MIDNIGHT = dt.time()
LEAP_DAY = 29


def plan(session: Session, new: Container[str] = (), since: int = 0) -> None:
    """Work out the next moment of every start anew: for a new person, another program, another zone.

    Those that are ``new`` have no moment before ``since``.
    """
    state = session.state
    known = {name for name, _, _ in session.program.starts.timed}
    for kept in (state.schedules, state.came):
        for name in [each for each in kept if each not in known]:
            del kept[name]
    for name, flow, start in session.program.starts.timed:
        _plan(session, name, flow, start, max(session.now, since) if name in new else session.now)


def moved(session: Session, field: str) -> None:
    """A field changed: the pending moments of its date move with it; another zone moves all."""
    if field not in session.program.dates:
        return
    for name, flow, start in session.program.starts.timed:
        if field == "timezone" or (isinstance(start, StartDate) and start.field[0] == field):
            _plan(session, name, flow, start, session.now)


def _plan(session: Session, name: str, flow: CompiledFlow, start: Timed, after: int) -> None:
    zone = _zone(session, flow)
    moment = following(start, session, zone, after)
    came = session.state.came.get(name)
    if moment is not None and came is not None and calendar.local(moment, zone).isoformat() == came:
        moment = following(start, session, zone, moment + 1)  # it came before the person flew west
    if moment is None:
        session.state.schedules.pop(name, None)
    else:
        session.state.schedules[name] = moment


def _zone(session: Session, flow: CompiledFlow) -> ZoneInfo:
    if flow.ir.timezone:
        return calendar.zone_named(flow.ir.timezone, session.program.zone_name)
    return session.program.zone(session.state)


def due(session: Session) -> list[tuple[CompiledFlow, Timed, dict[str, Any], int]]:
    """The starts whose moment has come, with the fields of ``event`` and that moment; their next moments are planned."""
    found: list[tuple[CompiledFlow, Timed, dict[str, Any], int]] = []
    for name, flow, start in session.program.starts.timed:
        moment = session.state.schedules.get(name)
        if moment is None or moment > session.now:
            continue
        session.state.came[name] = calendar.local(moment, _zone(session, flow)).isoformat()
        fields = {"date": session.field(start.field)} if isinstance(start, StartDate) else {}
        found.append((flow, start, fields, moment))
        _plan(session, name, flow, start, session.now + 1)
    return found


def fire(session: Session) -> None:
    """Let people in whose moment has come, by priority, then in file order."""
    for flow, start, fields, moment in sorted(due(session), key=lambda each: each[0].sort_key):
        entry.enter(session, flow, start.line, {"event": fields}, fields, session.cause, moment)


# --- when -------------------------------------------------------------------------------------------------------


def following(start: Timed, session: Session, zone: ZoneInfo, after: int) -> int | None:
    """The first moment of a start at or after ``after``; None if there is none."""
    if isinstance(start, StartDate):
        return _date(start, session.field(start.field), zone, after)
    return coming(start, zone, after)


def coming(start: StartSchedule | StartOn, zone: ZoneInfo, after: int) -> int | None:
    """The first moment at or after ``after`` of a start that is the same for everyone in a zone; None if there is none."""
    match start:
        case StartOn():
            moment = calendar.clock(dt.date.fromisoformat(start.date), start.clock, zone)
            return moment if moment >= after else None
        case StartSchedule(interval=interval) if interval is not None:
            return _interval(interval.span, zone, after)
        case StartSchedule(day=int()):
            return _monthly(start, zone, after)
        case _:
            return _weekly(start, zone, after)


def _weekly(start: StartSchedule, zone: ZoneInfo, after: int) -> int | None:
    today = calendar.today(after, zone)
    for ahead in range(9):
        day = calendar.add_days(today, ahead)
        if day.weekday() in start.weekdays:
            moment = calendar.clock(day, start.clock, zone)
            if moment >= after:
                return moment
    return None


def _monthly(start: StartSchedule, zone: ZoneInfo, after: int) -> int | None:
    first = calendar.today(after, zone).replace(day=1)
    for ahead in range(MONTHS_TRIED):
        month = calendar.add_months(first, ahead)
        last = calendar.add_days(calendar.add_months(month, 1), -1).day
        moment = calendar.clock(month.replace(day=min(start.day or 1, last)), start.clock, zone)
        if moment >= after:
            return moment
    return None


def _interval(span: tuple[int, int, int], zone: ZoneInfo, after: int) -> int:
    """The first multiple of an interval.

    Hours and less count from local midnight where they divide the day, else from 1970; days count from 1970-01-01, weeks from
    its first Monday, months from its first month, at local midnight.
    """
    months, days, milliseconds = span
    today = calendar.today(after, zone)
    if milliseconds and calendar.DAY % milliseconds == 0:
        return _of_day(milliseconds, today, zone, after)
    if milliseconds:
        return -(-after // milliseconds) * milliseconds
    if days:
        anchor = dt.date(1970, 1, 5) if days % 7 == 0 else dt.date(1970, 1, 1)
        whole = (today - anchor).days // days
        candidates = (calendar.add_days(anchor, (whole + more) * days) for more in (0, 1))
    else:
        whole = ((today.year - 1970) * 12 + today.month - 1) // months
        candidates = (calendar.add_months(dt.date(1970, 1, 1), (whole + more) * months) for more in (0, 1))
    return next(moment for day in candidates if (moment := calendar.midnight(day, zone)) >= after)


def _of_day(milliseconds: int, today: dt.date, zone: ZoneInfo, after: int) -> int:
    for ahead in (0, 1):
        day = calendar.add_days(today, ahead)
        for part in range(calendar.DAY // milliseconds):
            naive = dt.datetime.combine(day, dt.time()) + dt.timedelta(milliseconds=part * milliseconds)
            moment = calendar.moment(naive, zone)
            if moment >= after:
                return moment
    return calendar.midnight(calendar.add_days(today, 2), zone)


def _date(start: StartDate, value: Any, zone: ZoneInfo, after: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, int):
        naive = calendar.local(value, zone)
        day, own = naive.date(), naive.time()
    else:
        try:
            day, own = dt.date.fromisoformat(value), MIDNIGHT
        except ValueError:
            return None
    if not start.yearly:
        moment = _offset(start, _on(start, day, own, zone), zone)
        return moment if moment >= after else None
    year = calendar.today(after, zone).year
    for each in (year, year + 1) if start.offset is None else (year - 1, year, year + 1, year + 2):
        if each < day.year or not dt.MINYEAR < each < dt.MAXYEAR:
            continue
        anniversary = day.replace(year=each) if day.day < LEAP_DAY else calendar.add_months(day, (each - day.year) * 12)
        moment = _offset(start, _on(start, anniversary, own, zone), zone)
        if moment >= after:
            return moment
    return None


def _on(start: StartDate, day: dt.date, own: dt.time, zone: ZoneInfo) -> int:
    """The moment on a day: at the start's clock time, else at the date's own."""
    if start.clock is not None or own == MIDNIGHT:
        return calendar.clock(day, start.clock or 0, zone)
    return calendar.moment(dt.datetime.combine(day, own), zone)


def _offset(start: StartDate, moment: int, zone: ZoneInfo) -> int:
    if start.offset is None:
        return moment
    span = start.offset.span
    return calendar.step(moment, span, zone, -1 if start.before else 1)
