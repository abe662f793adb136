"""Comparisons of two or more values."""

from __future__ import annotations

import re

from triggerfish.dsl.check import giving, values
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import alike, base, describe
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import NOTHING, Timing, Typed, truth
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.diagnostics.model import Edit, Fix
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import Type, TypeKind
from triggerfish.dsl.tree import expressions as tx

_ORDERED = ("number", "text", "date", "datetime", "duration")


def compare(written: tx.Compare, context: Context) -> Typed:
    """``a is b``, ``a < b``, ``a contains b`` and the others."""
    left = values.lower(written.left, context)
    if _nothing(written, context) or _unquoted(written.right, left.type, context):
        return truth(NOTHING)
    right = values.lower(written.right, context)
    timing = _timing(left.timing, right.timing)
    if left.type is None or right.type is None:
        return truth(NOTHING)
    if written.operator in ("contains", "starts with", "ends with", "like"):
        return _search(written, left, right, context)
    if not alike(left.type, right.type):
        _unlike(written.left, left, written.right, right, context)
        return truth(NOTHING)
    kind = base(left.type)
    if written.operator != "is" and kind not in _ORDERED:
        _no_such(written.operator, left.type, written, context)
        return truth(NOTHING)
    if kind == "record":
        _no_such("is", left.type, written, context)
        return truth(NOTHING)
    if not _options(written.left, left, written.right, right, context):
        return truth(NOTHING)
    left_expr, right_expr, kind = _common(left, right)
    return truth(ir.Compare(written.operator, left_expr, right_expr, written.negated, kind), timing)


_NOTHING = frozenset({"empty", "blank", "null", "none", "nothing", "missing", "nil", "undefined"})


def _nothing(written: tx.Compare, context: Context) -> bool:
    """Whether this is ``x is empty``, which is written ``x is unknown``; if so, reports it."""
    name = values.unwrap(written.right)
    if written.operator != "is" or not isinstance(name, tx.Name) or len(name.path) > 1 or name.path[0] not in _NOTHING:
        return False
    if context.knows(name.path[0]):
        return False
    better = f"{values.words(written.left, context)} is {'known' if written.negated else 'unknown'}"
    edit = Edit(written.span, better)
    fix = Fix(f"Write {better}", (edit,), safe=False) if written.span.line == written.span.end_line else None
    context.report.add(name_rules.UnknownName.at(name.span, hint=f"write `{better}`", fix=fix, name=name.path[0]))
    return True


def _unquoted(written: tx.Expression, type_: Type | None, context: Context) -> bool:
    """Whether this is an option of the other side without its quotation marks; if so, reports it."""
    if type_ is None or type_.kind != "one of":
        return False
    return giving.bare_option(written, type_, context)


def _timing(one: Timing, other: Timing) -> Timing:
    """What changes by time must stand alone on one side."""
    return Timing.MIXED if one and other else max(one, other)


def _common(left: Typed, right: Typed) -> tuple[ir.Expr, ir.Expr, TypeKind]:
    """Both sides, made alike where one is a date and the other a moment."""
    if left.type is None or right.type is None:
        return left.expr, right.expr, "text"
    one, other = base(left.type), base(right.type)
    if one != other:
        return values.moment(left), values.moment(right), "datetime"
    return left.expr, right.expr, one


def _options(
    left_written: tx.Expression, left: Typed, right_written: tx.Expression, right: Typed, context: Context
) -> bool:
    """Whether a text compared with a ``one of`` field is one of its options."""
    first, second = values.unwrap(left_written), values.unwrap(right_written)
    if left.type is not None and left.type.kind == "one of":
        return giving.option(second, left.type, values.words(left_written, context), context)
    if right.type is not None and right.type.kind == "one of":
        return giving.option(first, right.type, values.words(right_written, context), context)
    for text, type_ in ((first, right.type), (second, left.type)):
        if (
            isinstance(text, tx.Text)
            and type_ is not None
            and type_.kind == "timezone"
            and not giving.zone(text, context)
        ):
            return False
    return True


def _search(written: tx.Compare, left: Typed, right: Typed, context: Context) -> Typed:
    if left.type is None or right.type is None:
        return truth(NOTHING)
    if written.operator == "contains" and left.type.kind == "list":
        item = left.type.item
        if not alike(item, right.type):
            context.report.add(
                rules.UnlikeTypes.at(
                    written.right.span,
                    left=f"an item of {values.words(written.left, context)}",
                    left_type=describe(item),
                    right=values.words(written.right, context),
                    right_type=describe(right.type),
                )
            )
            return truth(NOTHING)
        if item is not None and not giving.option(
            values.unwrap(written.right), item, values.words(written.left, context), context
        ):
            return truth(NOTHING)
        return truth(
            ir.Compare("contains", left.expr, right.expr, written.negated, "list"), _looked_up(left, right.timing)
        )
    if base(left.type) != "text":
        _no_such(written.operator, left.type, written, context)
        return truth(NOTHING)
    if base(right.type) != "text":
        _unlike(written.left, left, written.right, right, context)
        return truth(NOTHING)
    expr = ir.Compare(written.operator, left.expr, right.expr, written.negated, "text")
    return truth(expr, _looked_up(left, right.timing))


def _looked_up(value: Typed, among: Timing) -> Timing:
    """A count or a level may be one of several; of a moment that goes on by itself that makes no sense."""
    goes_on = value.timing and value.type is not None and base(value.type) in ("duration", "datetime")
    return Timing.MIXED if among or goes_on else value.timing


def _no_such(operator: str, type_: Type, written: tx.Compare, context: Context) -> None:
    hint = None
    if type_.kind == "boolean":
        hint = "write it alone, or with `not` before it"
    elif base(type_) == "number":
        hint = "numbers are compared with `is`, `<`, `<=`, `>`, `>=` and `between`"
    elif type_.kind == "list":
        hint = "a list can be asked what it `contains`"
    context.report.add(rules.NoSuchComparison.at(written.span, hint=hint, operator=operator, type=describe(type_)))


def _unlike(
    left_written: tx.Expression, left: Typed, right_written: tx.Expression, right: Typed, context: Context
) -> None:
    hint = _cure(left_written, left, right) or _cure(right_written, right, left)
    context.report.add(
        rules.UnlikeTypes.at(
            right_written.span,
            hint=hint,
            left=values.words(left_written, context),
            left_type=describe(left.type),
            right=values.words(right_written, context),
            right_type=describe(right.type),
        )
    )


def _cure(one: tx.Expression, typed: Typed, other_typed: Typed) -> str | None:
    """How ``one`` would have to be written to go with the other side."""
    one = values.unwrap(one)
    if other_typed.type is None or typed.type is None:
        return None
    wanted = base(other_typed.type)
    if wanted == "list" and other_typed.type.item is not None and alike(typed.type, other_typed.type.item):
        return "a list can be asked what it `contains`"
    if isinstance(one, tx.Text):
        if wanted == "number" and re.fullmatch(r"-?\d+(\.\d+)?", one.value):
            return f"leave out the quotes: {one.value}"
        if wanted == "boolean":
            return "use yes or no, without quotes"
        if wanted == "date":
            return "write a date without quotes, as 2026-12-24"
        if wanted == "datetime":
            return "write a moment without quotes, as 2026-12-24 9:00"
    if wanted == "text" and isinstance(one, tx.Number | tx.Percent | tx.Date | tx.Boolean):
        return "put it in quotes"
    if wanted == "duration" and isinstance(one, tx.Number):
        return f"write a unit after it: {one.value} days"
    if wanted in ("date", "datetime") and isinstance(one, tx.Duration):
        return "a date is compared with another date, or asked whether it is `within last` or `within next` a duration"
    return None


def between(written: tx.Between, context: Context) -> Typed:
    """``a between x and y``."""
    value = values.lower(written.value, context)
    ends = [(written.low, values.lower(written.low, context)), (written.high, values.lower(written.high, context))]
    if value.type is None or any(end.type is None for _, end in ends):
        return truth(NOTHING)
    for source, end in ends:
        if not alike(value.type, end.type):
            _unlike(written.value, value, source, end, context)
            return truth(NOTHING)
        if not _options(written.value, value, source, end, context):
            return truth(NOTHING)
    if base(value.type) not in _ORDERED:
        context.report.add(rules.NoSuchComparison.at(written.span, operator="between", type=describe(value.type)))
        return truth(NOTHING)
    kinds = {base(type_) for type_ in (value.type, *(end.type for _, end in ends)) if type_ is not None}
    exprs = [value.expr, *(end.expr for _, end in ends)]
    kind = base(value.type)
    if len(kinds) > 1:
        exprs, kind = [values.moment(value), *(values.moment(end) for _, end in ends)], "datetime"
    timing = Timing.MIXED if any(end.timing for _, end in ends) else value.timing
    return truth(ir.Between(exprs[0], exprs[1], exprs[2], written.negated, kind), timing)


def one_of(written: tx.OneOf, context: Context) -> Typed:
    """``a in ("x", "y")``, ``a in list``."""
    value, options = values.lower(written.value, context), values.lower(written.options, context)
    if value.type is None or options.type is None:
        return truth(NOTHING)
    if options.type.kind != "list":
        inner = values.unwrap(written.options)
        if isinstance(written.options, tx.Group) and isinstance(inner, tx.Text | tx.Number | tx.Date):
            expr = giving.fit(inner, options, value.type, values.words(written.value, context), context)
            items: ir.Expr = values.fold([expr]) if expr is not None else NOTHING
            return truth(ir.OneOf(value.expr, items, written.negated), _looked_up(value, options.timing))
        text = values.words(written.options, context)
        context.report.add(rules.NotAList.at(written.options.span, text=text, type=describe(options.type)))
        return truth(NOTHING)
    items = options.expr
    inner = values.unwrap(written.options)
    if isinstance(inner, tx.ListOf):
        found = [_item(item, written.value, value, context) for item in inner.items]
        if any(expr is None for expr in found):
            return truth(NOTHING)
        items = values.fold([expr for expr in found if expr is not None])
    elif not alike(value.type, options.type.item):
        context.report.add(
            rules.UnlikeTypes.at(
                written.options.span,
                left=values.words(written.value, context),
                left_type=describe(value.type),
                right=f"an item of {values.words(written.options, context)}",
                right_type=describe(options.type.item),
            )
        )
        return truth(NOTHING)
    return truth(ir.OneOf(value.expr, items, written.negated), _looked_up(value, options.timing))


def _item(written: tx.Expression, subject: tx.Expression, value: Typed, context: Context) -> ir.Expr | None:
    """One option of ``in (…)``, made like the value it is compared with; None once reported."""
    typed = values.lower(written, context)
    if typed.type is None or value.type is None:
        return None
    if not alike(value.type, typed.type) or (base(value.type), base(typed.type)) == ("date", "datetime"):
        _unlike(subject, value, written, typed, context)
        return None
    if not _options(subject, value, written, typed, context):
        return None
    return _common(typed, value)[0] if base(value.type) == "datetime" else typed.expr


def within(written: tx.Within, context: Context) -> Typed:
    """``t within last 7 days``."""
    value = values.lower(written.value, context)
    span = duration(written.duration, context)
    if value.type is None:
        return truth(NOTHING)
    kind = base(value.type)
    if kind not in ("date", "datetime"):
        text = values.words(written.value, context)
        hint = f"a duration is compared: `{text} < …`" if kind == "duration" else None
        context.report.add(rules.NotAMoment.at(written.value.span, hint=hint, text=text, type=describe(value.type)))
        return truth(NOTHING)
    timing = Timing.MIXED if value.timing else Timing.ALONE
    return truth(
        ir.Within(value.expr, written.direction, span, written.negated, "date" if kind == "date" else "datetime"),
        timing,
    )
