"""``triggerfish status`` for people: what is wrong first, then how things stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import click

from triggerfish.runtime.machine import calendar
from triggerfish.runtime.standing.findings import Finding, counted, length
from triggerfish.runtime.story.sentences import moment

STEPS_SHOWN = 15
Document = dict[str, Any]
Line = str | dict[str, dict[str, int]]
"""A line, or the table of the flows."""


def lines(document: Document, found: list[Finding], zone_name: str) -> Iterator[Line]:
    """The whole of it; times are those of the zone."""
    zone = calendar.zone_named(zone_name)
    yield from _findings(found)
    yield from _running(document, zone)
    yield from _waiting(document, zone, zone_name)
    yield from _outbox(document, zone)
    yield from _last_day(document)
    if document["flows"]:
        yield ""
        yield document["flows"]
    yield from _steps(document)


def _findings(found: list[Finding]) -> Iterator[str]:
    if not found:
        yield click.style("all well", fg="green")
    for one in found:
        yield click.style(f"{'STANDS STILL' if one.severity == 'failure' else 'WRONG'}: {one.what}", fg="red", bold=one.severity == "failure")
        yield f"    {one.cure}"
    yield ""


def _running(document: Document, zone: ZoneInfo) -> Iterator[str]:
    version = document["program_version"]
    since = f" since {moment(document['program_since'], zone)}" if document["program_since"] else ""
    yield f"program   {'none has run yet' if version is None else f'version {version}{since}'}"
    workers = document["workers"]
    yield f"workers   {counted(len(workers), 'worker') + ' alive' if workers else 'none alive'}"
    for one in workers:
        yield f"          {one['process']}{' at ' + one['machine'] if one['machine'] else ''}, since {moment(one['since'], zone)}"


def _waiting(document: Document, zone: ZoneInfo, zone_name: str) -> Iterator[str]:
    yield f"people    {document['people']}"
    oldest = f", the oldest for {length(document['events_lag_seconds'])}" if document["events_ahead"] else ""
    yield f"events    {document['events']} stored, {document['events_ahead']} waiting to be handled{oldest}"
    due = document["earliest_due"]
    late = f", {length(document['lag_seconds'])} late" if document["lag_seconds"] else ""
    yield f"next due  {'nothing' if due is None else 'at once' if due <= 0 else f'{moment(due, zone)} ({zone_name}){late}'}"
    for each in document["next"]:
        at = moment(each["at"], zone) if each["at"] else "at once"
        yield f"          {at}: {each['person']}" + (f" in {each['flow']}" if each["flow"] else "")


def _outbox(document: Document, zone: ZoneInfo) -> Iterator[str]:
    yield "outbox    " + (", ".join(f"{count} {status}" for status, count in document["outbox"].items()) or "empty")
    for each in document["open"]:
        late = f", {length(each['lag_seconds'])} overdue" if each["lag_seconds"] else ""
        yield f"          {each['target']}: {each['count']} {'to be tried again' if each['state'] == 'retry' else each['state']}{late}"
    for each in document["retried"]:
        again = moment(each["next_attempt"], zone)
        yield click.style(f"waiting: {each['key']}: {each['reason']}; tried {each['attempts']} times, again {again}", fg="yellow")
    for each in document["failed"]:
        yield click.style(f"{each['status']}: {each['key']}: {each['reason']}", fg="red")


def _last_day(document: Document) -> Iterator[str]:
    day = document["last_day"]
    yield f"24 hours  {day['failed']} failed, {day['unknown']} of unknown fate, {counted(day['set_aside'], 'input')} set aside"
    for each in day["reasons"]:
        yield f"          {each['count']} times {each['target']} {each['status']}: {each['reason']}"
    for each in day["set_aside_reasons"]:
        yield f"          {each['count']} times set aside: {each['reason']}"
    if document["refused_inputs"]:
        yield f"refused   {counted(document['refused_inputs'], 'input')} set aside altogether; the newest:"
        for each in document["refused"][:5]:
            yield f"          {each['place']}: {each['message']}"


def _steps(document: Document) -> Iterator[str]:
    steps = document["steps"]
    if steps is None:
        yield "Where people wait is counted with --steps."
    elif steps:
        yield ""
        yield "where people wait"
    for each in (steps or ())[:STEPS_SHOWN]:
        version = f", version {each['version']}" if each["version"] != document["program_version"] else ""
        yield f"{each['count']:>9} {each['flow']}, line {each['line']}{version}: {each['step']}"
    if len(steps or ()) > STEPS_SHOWN:
        yield f"          and {len(steps) - STEPS_SHOWN} more steps (--format json shows all)"
