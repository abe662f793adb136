"""``content``: what a template says differently to different people."""

from __future__ import annotations

from triggerfish.dsl.check import branches, conditions, experiments, templates
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import TemplateUse
from triggerfish.dsl.diagnostics import messages as rules
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree.expressions import Text


def content(written: td.Content, context: Context) -> ir.Content:
    """A content; what its variants name is noted in the symbols, and checked at each send that shows it."""
    name = written.name.text
    uses: list[TemplateUse] = []
    experiments.distinct([variant.name for variant in written.variants], f"a variant of {name}", context)
    if written.split:
        shares = _experiment(written, context)
    else:
        shares = [None] * len(written.variants)
        _chosen(written, context)
    variants = []
    for variant, share in zip(written.variants, shares, strict=True):
        named = _uses(variant.text, context)
        uses += named
        condition = conditions.condition(variant.condition, context) if variant.condition is not None else None
        points = branches.points(variant.points, context)
        source, line = variant.text.value, variant.span.line
        variants.append(ir.Variant(variant.name.text, source, templates.dotted(named), condition, points, share, line))
    otherwise = None
    if written.otherwise is not None:
        named = _uses(written.otherwise, context)
        uses += named
        line = written.otherwise.span.line
        otherwise = ir.Variant("otherwise", written.otherwise.value, templates.dotted(named), None, (), None, line)
    context.symbols.variants[name] = tuple(uses)
    measured = experiments.measure(written.measure, context) if written.measure is not None else None
    place: Span = written.span
    return ir.Content(name, written.split, tuple(variants), otherwise, measured, place.file, place.line)


def _uses(text: Text, context: Context) -> tuple[TemplateUse, ...]:
    found = templates.uses(text.value, text, None, "", context)
    for use in found:
        if use.path[0] == "content":
            context.report.add(rules.NestedContent.at(use.span))
    return tuple(use for use in found if use.path[0] != "content")


def _experiment(written: td.Content, context: Context) -> list[float | None]:
    """The shares of a split content: every variant has one, and nothing else decides."""
    name = written.name.text
    for variant in written.variants:
        if variant.percent is None:
            problem = f"`{variant.name.text}` needs its share, because `{name}` is a split"
            hint = f'write it as `50% {variant.name.text} "…"`'
            context.report.add(rules.WrongVariant.at(variant.name.span, hint=hint, problem=problem))
    if written.otherwise is not None:
        problem = "a split has no `otherwise`: everybody gets one of its variants"
        hint = "give what it says a share of its own, or take the line out"
        context.report.add(rules.WrongVariant.at(written.otherwise.span, hint=hint, problem=problem))
    if any(variant.percent is None for variant in written.variants):
        return [None] * len(written.variants)
    shares = [(variant.percent or 0, variant.span) for variant in written.variants]
    return list(experiments.whole(shares, written.name, context))


def _chosen(written: td.Content, context: Context) -> None:
    """What is not a split chooses by conditions and points."""
    name = written.name.text
    everybody = written.otherwise is not None
    for variant in written.variants:
        if variant.percent is not None:
            problem = f"`{variant.name.text}` has a share, but `{name}` is no split"
            hint = f"write `content {name} split` above, or give it a condition"
            context.report.add(rules.WrongVariant.at(variant.span, hint=hint, problem=problem))
            everybody = True
        elif variant.condition is None and not variant.points:
            hint = 'add `if …` behind it, or points below it; for everybody else there is `otherwise "…"`'
            problem = f"nothing says who gets `{variant.name.text}`"
            context.report.add(rules.WrongVariant.at(variant.name.span, hint=hint, problem=problem))
            everybody = True
        everybody = everybody or any(one.condition is None and one.points > 0 for one in variant.points)
    if not everybody and written.variants:
        context.report.add(rules.NoOtherwise.at(written.name.span, name=name))
    if written.measure is not None:
        problem = f"only a split is measured, and `{name}` is none"
        hint = f"take the line out, or write `content {name} split` and give each variant a share"
        context.report.add(rules.WrongVariant.at(written.measure.span, hint=hint, problem=problem))
