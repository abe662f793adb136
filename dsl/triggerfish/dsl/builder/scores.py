"""Scores and models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from triggerfish.dsl.builder.lists import (
    UNITS,
    Below,
    Children,
    amount,
    between,
    items,
    last,
    name,
    nothing_below,
    options,
    period,
    span,
    whole,
)
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import declarations as d
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree.flows import OnlyIf


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is said once in its block: what it begins with, and what it says."""

    head: Lexeme
    content: tuple[Any, ...]


class Scores:
    @staticmethod
    def score(c: Children) -> d.Score:
        below: Below = c[3]
        nothing_below(c[0], below, f"the score `{c[1].value}`", "its points, such as `+5 product_viewed`")
        once = said_once(below)
        start = once.get("START", (0,))[0]
        low, high = once.get("BETWEEN", (None, None))
        fade = once.get("FADE", (None,))[0]
        rules = below.of(d.EventPoints, d.WhilePoints)
        return d.Score(name(c[1]), c[2], start, low, high, fade, rules, below.of(d.Level), c[0].doc, span(c))

    @staticmethod
    def score_start(c: Children) -> Line:
        return Line(c[0], (c[1].value,))

    @staticmethod
    def score_bounds(c: Children) -> Line:
        return Line(c[0], (c[1].value, c[3].value))

    @staticmethod
    def fade(c: Children) -> Line:
        return Line(c[0], (d.Fade(amount(c[1]), c[3], span(c)),))

    @staticmethod
    def one_unit(c: Children) -> e.Duration:
        unit: Lexeme = c[0]
        return e.Duration(1, UNITS[unit.value], unit.span)  # type: ignore[arg-type]

    @staticmethod
    def event_points(c: Children) -> d.EventPoints:
        found = options(c[2], {"AT": "how often it counts"})
        limit, unit = None, None
        if option := found.get("AT"):
            limit, unit = (
                whole(option[2], "how often something counts"),
                period(option[4], ("hour", "day", "week", "month")),
            )
        return d.EventPoints(c[0].value, name(c[1]), limit, unit, last(found, "WHERE"), span(c))  # type: ignore[arg-type]

    @staticmethod
    def while_points(c: Children) -> d.WhilePoints:
        return d.WhilePoints(c[0].value, c[2], span(c))

    @staticmethod
    def level(c: Children) -> d.Level:
        return d.Level(name(c[1]), c[3].value, span(c))

    # --- models -------------------------------------------------------------------------------------

    @staticmethod
    def model(c: Children) -> d.Model:
        below: Below = c[3]
        once = said_once(below)
        head: Lexeme = c[1]
        nothing_below(
            c[0],
            below,
            f"the model `{head.value}`",
            "what it predicts, such as `predict no order_completed within 30 days`",
        )
        conditions = below.of(OnlyIf)
        for again in conditions[1:]:
            head.sink.append(syntax.SaidTwice.at(again.span, what="`only if`"))
        broken = not below.written or any(isinstance(item, Lexeme) for item in below.items)
        for key, missing, example in _MODEL_PARTS:
            if key not in once and not broken:
                what = f"the model `{head.value}`"
                head.sink.append(syntax.PartMissing.at(head.span, what=what, missing=missing, example=example))
                break
        unread = head.span
        prediction = once.get("PREDICT", (_unread_prediction(head, unread),))[0]
        family, options_of_family = once.get("USING", (name(head), ()))
        only_if = conditions[0].condition if conditions else None
        features, retrain = once.get("FROM", ()), once.get("RETRAIN", (None,))[0]
        return d.Model(
            name(head),
            c[2],
            prediction,
            only_if,
            features,
            family,
            options_of_family,
            retrain,
            c[0].doc,
            span(c),
        )

    @staticmethod
    def predict(c: Children) -> Line:
        return Line(c[0], (d.Prediction(False, c[1], c[3], span(c)),))

    @staticmethod
    def predict_no(c: Children) -> Line:
        return Line(c[0], (d.Prediction(True, c[2], c[4], span(c)),))

    @staticmethod
    def features(c: Children) -> Line:
        nothing_below(c[0], c[1], "`from`", "what the model looks at, one value or condition a line")
        return Line(c[0], c[1].good)

    @staticmethod
    def using(c: Children) -> Line:
        given = last(options(c[2], {}), "WITH")
        arguments: tuple[e.Argument, ...] = items(given)
        return Line(c[0], (name(c[1]), tuple((argument.name, argument.value) for argument in arguments)))

    @staticmethod
    def retrain(c: Children) -> Line:
        return Line(c[0], (c[2],))


_MODEL_PARTS = (
    ("PREDICT", "what it predicts", "`predict no order_completed within 30 days`"),
    ("FROM", "what it looks at", "`from` with values and conditions below it"),
    ("USING", "which kind of model it is", "`using random_forest`"),
)


def _unread_prediction(head: Lexeme, place: Span) -> d.Prediction:
    """Stands for a prediction whose line could not be read; that was reported."""
    event = e.Selector(name(head), (), None, place)
    return d.Prediction(False, event, e.Duration(1, "day", place), place)


def said_once(below: Below) -> dict[str, tuple[Any, ...]]:
    """The lines of a block that may be said only once, by the word they begin with."""
    found: dict[str, tuple[Any, ...]] = {}
    for line in below.of(Line):
        if line.head.type in found:
            line.head.sink.append(syntax.SaidTwice.at(between(line.head, line.head), what=f"`{line.head.value}`"))
        else:
            found[line.head.type] = line.content
    return found
