"""Conditions: what is asked of a person, and which of it is watched."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from triggerfish.dsl.check import comparisons, history, policy_names, values
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import NOTHING, Timing, Typed, truth
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx

Condition = (
    tx.Compare
    | tx.Between
    | tx.OneOf
    | tx.Known
    | tx.Within
    | tx.Did
    | tx.InSegment
    | tx.InFlow
    | tx.Subscribed
    | tx.Reachable
    | tx.Not
    | tx.And
    | tx.Or
)


def condition(written: tx.Expression, context: Context) -> ir.Expr:
    """An expression as a condition; each single condition in it knows where it was written."""
    match written:
        case tx.Group():
            return condition(written.inner, context)
        case tx.And():
            return ir.And(tuple(condition(operand, context) for operand in written.operands))
        case tx.Or():
            _warn_mixed(written, context)
            return ir.Or(tuple(condition(operand, context) for operand in written.operands))
        case tx.Not():
            return _negated(written, context)
        case _:
            typed = values.lower(written, context)
            expr = _watchable(written, _boolean(written, typed, context), context)
            return ir.Located(expr.expr, context.sources.words(written.span), written.span.file, written.span.line)


def _negated(written: tx.Not, context: Context) -> ir.Expr:
    """The opposite; two opposites are nothing, however often they are written."""
    odd, inner = True, written.operand
    while isinstance(inner, tx.Not):
        odd, inner = not odd, inner.operand
    found = condition(inner, context)
    return ir.Not(found) if odd else found


def all_of(written: tuple[tx.Expression, ...], context: Context) -> ir.Expr | None:
    """Several conditions joined by and; None for none."""
    found = tuple(condition(one, context) for one in written)
    if not found:
        return None
    return found[0] if len(found) == 1 else ir.And(found)


def _warn_mixed(written: tx.Or, context: Context) -> None:
    if any(isinstance(operand, tx.And) for operand in written.operands):
        context.report.add(flow_rules.MixedAndOr.at(written.span))


def _boolean(written: tx.Expression, typed: Typed, context: Context) -> Typed:
    if isinstance(written, Condition):
        return typed
    if typed.type is not None and base(typed.type) != "boolean":
        text = values.words(written, context)
        hint = f"did you mean `{text} is known`, or a comparison such as `{text} {_example(typed.type)}`?"
        context.report.add(rules.NotACondition.at(written.span, hint=hint, text=text, type=describe(typed.type)))
        return truth(NOTHING)
    return replace(typed, expr=ir.Truth(typed.expr))


def _example(type_: Type) -> str:
    match base(type_):
        case "number":
            return "> 10"
        case "date":
            return "within next 7 days"
        case "datetime":
            return "within last 7 days"
        case "duration":
            return "> 3 days"
        case "list":
            return 'contains "…"'
        case _:
            return 'is "…"'


def _watchable(written: tx.Expression, typed: Typed, context: Context) -> Typed:
    if typed.timing is Timing.MIXED and context.watched:
        context.report.add(rules.NotWatchable.at(written.span))
    elif typed.timing and context.within_history and context.watched:
        context.report.add(
            rules.NotWatchable.at(written.span, hint="what a past event is compared with must not change by itself")
        )
    return typed


def lower(written: Condition, context: Context) -> Typed:
    """One condition as a yes or no value."""
    match written:
        case tx.Compare():
            return comparisons.compare(written, context)
        case tx.Between():
            return comparisons.between(written, context)
        case tx.OneOf():
            return comparisons.one_of(written, context)
        case tx.Known():
            found = values.lower(written.value, context)
            return truth(ir.Known(found.expr, written.negated), found.timing)
        case tx.Within():
            return comparisons.within(written, context)
        case tx.Did():
            return history.did(written, context)
        case tx.InSegment():
            return _in_segment(written, context)
        case tx.InFlow():
            flow(written.flow, context)
            context.person(written.span, "nobody can be in a flow")
            return truth(ir.InFlow(written.flow.text, written.negated))
        case tx.Subscribed():
            channels = policy_names.topic_channels(written.topic, written.channel, context)
            context.person(written.span, "nobody can be subscribed")
            channel = written.channel.text if written.channel is not None else None
            return truth(ir.Subscribed(written.topic.text, channel) if channels else NOTHING)
        case tx.Reachable():
            policy_names.channel(written.channel, context)
            context.person(written.span, "nobody can be reached")
            return truth(ir.Reachable(written.channel.text))
        case tx.Not() | tx.And() | tx.Or():
            return truth(condition(written, replace(context, watched=False)), _timing(written, context))
        case _:
            assert_never(written)


def _timing(written: tx.Not | tx.And | tx.Or, context: Context) -> Timing:
    """A combination of conditions changes by time if one of them does."""
    operands = (written.operand,) if isinstance(written, tx.Not) else written.operands
    return max((values.lower(operand, context).timing for operand in operands), default=Timing.STILL)


def segment(word: tx.Word, span: Span, context: Context) -> bool:
    """Whether there is a segment of that name; if not, reports it."""
    if word.text not in context.symbols.segments:
        context.report.unknown(name_rules.UnknownSegment, word, context.symbols.segments)
        return False
    values.use(("segment", word.text), span, context)
    return True


def _in_segment(written: tx.InSegment, context: Context) -> Typed:
    segment(written.segment, written.segment.span, context)
    context.person(written.span, "nobody can be in a segment")
    return truth(ir.InSegment(written.segment.text, written.negated))


def flow(word: tx.Word, context: Context) -> bool:
    """Whether there is a flow of that name; if not, reports it."""
    if word.text in context.symbols.flows:
        return True
    context.report.unknown(name_rules.UnknownFlow, word, context.symbols.flows)
    return False
