"""What happened: ``did``, counts and sums, first and last."""

from __future__ import annotations

from dataclasses import replace

from triggerfish.dsl.check import conditions, names, values
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import FAILED, NOTHING, Timing, Typed, truth
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import DATETIME, DURATION, NUMBER, Type
from triggerfish.dsl.tree import expressions as tx


def event(word: tx.Word, context: Context) -> bool:
    """Whether there is an event of that name; if not, reports it."""
    if word.text in context.symbols.events:
        return True
    context.report.unknown(name_rules.UnknownEvent, word, context.symbols.events)
    return False


def personal(word: tx.Word, context: Context) -> bool:
    """Whether there is an event of that name that can be in a person's history; if not, reports it."""
    known = event(word, context)
    if not known or not context.symbols.events[word.text].everyone:
        return known
    place = context.symbols.places.get(("event", word.text))
    related = (Related(place, "declared here"),) if place is not None else ()
    context.report.add(flow_rules.NobodysEvent.at(word.span, related=related, name=word.text))
    return False


def awaited(word: tx.Word, context: Context) -> bool:
    """Whether there is an event of that name that a run can wait for; if not, reports it."""
    known = event(word, context)
    if known and not context.symbols.events[word.text].everyone:
        context.person(word.span, f"`{word.text}` never happens to it; only an event declared `for everyone` does")
    return known


def did(written: tx.Did, context: Context) -> Typed:
    """``did X …``."""
    found = selector(written.events, context)
    window, timing = _window(written.window, context)
    times = written.times or tx.Times("at least", 1, written.span)
    comparison, count = times.comparison, times.count
    if written.times is not None and comparison == "at least" and count < 1:
        text = context.sources.words(written.times.span) or "at least 0 times"
        context.report.add(rules.PointlessCount.at(written.times.span, text=text))
    if written.events.field:
        too_much(written.events, f"did {written.events.event.text}", context)
        return truth(NOTHING)
    if found is None:
        return truth(NOTHING)
    return truth(ir.Did(written.events.event.text, found.where, comparison, count, window, written.negated), timing)


def aggregate(written: tx.Aggregate, context: Context) -> Typed:
    """``count of X``, ``sum of X.f`` and the others."""
    found = selector(written.events, context)
    window, timing = _window(written.window, context)
    name = written.events.event.text
    if written.function == "count":
        if written.events.field:
            too_much(written.events, f"count of {name}", context)
            return FAILED
        return FAILED if found is None else Typed(ir.Aggregate("count", name, (), found.where, window), NUMBER, timing)
    if found is None:
        return FAILED
    if not written.events.field:
        fields = context.symbols.events[name].fields
        numbers = [field.name for field in fields if field.type.kind == "number"]
        hint = (
            f"write `{written.function} of {name}.{numbers[0]}`"
            if numbers
            else f"{name} has no number to calculate with"
        )
        context.report.add(
            rules.FieldNeeded.at(written.events.event.span, hint=hint, function=written.function, event=name)
        )
        return FAILED
    if found.type is None:
        return FAILED
    kind = base(found.type)
    orderable = written.function in ("smallest", "largest") and kind in ("date", "datetime")
    if kind != "number" and not orderable:
        context.report.add(
            rules.NotANumberField.at(
                written.events.span,
                function=written.function,
                name=".".join(written.events.field),
                type=describe(found.type),
            )
        )
        return FAILED
    expr = ir.Aggregate(written.function, name, written.events.field, found.where, window)
    return Typed(expr, found.type if orderable else NUMBER, timing)


def pick(written: tx.Pick, context: Context) -> Typed:
    """``last X.f``, ``first X.f``; without a field the moment it happened."""
    found = selector(written.events, context)
    if found is None:
        return FAILED
    expr = ir.Pick(written.which, written.events.event.text, written.events.field, found.where)
    if not written.events.field:
        return Typed(expr, DATETIME)
    return FAILED if found.type is None else Typed(expr, found.type)


def time_since(written: tx.TimeSince, context: Context) -> Typed:
    """``time since M``: grows by itself."""
    found = values.lower(written.moment, context)
    if found.type is None:
        return FAILED
    if base(found.type) not in ("date", "datetime"):
        _not_a_moment(written.moment, found, context)
        return FAILED
    timing = Timing.MIXED if found.timing else Timing.ALONE
    return Typed(ir.TimeSince(values.moment(found)), DURATION, timing)


def _not_a_moment(written: tx.Expression, found: Typed, context: Context) -> None:
    text = values.words(written, context)
    context.report.add(rules.NotAMoment.at(written.span, text=text, type=describe(found.type)))


class Found:
    """A resolved selector: its narrowing, and the type of its field."""

    __slots__ = ("type", "where")

    def __init__(self, where: ir.Expr | None, type_: Type | None) -> None:
        self.where = where
        self.type = type_


def selector(written: tx.Selector, context: Context) -> Found | None:
    """One event, perhaps narrowed; None once reported."""
    known = personal(written.event, context) and context.person(written.span, "there is no history")
    inside = context.looking_at(written.event.text)
    where = None
    if written.where is not None:
        where = conditions.condition(written.where, replace(inside, within_history=True))
    if not known:
        return None
    record = context.symbols.event_type(written.event.text)
    if not written.field:
        return Found(where, record)
    path = tx.Name((written.event.text, *written.field), written.span)
    column = written.event.span
    path = tx.Name(path.path, replace(column, end_column=column.column + len(".".join(path.path))))
    found = names.descend(record, path, 1, written.event.text, context)
    return Found(where, None if found is names.FAILED_TYPE else found)


def _window(written: tx.Window, context: Context) -> tuple[ir.Window, Timing]:
    match written:
        case tx.InLast():
            return ir.InLast(duration(written.duration, context)), Timing.ALONE
        case tx.Ever():
            return ir.Ever(), Timing.STILL
        case tx.Since():
            found = values.lower(written.moment, context)
            if found.type is not None and base(found.type) not in ("date", "datetime"):
                _not_a_moment(written.moment, found, context)
            return ir.Since(values.moment(found)), Timing.MIXED if found.timing else Timing.STILL


def too_much(written: tx.Selector, what: str, context: Context) -> None:
    """Reports a field where the event itself is meant."""
    context.report.add(rules.FieldTooMuch.at(written.span, what=f"`{what}`", field=".".join(written.field)))
