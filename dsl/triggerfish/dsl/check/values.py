"""Values: literals, names, calculations, functions."""

from __future__ import annotations

from typing import assert_never

from triggerfish.dsl.check import conditions, giving, history, names
from triggerfish.dsl.check.durations import duration, parts
from triggerfish.dsl.check.kinds import alike, base, describe, merge
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import Node
from triggerfish.dsl.check.typed import FAILED, NOTHING, Timing, Typed
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import BOOLEAN, DATE, DATETIME, DURATION, NUMBER, TEXT, Field, Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx


def lower(written: tx.Expression, context: Context) -> Typed:
    """Any expression, resolved and typed. What is wrong with it is reported and then has no type."""
    match written:
        case (
            tx.Text() | tx.Number() | tx.Percent() | tx.Boolean() | tx.Duration() | tx.Clock() | tx.Date() | tx.Moment()
        ):
            return _literal(written, context)
        case tx.ListOf():
            return _list(written, context)
        case tx.Record():
            return _record(written, context)
        case tx.Name():
            return names.resolve(written, context)
        case tx.Now():
            return Typed(ir.Now(), DATETIME, Timing.ALONE)
        case tx.Negate():
            return _negate(written, context)
        case tx.Arithmetic():
            return _arithmetic(written, context)
        case tx.Call():
            return _call(written, context)
        case tx.Group():
            return lower(written.inner, context)
        case tx.Aggregate():
            return history.aggregate(written, context)
        case tx.Pick():
            return history.pick(written, context)
        case tx.TimeSince():
            return history.time_since(written, context)
        case (
            tx.Compare()
            | tx.Between()
            | tx.OneOf()
            | tx.Known()
            | tx.Within()
            | tx.Did()
            | tx.InSegment()
            | tx.InFlow()
            | tx.Subscribed()
            | tx.Reachable()
            | tx.Not()
            | tx.And()
            | tx.Or()
        ):
            return conditions.lower(written, context)
        case _:
            assert_never(written)


def unwrap(written: tx.Expression) -> tx.Expression:
    """What is inside the brackets."""
    while isinstance(written, tx.Group):
        written = written.inner
    return written


def words(written: tx.Expression, context: Context) -> str:
    """How an expression reads in a message."""
    return context.sources.words(written.span) or "this"


def _literal(
    written: tx.Text | tx.Number | tx.Percent | tx.Boolean | tx.Duration | tx.Clock | tx.Date | tx.Moment,
    context: Context,
) -> Typed:
    match written:
        case tx.Text():
            return Typed(ir.Constant(written.value, "text"), TEXT)
        case tx.Number():
            return Typed(ir.Constant(written.value, "number"), NUMBER)
        case tx.Percent():
            return Typed(ir.Constant(written.value / 100, "number"), NUMBER)
        case tx.Boolean():
            return Typed(ir.Constant(written.value, "boolean"), BOOLEAN)
        case tx.Duration():
            return Typed(ir.Constant(parts(duration(written, context, positive=False)), "duration"), DURATION)
        case tx.Clock():
            context.report.add(rules.ClockAlone.at(written.span))
            return FAILED
        case tx.Date():
            return Typed(ir.Constant(written.date.isoformat(), "date"), DATE)
        case tx.Moment():
            return Typed(ir.LocalMoment(written.date.isoformat(), written.hour, written.minute), DATETIME)
        case _:
            assert_never(written)


def _list(written: tx.ListOf, context: Context) -> Typed:
    items = [lower(item, context) for item in written.items]
    timing = Timing.MIXED if any(item.timing for item in items) else Timing.STILL
    type_: Type | None = items[0].type if items else None
    for item, source in zip(items[1:], written.items[1:], strict=True):
        if not alike(type_, item.type):
            context.report.add(rules.MixedList.at(source.span, first=describe(type_), second=describe(item.type)))
            return FAILED
        type_ = merge(type_, item.type)
    return Typed(fold([item.expr for item in items]), Type("list", type_), timing)


def fold(items: list[ir.Expr]) -> ir.Expr:
    """A list; of constants one constant."""
    if all(isinstance(item, ir.Constant) for item in items):
        return ir.Constant([item.value for item in items if isinstance(item, ir.Constant)], "list")
    return ir.ListOf(tuple(items))


def _record(written: tx.Record, context: Context) -> Typed:
    fields = [(argument.name.text, lower(argument.value, context), argument.value.span) for argument in written.fields]
    result = {name: giving.plain(typed.expr) for name, typed, _ in fields}
    for name, typed, span in fields:
        if result[name] is giving.NOT_PLAIN and typed.type is not None:
            context.report.add(rules.NoRecord.at(span))
            return FAILED
    if any(typed.type is None for _, typed, _ in fields):
        return FAILED
    record = Type("record", fields=tuple(Field(name, typed.type) for name, typed, _ in fields if typed.type))
    return Typed(ir.Constant(result, "record"), record)


def _negate(written: tx.Negate, context: Context) -> Typed:
    operand = lower(written.operand, context)
    if operand.type is None:
        return FAILED
    kind = base(operand.type)
    if kind not in ("number", "duration"):
        _no_arithmetic(written, f"it takes away {describe(operand.type)}", context)
        return FAILED
    match operand.expr:
        case ir.Constant(value=value, type="number"):
            return Typed(ir.Constant(-value, "number"), NUMBER)
        case ir.Constant(value=value, type="duration"):
            return Typed(ir.Constant([-part for part in value], "duration"), DURATION)
        case _:
            timing = Timing.MIXED if operand.timing else Timing.STILL
            return Typed(ir.Negate(operand.expr), operand.type, timing)


# --- arithmetic ------------------------------------------------------------------------------------

_RESULTS: dict[tuple[str, str, str], Type] = {
    ("date", "+", "duration"): DATE,
    ("date", "-", "duration"): DATE,
    ("datetime", "+", "duration"): DATETIME,
    ("datetime", "-", "duration"): DATETIME,
    ("duration", "+", "duration"): DURATION,
    ("duration", "-", "duration"): DURATION,
    ("duration", "+", "date"): DATE,
    ("duration", "+", "datetime"): DATETIME,
    ("number", "*", "duration"): DURATION,
    ("duration", "*", "number"): DURATION,
    ("duration", "/", "number"): DURATION,
    ("datetime", "-", "datetime"): DURATION,
} | {("number", operator, "number"): NUMBER for operator in ("+", "-", "*", "/")}


def _arithmetic(written: tx.Arithmetic, context: Context) -> Typed:
    left, right = lower(written.left, context), lower(written.right, context)
    if left.type is None or right.type is None:
        return FAILED
    one, other = base(left.type), base(right.type)
    left_expr, right_expr = left.expr, right.expr
    if written.operator == "-" and {one, other} <= {"date", "datetime"}:
        left_expr, right_expr = moment(left), moment(right)
        one = other = "datetime"
    result = _RESULTS.get((one, written.operator, other))
    if result is None:
        _no_arithmetic(written, f"it is {describe(left.type)} {written.operator} {describe(right.type)}", context)
        return FAILED
    if one == "duration" and other in ("date", "datetime"):
        one, other, left_expr, right_expr = other, one, right_expr, left_expr
    if result is DATE and isinstance(right_expr, ir.Constant) and right_expr.value[2]:
        result, one, left_expr = DATETIME, "datetime", ir.MomentOf(left_expr)
    timing = Timing.MIXED if left.timing or right.timing else Timing.STILL
    return Typed(ir.Arithmetic(written.operator, left_expr, right_expr, one, other), result, timing)


def _no_arithmetic(written: tx.Negate | tx.Arithmetic, why: str, context: Context) -> None:
    context.report.add(rules.NoArithmetic.at(written.span, text=words(written, context), why=why))


def moment(value: Typed) -> ir.Expr:
    """The value as a moment; a date is the moment its day begins."""
    return ir.MomentOf(value.expr) if value.type is not None and value.type.kind == "date" else value.expr


# --- functions ---------------------------------------------------------------------------------------


def _call(written: tx.Call, context: Context) -> Typed:
    arguments = [lower(argument, context) for argument in written.arguments]
    function = context.symbols.function(written.function.text)
    if function is None:
        context.report.unknown(name_rules.UnknownFunction, written.function, context.symbols.function_names())
        return FAILED
    most, least = len(function.arguments), len(function.arguments) - function.optional
    if not least <= len(arguments) <= most:
        wanted = str(most) if least == most else f"{least} to {most}"
        noun = "value" if wanted == "1" else "values"
        context.report.add(
            rules.WrongCount.at(
                written.span,
                function=function.name,
                wanted=f"{wanted} {noun}",
                found=len(arguments),
                hint=function.doc,
            )
        )
        return FAILED
    exprs = []
    for argument, source, wanted_type in zip(arguments, written.arguments, function.arguments, strict=False):
        if function.name == "length" and argument.type is not None and argument.type.kind == "list":
            exprs.append(argument.expr)
            continue
        expr = giving.fit(source, argument, wanted_type, f"{function.name}()", context)
        if expr is None:
            return FAILED
        exprs.append(expr)
    returns = arguments[0].type if function.returns == "same" else function.returns
    timing = Timing.MIXED if any(argument.timing for argument in arguments) else Timing.STILL
    return Typed(ir.Call(function.name, tuple(exprs)), returns, timing)


# --- value declarations --------------------------------------------------------------------------------


def use(node: Node, span: Span, context: Context) -> None:
    """Notes that what is being declared needs ``node``."""
    if context.owner is not None:
        context.symbols.uses.setdefault(context.owner, {}).setdefault(node, span)


def value_of(name: str, span: Span, context: Context) -> Typed:
    """A ``value`` declaration by name. Its type is worked out when it is first needed."""
    use(("value", name), span, context)
    symbols = context.symbols
    if name not in symbols.results:
        symbols.results[name] = None
        inner = Context(symbols, context.report, context.sources, owner=("value", name))
        symbols.results[name] = lower(symbols.values[name].value, inner)
    result = symbols.results[name]
    if result is None or result.expr is NOTHING:
        return FAILED
    behind = result
    while isinstance(behind.expr, ir.ValueOf) and (further := symbols.results.get(behind.expr.name)) is not None:
        behind = further
    if context.watched and isinstance(behind.expr, ir.TimeSince | ir.Now):
        return behind  # the moment of the next change is worked out from the comparison itself
    return Typed(ir.ValueOf(name), result.type, result.timing)
