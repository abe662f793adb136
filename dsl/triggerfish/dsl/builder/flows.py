"""Flows: their header lines but for the starts, and what belongs above what."""

from __future__ import annotations

from typing import Any

from triggerfish.dsl.builder.folding import fold
from triggerfish.dsl.builder.lists import (
    Below,
    Children,
    WrongLineError,
    amount,
    chosen,
    items,
    last,
    name,
    names,
    nothing_below,
    options,
    period,
    span,
    whole,
)
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import flows as f

_PERIODS = ("hour", "day", "week", "month", "year")
_URGENCIES = ("batch", "low", "normal", "high", "immediate")
_STATUSES = ("active", "paused", "testing", "disabled")
_FIRST_WORDS: dict[type, str] = {
    f.OnlyIf: "only if", f.Again: "again", f.EnterAtMost: "enter at most", f.Per: "per", f.Expire: "expire after",
    f.StopWhen: "stop when", f.StopIf: "stop if", f.Goal: "goal", f.Priority: "priority", f.Urgency: "urgency",
    f.Exclusive: "exclusive", f.About: "about", f.Holdout: "holdout", f.Status: "status", f.FlowTimezone: "timezone",
    f.Release: "release", f.WhenLate: "when late", f.Moved: "moved", f.StartWhen: "start", f.StartChange: "start",
    f.StartSegment: "start", f.StartCrossing: "start", f.StartConsent: "start", f.StartSchedule: "start",
    f.StartDate: "start", f.StartOn: "start", f.StartByHand: "start", f.StartWebhook: "start",
}  # fmt: skip


class Flows:
    @staticmethod
    def flow(c: Children) -> f.Flow:
        below: Below = c[4]
        head: Lexeme = c[0]
        nothing_below(
            head, below, f"the flow `{c[1].value}`", "how it starts, such as `start when signed_up`, and its steps"
        )
        headers: list[Any] = []
        steps: list[Any] = []
        for line in below.items:
            if type(line) not in _FIRST_WORDS:
                steps.append(line)
                continue
            headers.append(line)
            if any(not isinstance(step, Lexeme) for step in steps):
                word = _FIRST_WORDS[type(line)]
                head.sink.append(syntax.HeaderAfterStep.at(_beginning(line.span, word), word=word))
        return f.Flow(name(c[1]), c[2], c[3], tuple(headers), fold(tuple(steps)), head.doc, span(c))

    @staticmethod
    def only_if(c: Children) -> f.OnlyIf:
        return f.OnlyIf(c[2], span(c))

    @staticmethod
    def again(c: Children) -> f.Again:
        return f.Again(c[1].value, None, span(c))

    @staticmethod
    def again_after(c: Children) -> f.Again:
        return f.Again("after", c[2], span(c))

    @staticmethod
    def enter_at_most(c: Children) -> f.EnterAtMost:
        return f.EnterAtMost(items(c[3]), span(c))

    @staticmethod
    def limit(c: Children) -> f.Limit:
        return f.Limit(whole(c[0], "a number of people"), period(c[2], _PERIODS), span(c))  # type: ignore[arg-type]

    @staticmethod
    def per(c: Children) -> f.Per:
        return f.Per(c[1], span(c))

    @staticmethod
    def expire(c: Children) -> f.Expire:
        return f.Expire(c[2], span(c))

    @staticmethod
    def stop_when(c: Children) -> f.StopWhen:
        return f.StopWhen(names(c[2]), c[3], span(c))

    @staticmethod
    def stop_if(c: Children) -> f.StopIf:
        return f.StopIf(c[2], span(c))

    @staticmethod
    def goal(c: Children) -> f.Goal:
        found = options(c[2], {})
        if "WITHIN" not in found:
            example = "`within 3 days` at its end"
            raise WrongLineError(syntax.PartMissing.at(span(c), what="`goal`", missing="for how long", example=example))
        return f.Goal(names(c[1]), last(found, "WORTH"), found["WITHIN"][-1], last(found, "WHERE"), span(c))

    @staticmethod
    def priority(c: Children) -> f.Priority:
        value = c[1].value
        if not isinstance(value, int):
            c[0].sink.append(syntax.NotWhole.at(c[1].span, what="a priority", range="", example=round(value)))
        return f.Priority(round(value), span(c))

    @staticmethod
    def urgency(c: Children) -> f.Urgency:
        return f.Urgency(chosen(c[1], "urgency", _URGENCIES), span(c))  # type: ignore[arg-type]

    @staticmethod
    def exclusive(c: Children) -> f.Exclusive:
        otherwise = chosen(c[4], "choice here", ("skip", "wait", "replace")) if len(c) > 4 else "skip"
        return f.Exclusive(name(c[2]), otherwise, span(c))  # type: ignore[arg-type]

    @staticmethod
    def about(c: Children) -> f.About:
        return f.About(name(c[1]), span(c))

    @staticmethod
    def holdout(c: Children) -> f.Holdout:
        return f.Holdout(amount(c[1]), span(c))

    @staticmethod
    def status(c: Children) -> f.Status:
        return f.Status(chosen(c[1], "status", _STATUSES), span(c))  # type: ignore[arg-type]

    @staticmethod
    def flow_timezone(c: Children) -> f.FlowTimezone:
        return f.FlowTimezone(c[1], span(c))

    @staticmethod
    def release(c: Children) -> f.Release:
        return f.Release(c[1], span(c))

    @staticmethod
    def when_late(c: Children) -> f.WhenLate:
        return f.WhenLate(c[3], chosen(c[4], "choice here", ("skip", "run", "exit")), span(c))  # type: ignore[arg-type]

    @staticmethod
    def moved(c: Children) -> f.Moved:
        return f.Moved(name(c[1]), name(c[3]), span(c))


def _beginning(place: Span, words: str) -> Span:
    return Span(place.file, place.line, place.column, place.line, place.column + len(words))
