"""Starts that come by the calendar, and those that come from outside."""

from __future__ import annotations

from triggerfish.dsl.check import history, names
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.policy import minutes
from triggerfish.dsl.check.scope import Alternative, Context
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import flows as ir
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree.steps import WEEKDAYS

_NOTHING = Type("record")


def schedule(written: tf.StartSchedule, context: Context) -> tuple[ir.StartSchedule, Alternative]:
    """``every monday, thursday at 9:00``, ``every month on day 1 at 9:00``, ``every 6 hours``; ``event`` has no fields."""
    text = context.sources.words(written.span)
    days = sorted({WEEKDAYS.index(day) for day in written.weekdays})
    interval = duration(written.interval, context) if written.interval is not None else None
    clock = minutes(written.clock) if written.clock is not None else 0
    found = ir.StartSchedule(tuple(days), written.day, interval, clock, written.span.line, text)
    return found, Alternative("a schedule", _NOTHING)


def on(written: tf.StartOn, context: Context) -> tuple[ir.StartOn, Alternative]:
    """``start on 2026-12-01 at 9:00``; ``event`` has no fields."""
    moment = written.moment
    text = context.sources.words(written.span)
    clock = moment.hour * 60 + moment.minute
    return ir.StartOn(moment.date.isoformat(), clock, written.span.line, text), Alternative("a day", _NOTHING)


def date(written: tf.StartDate, context: Context) -> tuple[ir.StartDate | None, Alternative]:
    """``7 days before renewal_date at 10:00``; ``event.date`` is the field's value."""
    shown = ".".join(written.field.path)
    if shown in context.symbols.events and shown not in context.symbols.profile:
        context.report.add(
            name_rules.NotAValue.at(written.field.span, hint=f"write `start when {shown}`", name=shown, what="an event")
        )
        return None, Alternative(f"the day of {shown}", None)
    found = names.resolve(written.field, context)
    offset = duration(written.offset, context) if written.offset is not None else None
    event = None if found.type is None else names.record(("date", found.type))
    alternative = Alternative(f"the day of {shown}", event)
    if found.type is None:
        return None, alternative
    kind = base(found.type)
    if kind not in ("date", "datetime"):
        context.report.add(type_rules.NotAMoment.at(written.field.span, text=shown, type=describe(found.type)))
        return None, alternative
    if not isinstance(found.expr, ix.ProfileField):
        hint = "declare a field of the profile, and set it where the date becomes known"
        what = "no field of the profile"
        context.report.add(
            rules.NotASetting.at(written.field.span, hint=hint, name=shown, what=what, verb="waited for as dates")
        )
        return None, alternative
    if written.yearly and kind == "datetime":
        context.report.add(rules.YearlyMoment.at(written.field.span, name=shown))
        return None, alternative
    lowered = ir.StartDate(
        found.expr.path,
        "date" if kind == "date" else "datetime",
        offset,
        written.before,
        written.yearly,
        minutes(written.clock) if written.clock is not None else None,
        written.span.line,
        context.sources.words(written.span),
    )
    return lowered, alternative


def webhook(written: tf.StartWebhook, context: Context) -> tuple[ir.StartWebhook | None, Alternative]:
    """``start by webhook product_launch``: the event of that name says which fields come with it."""
    name = written.event.text
    alternative = Alternative(name, context.symbols.event_type(name))
    if not history.awaited(written.event, context):
        return None, alternative
    if context.symbols.events[name].everyone and not context.workspace:
        place = context.symbols.places.get(("event", name))
        related = (Related(place, "declared here"),) if place is not None else ()
        context.report.add(rules.SayEveryone.at(written.event.span, related=related, name=name))
        return None, alternative
    if context.symbols.events[name].channel is not None:
        context.report.add(
            name_rules.TakenName.at(
                written.event.span,
                hint="declare an event of your own with the fields that the webhook brings",
                name=name,
                owner="an event of the runtime itself",
            )
        )
        return None, alternative
    text = context.sources.words(written.span)
    return ir.StartWebhook(name, written.span.line, text), alternative
