"""Values given to something that has a type: a field, an argument, a default."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from triggerfish.dsl.check import values
from triggerfish.dsl.check.kinds import ANYTHING, alike, base, describe, show
from triggerfish.dsl.check.report import nearest
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import NOTHING, Typed
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.diagnostics.model import Edit, Fix, Related
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx

NOT_PLAIN = object()
"""What ``plain`` gives for an expression that has to be worked out."""

_EMAIL = re.compile(r"[^@\s<>]+@[^@\s<>]+")


def give(written: tx.Expression, wanted: Type | None, target: str, context: Context) -> ir.Expr:
    """The value, made to fit ``wanted`` (None takes anything); what does not fit is reported. ``target`` names it."""
    inner = values.unwrap(written)
    if wanted is not None and isinstance(inner, tx.ListOf) and wanted.kind == "list":
        return values.fold([give(item, wanted.item, f"the list {target}", context) for item in inner.items])
    if wanted is not None and isinstance(inner, tx.Record) and wanted.kind == "record":
        return _record(inner, wanted, target, context)
    if wanted is not None and wanted.kind == "one of" and bare_option(inner, wanted, context):
        return NOTHING
    typed = values.lower(inner, context)
    if wanted is None:
        return typed.expr
    return fit(inner, typed, wanted, target, context) or NOTHING


def bare_option(written: tx.Expression, type_: Type, context: Context) -> bool:
    """``plan is pro``: a name that means nothing, beside a field that has options. Reported where it is so."""
    name = values.unwrap(written)
    if not isinstance(name, tx.Name) or len(name.path) > 1 or context.knows(name.path[0]):
        return False
    word = name.path[0]
    texts = [str(one) for one in type_.options if isinstance(one, str)]
    near = word if word in texts else nearest(word, texts)
    if near is None:
        return False
    hint = f'texts stand in quotation marks: write "{near}"' if near == word else f'did you mean "{near}"?'
    fix = Fix(f'Write "{near}"', (Edit(name.span, f'"{near}"'),), safe=False)
    context.report.add(name_rules.UnknownName.at(name.span, hint=hint, fix=fix, name=word))
    return True


def _record(written: tx.Record, wanted: Type, target: str, context: Context) -> ir.Expr:
    result: dict[str, Any] = {}
    for argument in written.fields:
        field = wanted.field(argument.name.text)
        if field is None:
            context.report.unknown(
                name_rules.UnknownArgument,
                argument.name,
                [field.name for field in wanted.fields],
                owner=target,
                what="field",
            )
            values.lower(argument.value, context)
            continue
        expr = give(argument.value, field.type, f"{target}.{field.name}", context)
        result[field.name] = plain(expr)
        if result[field.name] is NOT_PLAIN:
            context.report.add(rules.NoRecord.at(argument.value.span))
            result[field.name] = None
    return ir.Constant(result, "record")


def fit(written: tx.Expression, typed: Typed, wanted: Type, target: str, context: Context) -> ir.Expr | None:
    """The expression made to fit ``wanted``, or None when it cannot and this has been reported."""
    found = typed.type
    if found is None:
        return None
    written = values.unwrap(written)
    if not _fits(written, found, wanted):
        hint = _cure(written, found, wanted)
        context.report.add(
            rules.WrongType.at(written.span, hint=hint, target=target, wanted=describe(wanted), found=describe(found))
        )
        return None
    if not option(written, wanted, target, context):
        return None
    if wanted.kind == "timezone" and isinstance(written, tx.Text) and not zone(written, context):
        return None
    if wanted.kind == "email" and isinstance(written, tx.Text) and not _EMAIL.fullmatch(written.value):
        hint = 'write it as "ana@example.com"'
        context.report.add(
            rules.WrongType.at(
                written.span, hint=hint, target=target, wanted=describe(wanted), found=f'"{written.value}"'
            )
        )
        return None
    if wanted.kind == "datetime" and found.kind == "date":
        return ir.MomentOf(typed.expr)
    if wanted.kind == "date" and found.kind == "datetime":
        return ir.DateOf(typed.expr)
    return typed.expr


def _fits(written: tx.Expression, found: Type, wanted: Type) -> bool:
    """A moment is given for a date where it is worked out; one that is written out has a time of day too much."""
    if wanted.kind == "date" and found.kind == "datetime":
        return not isinstance(written, tx.Moment)
    return alike(found, wanted)


def _cure(written: tx.Expression, found: Type, wanted: Type) -> str | None:
    kind = base(wanted)
    if kind == "date" and isinstance(written, tx.Moment):
        return f"leave out the time of day: {written.date}"
    if kind == "text" and isinstance(written, tx.Number | tx.Percent | tx.Date | tx.Boolean):
        return "put it in quotes"
    if kind == "text" and isinstance(written, tx.Record):
        return 'write it as one text, which may hold `{{ }}`: "{\\"id\\": 1}"'
    if isinstance(written, tx.Text):
        if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", written.value):
            return f"leave out the quotes: {written.value}"
        if kind == "boolean" and written.value.lower() in ("yes", "no", "true", "false"):
            return f"leave out the quotes: {written.value.lower()}"
        if kind == "date":
            return "write a date without quotes, as 2026-12-24"
        if kind == "datetime":
            return "write a moment without quotes, as 2026-12-24 9:00"
    if kind == "duration" and isinstance(written, tx.Number):
        return f"write a unit after it: {written.value} days"
    if kind == "list" and wanted.item is not None and alike(found, wanted.item):
        return "put it in square brackets"
    return None


def option(written: tx.Expression, wanted: Type, target: str, context: Context) -> bool:
    """Whether a value written out is one of the options of ``wanted``; if not, reports it."""
    value = written.value if isinstance(written, tx.Text | tx.Number | tx.Boolean) else None
    if wanted.kind != "one of" or value is None or any(_same(value, one) for one in wanted.options):
        return True
    near = nearest(str(value), [str(one) for one in wanted.options]) if isinstance(value, str) else None
    hint = f'did you mean "{near}"?' if near else "the options are " + ", ".join(show(one) for one in wanted.options)
    context.report.add(rules.NotAnOption.at(written.span, hint=hint, value=show(value), name=target))
    return False


def _same(left: object, right: object) -> bool:
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def zone(written: tx.Text, context: Context) -> bool:
    """Whether a text names a time zone; if not, reports it."""
    try:
        ZoneInfo(written.value)
    except (KeyError, ValueError, OSError):
        zones = sorted(available_timezones())
        city = written.value.strip().replace(" ", "_").casefold()
        near = next((each for each in zones if each.casefold().endswith(f"/{city}")), None) or nearest(written.value, zones)
    else:
        return True
    hint = f'did you mean "{near}"?' if near else 'names are such as "Europe/Paris" or "America/New_York"'
    context.report.add(rules.BadTimezone.at(written.span, hint=hint, name=written.value))
    return False


def plain(expr: ir.Expr) -> Any:
    """The run-time value of an expression that is written out, else ``NOT_PLAIN``.

    A local moment has none: it becomes ``{"local": "2026-12-24T09:00"}``, for the runner to place in a zone.
    """
    match expr:
        case ir.Constant(value=value):
            return value
        case ir.LocalMoment(date=date, hour=hour, minute=minute):
            return {"local": f"{date}T{hour:02}:{minute:02}"}
        case ir.MomentOf(date=ir.Constant(value=date)):
            return {"local": f"{date}T00:00"}
        case ir.ListOf(items=items):
            found = [plain(item) for item in items]
            return NOT_PLAIN if any(item is NOT_PLAIN for item in found) else found
        case _:
            return NOT_PLAIN


def written_out(written: tx.Expression, wanted: Type | None, target: str, context: Context) -> Any:
    """The run-time value of something that must be written out; None and a report if it is not."""
    if not _literal(written):
        context.report.add(rules.NotWrittenOut.at(written.span, what=target))
        return None
    value = plain(give(written, wanted, target, context))
    return None if value is NOT_PLAIN else value


def _literal(written: tx.Expression) -> bool:
    match values.unwrap(written):
        case (
            tx.Text() | tx.Number() | tx.Percent() | tx.Boolean() | tx.Duration() | tx.Date() | tx.Moment() | tx.Clock()
        ):
            return True
        case tx.ListOf(items=items):
            return all(_literal(item) for item in items)
        case tx.Record(fields=fields):
            return all(_literal(argument.value) for argument in fields)
        case tx.Negate(operand=operand):
            return _literal(operand)
        case _:
            return False


def arguments(
    written: Sequence[tx.Argument],
    wanted: Type | None,
    owner: str,
    what: str,
    context: Context,
    place: Span | None = None,
) -> list[tuple[tx.Argument, Type | None]]:
    """The arguments that are known, each once, with the type it must have; the others are reported.

    ``wanted`` is a record of what may be given (None: anything); ``place`` is where that was declared.
    """
    first: dict[str, tx.Argument] = {}
    known = []
    for argument in written:
        name = argument.name.text
        if name in first:
            related = (Related(first[name].name.span, "first given here"),)
            context.report.add(flow_rules.RepeatedArgument.at(argument.name.span, related=related, name=name))
            continue
        first[name] = argument
        field = wanted.field(name) if wanted is not None else None
        if wanted is not None and field is None:
            around = (Related(place, f"{owner} is declared here"),) if place is not None else ()
            candidates = [field.name for field in wanted.fields]
            hint = f"{owner} has " + ", ".join(candidates) if candidates else f"{owner} has none"
            context.report.unknown(
                name_rules.UnknownArgument, argument.name, candidates, owner=owner, what=what, hint=hint, related=around
            )
            continue
        known.append((argument, None if field is None or field.type is ANYTHING else field.type))
    return known


def known_type(record: Type, name: str) -> Type | None:
    """The type of a field of a record; None where it has no such field, or one that takes anything."""
    field = record.field(name)
    return None if field is None or field.type is ANYTHING else field.type
