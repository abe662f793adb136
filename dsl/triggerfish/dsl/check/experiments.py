"""``split`` and what belongs to experiments: shares, what is measured, how it is decided."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from triggerfish.dsl.check import conditions, history, names, segments, steps
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.run import Run
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.diagnostics.notyet import NoEffectYet
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import steps as ts

METHODS = ("bayesian", "frequentist", "sequential")


def split(step: ts.Split, run: Run) -> ir.Split:
    """An experiment; afterwards ``NAME.arm`` is the arm a person has got."""
    context = run.context
    at = run.where(step, step.name)
    head = context.sources.head(step.span)
    if not step.arms:
        cure = "add its arms, such as `50% calm`, each with its steps below it"
        context.report.add(rules.NothingToChoose.at(head, what=f"split {step.name.text}", cure=cure))
    distinct([arm.name for arm in step.arms], f"an arm of {step.name.text}", context)
    shares = whole([(arm.percent, arm.span) for arm in step.arms], step.name, context)
    features = tuple(_feature(one, context) for one in step.context)
    measured = measure(step.measure, context) if step.measure is not None else None
    if step.measure is None and (step.allocator or step.decide is not None):
        place = step.decide.span if step.decide is not None else head
        what = f"by {step.allocator}" if step.allocator else "decide by"
        context.report.add(rules.NothingMeasured.at(place, what=what))
    decision = _decide(step.decide, context) if step.decide is not None else None
    if step.allocator:
        _no_effect(f"`by {step.allocator}`", "the shares stay as they are written", head, context)
    if step.decide is not None:
        _no_effect("`decide by`", "all arms go on", step.decide.span, context)
    options = tuple(dict.fromkeys(arm.name.text for arm in step.arms))
    run.name(step.name, (f"the split {step.name.text}", names.record(("arm", Type("one of", options=options)))))
    arms = tuple(
        ir.Share(share, arm.name.text, steps.block(arm.steps, run), arm.span.line)
        for arm, share in zip(step.arms, shares, strict=True)
    )
    return ir.Split(at, step.name.text, step.allocator, features, arms, measured, decision)


def _no_effect(what: str, meanwhile: str, span: Span, context: Context) -> None:
    context.report.add(NoEffectYet.at(span, what=what, meanwhile=meanwhile))


def distinct(words: Iterable[tx.Word], what: str, context: Context) -> None:
    """Reports a name that stands twice among the ways to go."""
    first: dict[str, Span] = {}
    for word in words:
        if word.text in first:
            related = (Related(first[word.text], "first given here"),)
            context.report.add(name_rules.Duplicate.at(word.span, related=related, what=what, name=word.text))
        first.setdefault(word.text, word.span)


def whole(shares: list[tuple[int | float, Span]], owner: tx.Word, context: Context) -> list[float]:
    """The shares from 0 to 1; together they must be everything."""
    found = [segments.percent(percent, "a share", span, context) for percent, span in shares]
    total = sum(Fraction(str(percent)) for percent, _ in shares)
    if shares and total != 100 and all(0 <= percent <= 100 for percent, _ in shares):
        shown = f"{float(total):.10g}%"
        context.report.add(rules.SharesNotWhole.at(owner.span, name=owner.text, found=shown))
    return found


def _feature(written: tx.Name, context: Context) -> ix.Expr:
    """What a contextual bandit looks at: single values."""
    found = names.resolve(written, context)
    if found.type is not None and base(found.type) in ("list", "record"):
        context.report.add(
            type_rules.WrongType.at(
                written.span, target="a contextual bandit", wanted="single values", found=describe(found.type)
            )
        )
    return found.expr


def measure(written: ts.Measure, context: Context) -> ir.Measure:
    """What counts as success, and for how long."""
    for word in written.events:
        history.personal(word, context)
    events = tuple(word.text for word in written.events)
    where = None
    if written.where is not None:
        where = conditions.condition(written.where, context.looking_at(*events))
    _no_effect("`measure`", "arms are chosen and recorded, nothing is counted", written.span, context)
    return ir.Measure(events, duration(written.within, context), where, written.span.line)


def _decide(written: ts.Decide, context: Context) -> ir.Decide:
    if written.method.text not in METHODS:
        context.report.unknown(name_rules.UnknownMethod, written.method, METHODS)
    confidence = None
    if written.confidence is not None:
        confidence = written.confidence / 100
        if not 50 < written.confidence < 100:
            context.report.add(
                rules.BadNumber.at(
                    written.span,
                    what="the certainty",
                    wanted="more than 50% and less than 100%",
                    found=f"{written.confidence:g}%",
                )
            )
    within = duration(written.within, context) if written.within is not None else None
    return ir.Decide(written.method.text, confidence, written.people, within)
