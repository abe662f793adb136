"""What the lines of a test do to its person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir import tests as t
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.story import sentences
from triggerfish.runtime.testing.person import START, Reply, Seen, TestPerson

Given = t.GivenField | t.GivenConsent | t.GivenSegment | t.GivenEvent | t.GivenAction
Doing = t.At | t.After | t.SetValue | t.Happens | t.StatesConsent | t.Enters
Expecting = t.ExpectSend | t.ExpectFlow | t.ExpectExit | t.ExpectEvent | t.ExpectAction | t.ExpectCondition
GIVEN = (t.GivenField, t.GivenConsent, t.GivenSegment, t.GivenEvent, t.GivenAction)
DOING = (t.At, t.After, t.SetValue, t.Happens, t.StatesConsent, t.Enters)


class ClockError(Exception):
    """A test that wants to go back in time."""


def plain(value: Any, zone: ZoneInfo) -> Any:
    """A test's value as the machine has it: local moments become instants."""
    if isinstance(value, dict):
        if set(value) == {"local"}:
            return calendar.moment(dt.datetime.fromisoformat(value["local"]), zone)
        return {name: plain(each, zone) for name, each in value.items()}
    if isinstance(value, list):
        return [plain(each, zone) for each in value]
    return value


def begin(person: TestPerson, lines: Sequence[t.TestLine]) -> None:
    """Take in what is given before the first thing happens, and start the clock."""
    opening: list[t.TestLine] = []
    for line in lines:
        if not isinstance(line, GIVEN):
            break
        opening.append(line)
    history: list[t.GivenEvent] = []
    for line in opening:
        if isinstance(line, t.GivenField) and line.target == "field":
            _field(person, line)
    for line in opening:
        if isinstance(line, t.GivenEvent):
            history.append(line)
        elif isinstance(line, GIVEN) and not (isinstance(line, t.GivenField) and line.target == "field"):
            _given(person, line)
    first = next((line for line in lines if isinstance(line, DOING)), None)
    naive = START
    if isinstance(first, t.At):
        day = dt.date.fromisoformat(first.date) if first.date else START.date()
        naive = dt.datetime.combine(day, dt.time(first.clock // 60, first.clock % 60))
    at = calendar.moment(naive, person.zone)
    past = [(person.ago(each.ago.span, at), each.event, plain(each.values, person.zone)) for each in history]
    person.begin(at, past)


def given(person: TestPerson, line: Given) -> None:
    """Something given later: the state is changed on the spot, starting nothing."""
    session = person.edit()
    if isinstance(line, t.GivenEvent):
        from triggerfish.runtime.machine import rounds  # only for late history
        from triggerfish.runtime.machine.signals import Happened

        at = person.ago(line.ago.span, person.now)
        rounds.remember(session, Happened(line.event, plain(line.values, person.zone), at, f"given {line.line}"))
    elif isinstance(line, t.GivenField) and line.target == "field":
        _field(person, line)
    else:
        _given(person, line)
    person.settle(session)


def _field(person: TestPerson, line: t.GivenField) -> None:
    value = plain(line.value, person.zone)
    if value is None:
        person.state.profile.pop(line.name, None)
    else:
        person.state.profile[line.name] = value


def _given(person: TestPerson, line: t.GivenField | t.GivenConsent | t.GivenSegment | t.GivenAction) -> None:
    match line:
        case t.GivenConsent():
            for channel in line.channels:
                person.state.consent[f"{line.topic}/{channel}"] = [line.subscribed, person.now, person.now]
        case t.GivenSegment():
            person.state.segments[line.segment] = person.now
        case t.GivenAction():
            person.replies[line.action] = Reply(line.fails, plain(line.values, person.zone))
        case t.GivenField(target="score"):
            person.scores[line.name] = line.value
        case t.GivenField(target="model"):
            person.state.models[line.name] = [line.value, None]
        case t.GivenField(target="holdout"):
            person.state.arms["holdout"] = bool(line.value)
        case t.GivenField():
            person.state.arms[line.name] = line.value
        case _:
            assert_never(line)


def do(person: TestPerson, line: Doing) -> None:
    """Let something happen, or time pass."""
    match line:
        case t.At():
            moment = moment_of(person, line.date, line.clock)
            if moment < person.now:
                raise ClockError(f"a clock does not go back: it is {sentences.moment(person.now, person.zone)} already")
            person.advance_to(moment)
        case t.After():
            person.advance_to(calendar.step(person.now, line.duration.span, person.zone))
        case t.SetValue():
            _set(person, line)
        case t.Happens():
            fields = plain(line.values, person.zone)
            person.events.append(Seen(person.now, line.event, fields, given=True, order=len(person.facts)))
            person.put("event", line.event, fields)
        case t.StatesConsent():
            by = {} if line.channel is None else {"channel": line.channel}
            person.put("consent", line.topic, {"how": line.how, **by})
        case t.Enters():
            person.put("enter", line.flow, plain(line.values, person.zone))
        case _:
            assert_never(line)


def _set(person: TestPerson, line: t.SetValue) -> None:
    value = plain(line.value, person.zone)
    if len(line.field) == 1:
        person.put("identify", "", {line.field[0]: value})
        return
    record: dict[str, Any] = dict(person.state.profile.get(line.field[0]) or {})
    inner = record
    for name in line.field[1:-1]:
        inner[name] = dict(inner.get(name) or {})
        inner = inner[name]
    inner[line.field[-1]] = value
    person.put("identify", "", {line.field[0]: record})


def moment_of(person: TestPerson, date: str | None, clock: int) -> int:
    """A clock time of the current day, of the next where it has passed, or of a date."""
    zone = person.zone
    if date is not None:
        return calendar.clock(dt.date.fromisoformat(date), clock, zone)
    today = calendar.today(person.now, zone)
    moment = calendar.clock(today, clock, zone)
    if moment < person.now and person.begun:
        moment = calendar.clock(calendar.add_days(today, 1), clock, zone)
    return moment
