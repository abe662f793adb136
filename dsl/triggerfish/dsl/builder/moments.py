"""``until monday at 9:00`` and its relatives."""

from __future__ import annotations

from typing import Any

from triggerfish.dsl.builder.lists import Chain, Children, WrongLineError, between, items
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree.steps import WaitUntil, Weekday

_WORKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")


class Moments:
    """Each gives a ``WaitUntil`` without name or doc, whose span is that of the moment alone."""

    @staticmethod
    def moment_weekdays(c: Children) -> WaitUntil:
        days: tuple[Lexeme, ...] = items(c[0])
        end: Any = c[1] or days[-1]
        return WaitUntil(None, _weekdays(c[0]), c[1], None, None, "", between(days[0], end))

    @staticmethod
    def moment_expression(c: Children) -> WaitUntil:
        when: e.Expression = c[0]
        place = between(when, c[-1])
        if isinstance(when, e.Clock):
            if len(c) > 1:
                what, cure = "this says two times of day", "write one of them"
                raise WrongLineError(syntax.WrongPlace.at(place, what=what, cure=cure))
            return WaitUntil(None, (), when, None, None, "", place)
        return WaitUntil(when, (), c[2] if len(c) > 1 else None, None, None, "", place)

    @staticmethod
    def moment_days(c: Children) -> WaitUntil:
        return WaitUntil(None, c[2][0], _clock(c[0]), None, None, "", between(c[0], c[2][1]))

    @staticmethod
    def moment_range(c: Children) -> WaitUntil:
        days, end = c[4] if len(c) > 3 else ((), c[2])
        return WaitUntil(None, days, _clock(c[0]), c[2], None, "", between(c[0], end))

    @staticmethod
    def weekdays_word(c: Children) -> tuple[tuple[Weekday, ...], Lexeme]:
        return (_WORKDAYS, c[0])

    @staticmethod
    def day_names(c: Children) -> tuple[tuple[Weekday, ...], Lexeme]:
        return (_weekdays(c[0]), items(c[0])[-1])


def _weekdays(chain: Chain) -> tuple[Weekday, ...]:
    return tuple(token.value for token in items(chain))


def _clock(when: e.Expression) -> e.Clock:
    if isinstance(when, e.Clock):
        return when
    what, cure = "here a time of day is expected", "write a time such as `9:00`"
    raise WrongLineError(syntax.WrongPlace.at(when.span, what=what, cure=cure))
