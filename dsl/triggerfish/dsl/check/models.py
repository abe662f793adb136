"""``model``: what is predicted, from what, and by which plugin."""

from __future__ import annotations

from typing import Any

from triggerfish.dsl.check import conditions, giving, history, values
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.diagnostics.notyet import NoEffectYet
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx

_FEATURES = ("number", "text", "boolean", "duration")


def model(written: td.Model, context: Context) -> ir.Model:
    """A model. Its conditions and features are ordinary ones, asked of a person as they are at one moment."""
    name = written.name.text
    inside = Context(context.symbols, context.report, context.sources, owner=("model", name))
    predicted = written.prediction
    found = history.selector(predicted.events, inside)
    context.report.add(
        NoEffectYet.at(written.name.span, what="a `model`", meanwhile=f"nothing is trained, and {name} stays unknown")
    )
    if predicted.events.field:
        history.too_much(predicted.events, f"predict {predicted.events.event.text}", context)
    return ir.Model(
        name,
        written.label.value if written.label is not None else name,
        predicted.events.event.text,
        found.where if found is not None else None,
        predicted.negated,
        duration(predicted.within, context),
        conditions.condition(written.only_if, inside) if written.only_if is not None else None,
        tuple(_feature(one, inside) for one in written.features),
        written.family.text,
        _options(written, context),
        duration(written.retrain, context) if written.retrain is not None else None,
        written.span.line,
    )


def _feature(written: tx.Expression, context: Context) -> ix.Expr:
    """A condition or a value, with its words, so that a prediction can be explained."""
    text = context.sources.words(written.span)
    place = written.span
    if isinstance(values.unwrap(written), conditions.Condition):
        return ix.Located(conditions.condition(written, context), text, place.file, place.line)
    found = values.lower(written, context)
    if found.type is not None and base(found.type) not in _FEATURES:
        hint = None
        if base(found.type) in ("date", "datetime"):
            hint = f"write `time since {text}`"
        elif base(found.type) == "list":
            hint = f"write `length({text})`"
        context.report.add(
            rules.WrongType.at(
                place,
                hint=hint,
                target="what a model looks at",
                wanted="a number, a text, a duration or a condition",
                found=describe(found.type),
            )
        )
    return ix.Located(found.expr, text, place.file, place.line)


def _options(written: td.Model, context: Context) -> dict[str, Any]:
    """The plugin's own options, written out."""
    first: dict[str, tx.Word] = {}
    found: dict[str, Any] = {}
    for word, value in written.options:
        if word.text in first:
            related = (Related(first[word.text].span, "first given here"),)
            context.report.add(flow_rules.RepeatedArgument.at(word.span, related=related, name=word.text))
            continue
        first[word.text] = word
        found[word.text] = giving.written_out(value, None, word.text, context)
    return found
