"""How people come into a flow, in words: clauses that follow *People enter*."""

from __future__ import annotations

from typing import assert_never

from triggerfish.dsl.describe.conditions import Conditions
from triggerfish.dsl.describe.names import any_of, article, channels, none_of, profile_field, spoken
from triggerfish.dsl.describe.quantities import WEEKDAYS, clock, date, duration, listed, number
from triggerfish.dsl.ir import flows as f

_CONSENT = {"subscribes": "subscribe to", "unsubscribes": "unsubscribe from", "confirms": "confirm their subscription to"}


def start(given: f.Start, conditions: Conditions) -> str:
    """One start line: ``when an order is completed``."""
    match given:
        case f.StartWhen():
            return _chain(given, conditions)
        case f.StartChange():
            before = f" from {conditions.values.say(given.before)}" if given.before is not None else ""
            after = f" to {conditions.values.say(given.after)}" if given.after is not None else ""
            return f"when {profile_field(given.field)} changes{before}{after}"
        case f.StartSegment():
            how = "come into" if given.enters else "drop out of"
            return f"the moment they {how} the segment {conditions.labels.segment(given.segment)}"
        case f.StartConsent():
            how = _CONSENT[given.how]
            return f"when they {how} {conditions.labels.topic(given.topic)} by {channels(given.channels, 'or')}"
        case f.StartByHand():
            names = listed([article(spoken(each.name)) for each in given.parameters])
            return f"when somebody, or another flow, sends them in by hand{f', with {names}' if names else ''}"
        case f.StartCrossing():
            how = "rises to" if given.rises else "falls below"
            return f"when {conditions.values.say(given.value)} {how} {conditions.values.say(given.threshold)}"
        case f.StartSchedule():
            return _schedule(given)
        case f.StartDate():
            return _date(given)
        case f.StartOn():
            return f"on {date(given.date)} at {clock(given.clock)}, once, all who are known then"
        case f.StartWebhook():
            return f"when another system reports “{spoken(given.event)}” through its webhook"
        case _:
            assert_never(given)


def _chain(given: f.StartWhen, conditions: Conditions) -> str:
    first, *later = given.stages
    said = f"when {_match(first, conditions)}"
    if first.times > 1 and first.within is not None:
        said += f" {number(first.times)} times within {duration(first.within)}"
    if first.same is not None:
        said += f", each time with the same {conditions.values.say(first.same).removeprefix('its ')}"
    for stage in later:
        span = duration(stage.within) if stage.within is not None else ""
        if stage.negated:
            said += f", and then {none_of(stage.events)}{_narrowed(stage, conditions)} for {span}"
        else:
            said += f", and then {_match(stage, conditions)} within {span}"
    return said


def _match(stage: f.Match, conditions: Conditions) -> str:
    return any_of(stage.events) + _narrowed(stage, conditions)


def _narrowed(stage: f.Match, conditions: Conditions) -> str:
    return f" {conditions.narrowing(stage.where)}" if stage.where is not None else ""


def _schedule(given: f.StartSchedule) -> str:
    if given.interval is not None:
        return f"every {duration(given.interval).removeprefix('1 ')}"
    at = f"at {clock(given.clock)}, their own local time"
    if given.day is not None:
        return f"on day {given.day} of every month {at}"
    if len(given.weekdays) == len(WEEKDAYS):
        return f"every day {at}"
    return f"every {listed([WEEKDAYS[day] for day in given.weekdays])} {at}"


def _date(given: f.StartDate) -> str:
    field = profile_field(given.field)
    at = f" at {clock(given.clock)}" if given.clock is not None else ""
    yearly = ", every year" if given.yearly else ""
    if given.offset is None:
        return f"on {field}{at}{yearly}"
    return f"{duration(given.offset)} {'before' if given.before else 'after'} {field}{at}{yearly}"
