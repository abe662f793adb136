"""Steps that have branches below them: waits, choices, experiments, and doing things together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from triggerfish.dsl.builder.folding import fold
from triggerfish.dsl.builder.lists import (
    Below,
    Children,
    WrongLineError,
    amount,
    items,
    last,
    name,
    names,
    nothing_below,
    options,
    span,
    whole,
)
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree import steps as s


@dataclass(frozen=True, slots=True)
class Otherwise:
    """``otherwise`` and what is done then."""

    head: Lexeme
    steps: tuple[s.Step, ...]
    span: Span


def as_name(token: Lexeme | None) -> e.Word | None:
    """The word of a part that may have been left out."""
    return name(token) if token is not None else None


class Branches:
    @staticmethod
    def otherwise(c: Children) -> Otherwise:
        return Otherwise(c[0], _steps(c[1]), span(c))

    # --- waiting for what comes first -----------------------------------------------------------------

    @staticmethod
    def wait_branches(c: Children) -> s.WaitUpTo:
        below: Below = c[5]
        nothing_below(c[0], below, "`wait up to` without `for` or `until`", "`for`, `until` and `otherwise`")
        branches, rest = _with_otherwise(below, s.EventBranch, s.UntilBranch)
        return s.WaitUpTo(c[3], branches, rest, True, as_name(c[4]), c[0].doc, span(c))

    @staticmethod
    def wait_up_to_event(c: Children) -> s.WaitUpTo:
        found = options(c[6], {})
        alias = as_name(last(found, "AS"))
        events = names(c[5])
        place = c[4].span.to(c[7].span)
        branch = s.EventBranch(events, last(found, "WHERE"), alias, (), place)
        return s.WaitUpTo(c[3], (branch,), None, False, alias, c[0].doc, span(c))

    @staticmethod
    def wait_up_to_condition(c: Children) -> s.WaitUpTo:
        branch = s.UntilBranch(c[5], (), c[4].span.to(c[5].span))
        return s.WaitUpTo(c[3], (branch,), None, False, as_name(c[6]), c[0].doc, span(c))

    @staticmethod
    def event_branch(c: Children) -> s.EventBranch:
        found = options(c[2], {})
        return s.EventBranch(names(c[1]), last(found, "WHERE"), as_name(last(found, "AS")), _steps(c[3]), span(c))

    @staticmethod
    def until_branch(c: Children) -> s.UntilBranch:
        return s.UntilBranch(c[1], _steps(c[2]), span(c))

    @staticmethod
    def collect(c: Children) -> s.Collect:
        found = options(c[2], {"UP": "`up to`"})
        duration, until = last(found, "FOR"), last(found, "UNTIL")
        for missing, example, there in (
            ("for how long", "`for 1 day` or `until monday at 9:00`", duration or until),
            ("how its events are called later", "`as comments`, for instance", "AS" in found),
        ):
            if not there:
                raise WrongLineError(syntax.PartMissing.at(span(c), what="`collect`", missing=missing, example=example))
        if duration and until:
            what, cure = "`collect` says both for how long and until when", "keep `for` or `until`"
            raise WrongLineError(syntax.WrongPlace.at(found["UNTIL"][0].span, what=what, cure=cure))
        limit = whole(last(found, "UP"), "how many events are collected") if "UP" in found else None
        alias = name(found["AS"][-1])
        return s.Collect(names(c[1]), last(found, "WHERE"), limit, duration, until, alias, c[0].doc, span(c))

    # --- choosing ------------------------------------------------------------------------------------------

    @staticmethod
    def choose(c: Children) -> s.Choose:
        nothing_below(c[0], c[4], "`choose by`", 'the values, such as `"pro"`, each with its steps, and `otherwise`')
        cases, rest = _with_otherwise(c[4], s.Case)
        return s.Choose(c[2], cases, rest, as_name(c[3]), c[0].doc, span(c))

    @staticmethod
    def case(c: Children) -> s.Case:
        values = items(c[0])
        return s.Case(values, _steps(c[1]), values[0].span.to(c[1].span))

    @staticmethod
    def choose_best(c: Children) -> s.ChooseBest:
        nothing_below(c[0], c[3], "`choose best`", "its paths, such as `path discount`, and `otherwise`")
        paths, rest = _with_otherwise(c[3], s.Path)
        return s.ChooseBest(name(c[2]), paths, rest, c[0].doc, span(c))

    @staticmethod
    def choice_path(c: Children) -> s.Path:
        below: Below = c[2]
        points = below.of(s.Points)
        steps = tuple(item for item in below.items if not isinstance(item, s.Points))
        above: list[Any] = []
        for item in below.items:
            if isinstance(item, s.Points) and above:
                c[0].sink.append(syntax.PointsAfterStep.at(item.span))
            elif not isinstance(item, s.Points | Lexeme):
                above.append(item)
        return s.Path(name(c[1]), points, fold(steps), span(c))

    # --- experiments -----------------------------------------------------------------------------------------

    @staticmethod
    def split(c: Children) -> s.Split:
        below: Below = c[3]
        nothing_below(c[0], below, "`split`", "its arms, such as `50% calm`, each with its steps")
        allocator, context = c[2] or (None, ())
        measures, decisions = below.of(s.Measure), below.of(s.Decide)
        for again, what in [(m, "`measure`") for m in measures[1:]] + [(d, "`decide`") for d in decisions[1:]]:
            c[0].sink.append(syntax.SaidTwice.at(again.span, what=what))
        measure, decide = measures[0] if measures else None, decisions[0] if decisions else None
        return s.Split(name(c[1]), allocator, context, below.of(s.Share), measure, decide, c[0].doc, span(c))

    @staticmethod
    def split_by(c: Children) -> tuple[str, tuple[e.Name, ...]]:
        return ("contextual bandit", items(c[4])) if len(c) > 2 else ("bandit", ())

    @staticmethod
    def share(c: Children) -> s.Share:
        return s.Share(amount(c[0]), name(c[1]), _steps(c[2]), span(c))

    @staticmethod
    def decide(c: Children) -> s.Decide:
        found = options(c[3], {"AT": "how certain it must be", "AFTER": "after how many people"})
        confidence = amount(found["AT"][-1]) if "AT" in found else None
        people = whole(found["AFTER"][1], "a number of people") if "AFTER" in found else None
        return s.Decide(name(c[2]), confidence, people, last(found, "WITHIN"), span(c))

    # --- together ----------------------------------------------------------------------------------------------

    @staticmethod
    def together(c: Children) -> s.Together:
        below: Below = c[2]
        nothing_below(c[0], below, "`together`", "a line `branch` for each thing to be done, with its steps")
        return s.Together(below.good, as_name(c[1]), c[0].doc, span(c))

    @staticmethod
    def together_branch(c: Children) -> s.Branch:
        return s.Branch(name(c[1]) if len(c) > 2 else None, _steps(c[-1]), span(c))


def _steps(below: Below) -> tuple[s.Step, ...]:
    return fold(below.items)


def _with_otherwise(below: Below, *kinds: type) -> tuple[tuple[Any, ...], tuple[s.Step, ...] | None]:
    """The branches of a block and what stands below ``otherwise``, which must be the last."""
    rest: Otherwise | None = None
    for item in below.items:
        if isinstance(item, Otherwise):
            if rest is not None:
                item.head.sink.append(syntax.OtherwiseNotLast.at(item.head.span))
            rest = rest or item
        elif rest is not None and not isinstance(item, Lexeme):
            diagnostic = syntax.OtherwiseNotLast.at(rest.head.span)
            if diagnostic not in rest.head.sink:
                rest.head.sink.append(diagnostic)
    return below.of(*kinds), rest.steps if rest else None
