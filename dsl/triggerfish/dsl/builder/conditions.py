"""Conditions: comparisons, history, membership, consent, and how they are joined."""

from __future__ import annotations

from dataclasses import replace

from triggerfish.dsl.builder.lists import Children, between, items, name, span, whole
from triggerfish.dsl.tree import expressions as e


class Conditions:
    @staticmethod
    def compare(c: Children) -> e.Compare:
        return e.Compare(c[1].value, c[0], c[2], False, span(c))

    @staticmethod
    def compare_not(c: Children) -> e.Compare:
        operator = c[1].value if c[1].value != "not" else c[2].value
        return e.Compare(operator, c[0], c[3], True, span(c))

    @staticmethod
    def compare_with(c: Children) -> e.Compare:
        return e.Compare("starts with" if c[1].type == "STARTS" else "ends with", c[0], c[3], False, span(c))

    @staticmethod
    def does_not(c: Children) -> e.Compare:
        return e.Compare("contains", c[0], c[4], True, span(c))

    @staticmethod
    def does_not_with(c: Children) -> e.Compare:
        return e.Compare("starts with" if c[3].type == "START" else "ends with", c[0], c[5], True, span(c))

    @staticmethod
    def known(c: Children) -> e.Known:
        return e.Known(c[0], False, span(c))

    @staticmethod
    def unknown(c: Children) -> e.Known:
        return e.Known(c[0], True, span(c))

    @staticmethod
    def one_of(c: Children) -> e.OneOf:
        return e.OneOf(c[0], _options(c[2]), False, span(c))

    @staticmethod
    def not_one_of(c: Children) -> e.OneOf:
        return e.OneOf(c[0], _options(c[3]), True, span(c))

    @staticmethod
    def several_options(c: Children) -> e.ListOf:
        return e.ListOf((c[1], *items(c[3])), span(c))

    @staticmethod
    def between(c: Children) -> e.Between:
        return e.Between(c[0], c[2], c[4], False, span(c))

    @staticmethod
    def not_between(c: Children) -> e.Between:
        return e.Between(c[0], c[3], c[5], True, span(c))

    @staticmethod
    def within(c: Children) -> e.Within:
        return e.Within(c[0], "last" if c[1].type == "WITHIN_LAST" else "next", c[2], False, span(c))

    @staticmethod
    def not_within(c: Children) -> e.Within:
        return e.Within(c[0], "last" if c[2].type == "WITHIN_LAST" else "next", c[3], True, span(c))

    # --- history, membership, consent -----------------------------------------------------------------

    @staticmethod
    def times(c: Children) -> e.Times:
        comparison = "at least" if c[1].type == "LEAST" else "at most"
        return e.Times(comparison, whole(c[2], "how often something happened", 0), span(c))  # type: ignore[arg-type]

    @staticmethod
    def times_exactly(c: Children) -> e.Times:
        return e.Times("exactly", whole(c[1], "how often something happened", 0), span(c))

    @staticmethod
    def did(c: Children) -> e.Did:
        return e.Did(c[1], False, c[2], c[3], span(c))

    @staticmethod
    def did_not(c: Children) -> e.Did:
        return e.Did(c[2], True, c[3], c[4], span(c))

    @staticmethod
    def in_segment(c: Children) -> e.InSegment:
        return e.InSegment(name(c[2]), False, span(c))

    @staticmethod
    def in_flow(c: Children) -> e.InFlow:
        return e.InFlow(name(c[2]), False, span(c))

    @staticmethod
    def subscribed(c: Children) -> e.Subscribed:
        channel = name(c[3]) if c[3] is not None else None
        return e.Subscribed(name(c[2]), channel, between(c[0], channel or c[2]))

    @staticmethod
    def reachable(c: Children) -> e.Reachable:
        return e.Reachable(name(c[2]), span(c))

    # --- joining ------------------------------------------------------------------------------------------

    @staticmethod
    def negation(c: Children) -> e.Expression:
        operand: e.Expression = c[1]
        if isinstance(operand, e.InSegment | e.InFlow) and not operand.negated:
            return replace(operand, negated=True, span=span(c))
        return e.Not(operand, span(c))

    @staticmethod
    def conjunction(c: Children) -> e.And:
        operands = items(c[0])
        return e.And(operands, between(operands[0], operands[-1]))

    @staticmethod
    def disjunction(c: Children) -> e.Or:
        operands = items(c[0])
        return e.Or(operands, between(operands[0], operands[-1]))


def _options(options: e.Expression) -> e.Expression:
    """``in ("x")`` has one option in brackets: a list of one, not a bracketed value."""
    return e.ListOf((options.inner,), options.span) if isinstance(options, e.Group) else options
