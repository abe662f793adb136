"""How people come into a flow."""

from __future__ import annotations

from typing import Any, cast

from triggerfish.dsl.builder.lists import (
    Chain,
    Children,
    WrongLineError,
    items,
    last,
    name,
    names,
    options,
    span,
    whole,
)
from triggerfish.dsl.builder.values import moment
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import flows as f
from triggerfish.dsl.tree.declarations import TypeName
from triggerfish.dsl.tree.expressions import Literals, Name, Word
from triggerfish.dsl.tree.steps import WEEKDAYS

_SPOKEN = {"NUMBER": "how many times", "WITHIN": "`within`", "WITH": "`with the same`", "FOR": "`for everyone`"}


class Starts:
    @staticmethod
    def first_stage(c: Children) -> Chain:
        return (None, c)

    @staticmethod
    def next_stage(c: Children) -> Chain:
        return (c[0], c[1:])

    @staticmethod
    def start_when(c: Children) -> f.StartWhen:
        stages = items(c[2])
        everyone = False
        matches = []
        for index, stage in enumerate(stages):
            found = options(stage[-1], _SPOKEN)
            everyone = everyone or (index == 0 and "FOR" in found)
            matches.append(_match(stage, found, first=index == 0))
        return f.StartWhen(tuple(matches), everyone, span(c))

    @staticmethod
    def start_change(c: Children) -> f.StartChange:
        found = options(c[4], {})
        return f.StartChange(c[2], last(found, "FROM"), last(found, "TO"), span(c))

    @staticmethod
    def start_rises(c: Children) -> f.StartCrossing:
        return f.StartCrossing(c[2], True, c[5], span(c))

    @staticmethod
    def start_falls(c: Children) -> f.StartCrossing:
        return f.StartCrossing(c[2], False, c[5], span(c))

    @staticmethod
    def start_segment(c: Children) -> f.StartSegment:
        return f.StartSegment(c[2].type == "ENTERS", name(c[4]), span(c))

    @staticmethod
    def start_consent(c: Children) -> f.StartConsent:
        return f.StartConsent(c[2].value, name(c[4]), name(c[5]) if c[5] is not None else None, span(c))

    @staticmethod
    def start_confirms(c: Children) -> f.StartConsent:
        return f.StartConsent("confirms", name(c[3]), name(c[4]) if c[4] is not None else None, span(c))

    # --- by the calendar -----------------------------------------------------------------------------

    @staticmethod
    def start_weekdays(c: Children) -> f.StartSchedule:
        days = tuple(token.value for token in items(c[2]))
        return f.StartSchedule(days, None, None, c[4], span(c))

    @staticmethod
    def start_daily(c: Children) -> f.StartSchedule:
        return f.StartSchedule(WEEKDAYS, None, None, c[4], span(c))

    @staticmethod
    def start_monthly(c: Children) -> f.StartSchedule:
        day = whole(c[5], "a day of the month")
        if day > 31:
            c[5].sink.append(syntax.NotWhole.at(c[5].span, what="a day of the month", range=" up to 31", example=31))
        return f.StartSchedule((), min(day, 31), None, c[7], span(c))

    @staticmethod
    def start_interval(c: Children) -> f.StartSchedule:
        return f.StartSchedule((), None, c[2], None, span(c))

    @staticmethod
    def start_on_date(c: Children) -> f.StartDate:
        return f.StartDate(c[2], None, False, c[3], c[4], span(c))

    @staticmethod
    def start_offset(c: Children) -> f.StartDate:
        return f.StartDate(c[3], c[1], c[2].type == "BEFORE", c[4], c[5], span(c))

    @staticmethod
    def start_on(c: Children) -> f.StartOn:
        return f.StartOn(moment(c[2], c[4]), span(c))

    # --- from outside ----------------------------------------------------------------------------------

    @staticmethod
    def start_by_hand(c: Children) -> f.StartByHand:
        parameters: list[f.Parameter] = []
        for item in items(c[4]) if len(c) > 4 else ():
            if isinstance(item, f.Parameter):
                parameters.append(item)
            else:
                _add_choice(parameters, item)
        return f.StartByHand(tuple(parameters), span(c))

    @staticmethod
    def parameter(c: Children) -> f.Parameter:
        return f.Parameter(name(c[0]), c[1], span(c))

    @staticmethod
    def one_of_type_start(c: Children) -> TypeName:
        return TypeName("one of", None, (c[2],), span(c))

    @staticmethod
    def start_webhook(c: Children) -> f.StartWebhook:
        return f.StartWebhook(name(c[3]), span(c))


def _match(stage: Children, found: dict[str, Children], *, first: bool) -> f.Match:
    negated = len(stage) > 3
    events: tuple[Word, ...] = names(stage[-2])
    times = found.get("NUMBER")
    for key in ("NUMBER", "WITH", "FOR"):
        if key in found and not first:
            token: Lexeme = found[key][0]
            what = f"`{_words(found[key])}` can only be said of the first event"
            raise WrongLineError(syntax.WrongPlace.at(token.span, what=what, cure="move it in front of `then`"))
    if first and not times and "WITHIN" in found:
        what, cure = "`within` says here in which time something happens several times", "write `3 times within …`"
        raise WrongLineError(syntax.WrongPlace.at(found["WITHIN"][0].span, what=what, cure=cure))
    within = times[-1] if times else last(found, "WITHIN")
    if within is None and negated:
        no: Lexeme = stage[1]
        example = "`within 1 hour`, for instance"
        raise WrongLineError(
            syntax.PartMissing.at(no.span, what="`then no`", missing="how long to wait", example=example)
        )
    ending: Any = _end(stage)
    place = (events[0] if first else stage[0]).span.to(ending)
    same: Name | None = last(found, "WITH")
    alias: Lexeme | None = last(found, "AS")
    count = whole(times[0], "how many times", 1) if times else None
    return f.Match(
        events, negated, count, within, same, last(found, "WHERE"), name(alias) if alias is not None else None, place
    )


def _end(stage: Children) -> Any:
    written = items(stage[-1])
    return written[-1][-1].span if written else items(stage[-2])[-1].span


def _words(option: Children) -> str:
    return " ".join(child.value for child in option if isinstance(child, Lexeme))


def _add_choice(parameters: list[f.Parameter], choice: Literals) -> None:
    """A text after a comma is a further choice of the ``one of`` before it."""
    before = parameters.pop() if parameters else None
    if before is None or before.type.name != "one of":
        what, cure = "a value cannot stand here", "write a name and a type, such as `product_id text`"
        raise WrongLineError(syntax.WrongPlace.at(choice.span, what=what, cure=cure))
    choices = cast("tuple[Literals, ...]", (*before.type.options, choice))
    kind = TypeName("one of", None, choices, before.type.span.to(choice.span))
    parameters.append(f.Parameter(before.name, kind, before.span.to(choice.span)))
