"""The lines of a test."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from triggerfish.dsl.builder.branches import as_name
from triggerfish.dsl.builder.lists import (
    Below,
    Chain,
    Children,
    WrongLineError,
    between,
    items,
    last,
    name,
    names,
    nothing_below,
    options,
    span,
    whole,
)
from triggerfish.dsl.builder.steps import arguments
from triggerfish.dsl.builder.values import clock, split_path
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree import tests as t


class Expectations:
    @staticmethod
    def test(c: Children) -> t.Test:
        below: Below = c[3]
        nothing_below(c[0], below, "`test`", "what is given, what happens and what you expect")
        return t.Test(c[1], names(c[2]), below.good, c[0].doc, span(c))

    # --- what is given and what happens ---------------------------------------------------------------

    @staticmethod
    def given_values(c: Children) -> t.GivenValues:
        return t.GivenValues(items(c[1]), span(c))

    @staticmethod
    def given_consent(c: Children) -> t.GivenConsent:
        return t.GivenConsent(c[1].type == "SUBSCRIBED", name(c[3]), as_name(c[4]), span(c))

    @staticmethod
    def given_segment(c: Children) -> t.GivenSegment:
        return t.GivenSegment(name(c[3]), span(c))

    @staticmethod
    def given_event(c: Children) -> t.GivenEvent:
        return t.GivenEvent(name(c[1]), c[2], arguments(c[4], c[5]), span(c))

    @staticmethod
    def given_returns(c: Children) -> t.GivenAction:
        plugin, action = _action(c[1])
        return t.GivenAction(plugin, action, False, items(c[3]), span(c))

    @staticmethod
    def given_fails(c: Children) -> t.GivenAction:
        plugin, action = _action(c[1])
        return t.GivenAction(plugin, action, True, (), span(c))

    @staticmethod
    def at_clock_only(c: Children) -> t.At:
        return t.At(None, clock(c[1]), span(c))

    @staticmethod
    def at_date(c: Children) -> t.At:
        return t.At(dt.date.fromisoformat(c[1].value), clock(c[2]), span(c))

    @staticmethod
    def after(c: Children) -> t.After:
        return t.After(c[1], span(c))

    @staticmethod
    def set_value(c: Children) -> t.SetValue:
        return t.SetValue(c[1], c[3], span(c))

    @staticmethod
    def happens(c: Children) -> t.Happens:
        return t.Happens(name(c[0]), arguments(c[2], c[3]), span(c))

    @staticmethod
    def states_consent(c: Children) -> t.StatesConsent:
        how: Literal["subscribe", "unsubscribe"] = "subscribe" if c[0].type == "SUBSCRIBES" else "unsubscribe"
        return t.StatesConsent(how, name(c[2]), as_name(c[3]), span(c))

    @staticmethod
    def confirms_consent(c: Children) -> t.StatesConsent:
        return t.StatesConsent("confirm", name(c[1]), as_name(c[2]), span(c))

    @staticmethod
    def enters(c: Children) -> t.Enters:
        return t.Enters(name(c[2]), arguments(c[3], c[4]), span(c))

    # --- what is expected -------------------------------------------------------------------------------

    @staticmethod
    def expect_send(c: Children) -> t.ExpectSend:
        count: Lexeme | None = c[1]
        found = options(c[4], {})
        option = found.get("WITH")
        number = None
        if count is not None:
            number = 0 if count.type == "NO" else whole(count, "a number of messages", 0)
        channel = None if c[2].value in ("message", "messages") else name(c[2])
        message = as_name(c[3])
        at: t.At | None = last(found, "AT")
        field = name(option[1]) if option else None
        return t.ExpectSend(number, channel, message, at, field, option[3] if option else None, span(c))

    @staticmethod
    def expected_at(c: Children) -> Chain:
        place = between(c[1], c[-1])
        date = dt.date.fromisoformat(c[2].value) if len(c) > 3 else None
        return (c[0], [c[1], t.At(date, clock(c[-1]), place)])

    @staticmethod
    def expect_exit(c: Children) -> t.ExpectExit:
        return t.ExpectExit(name(c[3]), c[4], span(c))

    @staticmethod
    def expect_event(c: Children) -> t.ExpectEvent:
        return t.ExpectEvent(False, name(c[2]), span(c))

    @staticmethod
    def expect_no_event(c: Children) -> t.ExpectEvent:
        return t.ExpectEvent(True, name(c[3]), span(c))

    @staticmethod
    def expect_action(c: Children) -> t.ExpectAction:
        plugin, action = _action(c[2])
        return t.ExpectAction(False, plugin, action, _given(c), span(c))

    @staticmethod
    def expect_no_action(c: Children) -> t.ExpectAction:
        plugin, action = _action(c[3])
        return t.ExpectAction(True, plugin, action, _given(c), span(c))

    @staticmethod
    def expect_condition(c: Children) -> t.ExpectFlow | t.ExpectCondition:
        condition: e.Expression = c[1]
        if isinstance(condition, e.InFlow):
            return t.ExpectFlow(not condition.negated, condition.flow, span(c))
        return t.ExpectCondition(condition, span(c))


def _given(c: Children) -> tuple[e.Argument, ...]:
    return items(last(options(c[-2], {}), "WITH"))


def _action(token: Lexeme) -> tuple[e.Word, e.Word]:
    path = split_path(token)
    if len(path) != 2:
        what, cure = f"`{token.value}` is no action", "write the plugin, a dot and its action: `salesforce.update_lead`"
        raise WrongLineError(syntax.WrongPlace.at(token.span, what=what, cure=cure))
    return path[0], path[1]
