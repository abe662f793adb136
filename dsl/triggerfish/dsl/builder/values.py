"""Values as they are written: texts, numbers, times, names, arithmetic, and what happened."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any, cast

from triggerfish.dsl.builder.lists import UNITS, Children, amount, between, items, name, span
from triggerfish.dsl.scanner import clock_value
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme, text_value
from triggerfish.dsl.tree import expressions as e


def text(token: Lexeme) -> e.Text:
    """A text without its quotation marks."""
    return e.Text(text_value(token.value), token.span)


def clock(token: Lexeme) -> e.Clock:
    """A time of day; the tokenizer has seen to it that there is such a time."""
    hour, minute = clock_value(token.value) or (0, 0)
    return e.Clock(hour, minute, token.span)


def moment(date: Lexeme, time: Lexeme) -> e.Moment:
    """A date and a time of day."""
    hour, minute = clock_value(time.value) or (0, 0)
    return e.Moment(dt.date.fromisoformat(date.value), hour, minute, between(date, time))


def split_path(token: Lexeme) -> tuple[e.Word, ...]:
    """The words of a dotted name, each with its own place."""
    words = []
    column = token.span.column
    for part in token.value.split("."):
        line = token.span.line
        words.append(e.Word(part, Span(token.span.file, line, column, line, column + len(part))))
        column += len(part) + 1
    return tuple(words)


class Values:
    @staticmethod
    def path_of_word(c: Children) -> e.Name:
        return e.Name((str(c[0]),), c[0].span)

    @staticmethod
    def path_of_dotted(c: Children) -> e.Name:
        return e.Name(tuple(c[0].value.split(".")), c[0].span)

    @staticmethod
    def text(c: Children) -> e.Text:
        return text(c[0])

    @staticmethod
    def number(c: Children) -> e.Number:
        return e.Number(amount(c[0]), c[0].span)

    @staticmethod
    def positive_number(c: Children) -> e.Number:
        return e.Number(amount(c[1]), span(c))

    @staticmethod
    def negative_number(c: Children) -> e.Number:
        return e.Number(-amount(c[1]), span(c))

    @staticmethod
    def percent(c: Children) -> e.Percent:
        return e.Percent(amount(c[0]), c[0].span)

    @staticmethod
    def clock(c: Children) -> e.Clock:
        return clock(c[0])

    @staticmethod
    def date(c: Children) -> e.Date:
        return e.Date(dt.date.fromisoformat(c[0].value), c[0].span)

    @staticmethod
    def moment(c: Children) -> e.Moment:
        return moment(c[0], c[1])

    @staticmethod
    def unit(c: Children) -> Lexeme:
        return cast("Lexeme", c[0])

    @staticmethod
    def weekday(c: Children) -> Lexeme:
        return cast("Lexeme", c[0])

    @staticmethod
    def duration(c: Children) -> e.Duration:
        return e.Duration(amount(c[0]), cast("e.Unit", UNITS[c[1].value]), span(c))

    @staticmethod
    def yes(c: Children) -> e.Boolean:
        return e.Boolean(True, c[0].span)

    @staticmethod
    def no(c: Children) -> e.Boolean:
        return e.Boolean(False, c[0].span)

    @staticmethod
    def now(c: Children) -> e.Now:
        return e.Now(c[0].span)

    # --- what holds other values ------------------------------------------------------------------

    @staticmethod
    def call(c: Children) -> e.Call:
        return e.Call(name(c[0]), items(c[2]), span(c))

    @staticmethod
    def call_without_arguments(c: Children) -> e.Call:
        return e.Call(name(c[0]), (), span(c))

    @staticmethod
    def group(c: Children) -> e.Group:
        return e.Group(c[1], span(c))

    @staticmethod
    def record(c: Children) -> e.Record:
        return e.Record(items(c[1]), span(c))

    @staticmethod
    def empty_list(c: Children) -> e.ListOf:
        return e.ListOf((), span(c))

    @staticmethod
    def list_of(c: Children) -> e.ListOf:
        return e.ListOf(items(c[1]), span(c))

    @staticmethod
    def argument(c: Children) -> e.Argument:
        return e.Argument(name(c[0]), c[2], span(c))

    @staticmethod
    def negate(c: Children) -> e.Negate:
        return e.Negate(c[1], span(c))

    @staticmethod
    def arithmetic(c: Children) -> e.Expression:
        later = _later(c[0], c[1].value, c[2]) if isinstance(c[2], e.Duration) and c[1].value in ("+", "-") else None
        return later or e.Arithmetic(c[1].value, c[0], c[2], span(c))

    # --- what happened ------------------------------------------------------------------------------

    @staticmethod
    def selector(c: Children) -> e.Selector:
        path: e.Name = c[0]
        return e.Selector(_event(path), path.path[1:], None, path.span)

    @staticmethod
    def narrowed_selector(c: Children) -> e.Selector:
        path: e.Name = c[1]
        return e.Selector(_event(path), path.path[1:], c[3], span(c))

    @staticmethod
    def in_last(c: Children) -> e.InLast:
        return e.InLast(c[1], span(c))

    @staticmethod
    def ever(c: Children) -> e.Ever:
        return e.Ever(c[0].span)

    @staticmethod
    def since(c: Children) -> e.Since:
        return e.Since(c[1], span(c))

    @staticmethod
    def aggregate_of(c: Children) -> Lexeme:
        return cast("Lexeme", c[0])

    @staticmethod
    def aggregate(c: Children) -> e.Aggregate:
        selector: e.Selector = c[1]
        window: Any = c[2] or e.Ever(selector.span)
        return e.Aggregate(c[0].value, selector, window, between(c[0], window))

    @staticmethod
    def pick(c: Children) -> e.Pick:
        return e.Pick(c[0].value, c[1], span(c))

    @staticmethod
    def time_since(c: Children) -> e.TimeSince:
        return e.TimeSince(c[2], span(c))


def _event(path: e.Name) -> e.Word:
    """The first word of a path that names an event and perhaps a field of it."""
    place = path.span
    first = path.path[0]
    return e.Word(first, Span(place.file, place.line, place.column, place.line, place.column + len(first)))


def _later(found: e.Expression, operator: Any, duration: e.Duration) -> e.Expression | None:
    """``count of X since renewal_date - 1 day``: the day belongs to the moment, as it does after ``did X since``.

    None where ``found`` does not end with such a moment.
    """
    end = duration.span
    match found:
        case e.Aggregate(window=e.Since(moment=moment) as since):
            moved = e.Arithmetic(operator, moment, duration, moment.span.to(end))
            return replace(found, window=e.Since(moved, since.span.to(end)), span=found.span.to(end))
        case e.Arithmetic(right=right):
            later = _later(right, operator, duration)
            return replace(found, right=later, span=found.span.to(end)) if later is not None else None
        case _:
            return None
