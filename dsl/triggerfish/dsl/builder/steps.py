"""The steps of a flow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from triggerfish.dsl.builder.branches import Branches, as_name
from triggerfish.dsl.builder.folding import ElseLine, fold
from triggerfish.dsl.builder.lists import (
    Below,
    Chain,
    Children,
    WrongLineError,
    items,
    last,
    name,
    names,
    nothing_below,
    options,
    span,
    whole,
)
from triggerfish.dsl.builder.moments import Moments
from triggerfish.dsl.builder.values import split_path
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree import steps as s


class Steps(Branches, Moments):
    @staticmethod
    def send(c: Children) -> s.Send:
        return _send(c, name(c[1]), name(c[2]), None, (), c[3])

    @staticmethod
    def send_by(c: Children) -> s.Send:
        choice = "best" if c[3].type == "BEST" else "first"
        return _send(c, None, name(c[1]), choice, names(c[5]), c[6])

    @staticmethod
    def wait_for(c: Children) -> s.WaitFor:
        return s.WaitFor(c[1], as_name(c[2]), c[0].doc, span(c))

    @staticmethod
    def wait_until(c: Children) -> s.WaitUntil:
        moment: s.WaitUntil = c[2]
        return replace(moment, name=as_name(c[3]), doc=c[0].doc, span=span(c))

    # --- deciding -----------------------------------------------------------------------------------

    @staticmethod
    def if_line(c: Children) -> s.If:
        arm = s.Arm(c[1], fold(c[3].items), span(c))
        return s.If((arm,), None, as_name(c[2]), c[0].doc, span(c))

    @staticmethod
    def else_if_line(c: Children) -> ElseLine:
        return ElseLine(c[0], c[2], c[3], span(c))

    @staticmethod
    def else_line(c: Children) -> ElseLine:
        return ElseLine(c[0], None, c[1], span(c))

    @staticmethod
    def repeat(c: Children) -> s.Repeat:
        return _repeat(c, c[1], c[3], c[4])

    @staticmethod
    def repeat_up_to(c: Children) -> s.Repeat:
        return _repeat(c, c[3], c[5], c[6])

    @staticmethod
    def for_each(c: Children) -> s.ForEach:
        below: Below = c[5]
        nothing_below(c[0], below, "`for each`", "what is done for each of them")
        return s.ForEach(name(c[2]), c[4], fold(below.items), c[0].doc, span(c))

    # --- changing ---------------------------------------------------------------------------------------

    @staticmethod
    def set_field(c: Children) -> s.SetField:
        return s.SetField(c[1], c[3], c[0].doc, span(c))

    @staticmethod
    def clear_field(c: Children) -> s.ClearField:
        return s.ClearField(c[1], c[0].doc, span(c))

    @staticmethod
    def add_to(c: Children) -> s.AddTo:
        return s.AddTo(c[1], c[3], c[0].doc, span(c))

    @staticmethod
    def consent(c: Children) -> s.Consent:
        return s.Consent(c[0].type == "SUBSCRIBE", name(c[2]), as_name(c[3]), c[0].doc, span(c))

    @staticmethod
    def membership(c: Children) -> s.Membership:
        return s.Membership(c[0].type == "JOIN", name(c[2]), c[0].doc, span(c))

    # --- reaching out -------------------------------------------------------------------------------------

    @staticmethod
    def end_of_line(c: Children) -> Below:
        return Below((), False, c[0].span)

    @staticmethod
    def end_after_with(c: Children) -> Below:
        example = "`name: value`, on this line or on lines indented below it"
        raise WrongLineError(syntax.PartMissing.at(c[0].span, what="`with`", missing="with what", example=example))

    @staticmethod
    def arguments_below(c: Children) -> Below:
        return Below(items(c[3]), True, c[4].span)

    @staticmethod
    def record_event(c: Children) -> s.RecordEvent:
        return s.RecordEvent(name(c[1]), arguments(c[2], c[3]), c[0].doc, span(c))

    @staticmethod
    def do(c: Children) -> s.Do:
        path = split_path(c[1])
        if len(path) != 2:
            what, cure = (
                f"`{c[1].value}` is no action",
                "write the plugin, a dot and its action: `salesforce.update_lead`",
            )
            raise WrongLineError(syntax.WrongPlace.at(c[1].span, what=what, cure=cure))
        found = options(c[2], {})
        given = arguments(c[2], c[3])
        return s.Do(path[0], path[1], given, as_name(last(found, "AS")), c[0].doc, span(c))

    @staticmethod
    def enter_flow(c: Children) -> s.EnterFlow:
        found = options(c[3], {})
        return s.EnterFlow(name(c[2]), arguments(c[3], c[4]), as_name(last(found, "FOR")), c[0].doc, span(c))

    @staticmethod
    def exit(c: Children) -> s.Exit:
        return s.Exit(c[1], c[0].doc, span(c))


def arguments(chain: Chain, end: Below) -> tuple[e.Argument, ...]:
    """What stands after ``with``, on the line or below it."""
    given = last(options(chain, {}), "WITH")
    inline: tuple[e.Argument, ...] = items(given)
    below: tuple[e.Argument, ...] = end.good
    return inline + below


def _send(
    c: Children, channel: e.Word | None, message: e.Word, choice: Any, channels: tuple[e.Word, ...], chain: Chain
) -> s.Send:
    found = options(chain, {"AT": "`at best time`", "AS": "`as`"})
    return s.Send(
        channel=channel,
        message=message,
        choice=choice,
        channels=channels,
        about=as_name(last(found, "ABOUT")),
        transactional="TRANSACTIONAL" in found,
        uncapped="UNCAPPED" in found,
        best_time=last(found, "AT"),
        within=last(found, "WITHIN"),
        to=last(found, "TO"),
        values=arguments(chain, c[-1]),
        name=as_name(last(found, "AS")),
        doc=c[0].doc,
        span=span(c),
    )


def _repeat(c: Children, times: Lexeme, chain: Chain, below: Below) -> s.Repeat:
    found = options(chain, {})
    nothing_below(c[0], below, "`repeat`", "what is repeated")
    count = whole(times, "how often something is repeated")
    return s.Repeat(count, last(found, "UNTIL"), fold(below.items), as_name(last(found, "AS")), c[0].doc, span(c))
