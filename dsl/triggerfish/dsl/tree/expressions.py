"""Conditions and values as they were written.

Every node is frozen and carries its span. Nothing here is resolved: a name is a name,
whether it turns out to be a field, a value, a score or nothing at all.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from triggerfish.dsl.span import Span


@dataclass(frozen=True, slots=True)
class Word:
    """One identifier, as in ``flow NAME`` or ``send CHANNEL``."""

    text: str
    span: Span


# --- values written out ---------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Number:
    value: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class Percent:
    """``50%``: ``value`` is 50, not 0.5."""

    value: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class Boolean:
    value: bool
    span: Span


Unit = Literal["second", "minute", "hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Duration:
    """``3 months`` is ``Duration(3, "month")``: the unit is always in the singular."""

    amount: int | float
    unit: Unit
    span: Span


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: ``9:00``, ``21:30``, ``9am``."""

    hour: int
    minute: int
    span: Span


@dataclass(frozen=True, slots=True)
class Date:
    """``2026-12-24``."""

    date: dt.date
    span: Span


@dataclass(frozen=True, slots=True)
class Moment:
    """``2026-12-24 9:00``: local time of the person."""

    date: dt.date
    hour: int
    minute: int
    span: Span


@dataclass(frozen=True, slots=True)
class ListOf:
    """``["a", "b"]`` and the bracketed options after ``in``."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Argument:
    """``name: value``."""

    name: Word
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Record:
    """``(product_id: "p1", price: 60)``."""

    fields: tuple[Argument, ...]
    span: Span


# --- names and arithmetic --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Name:
    """A dotted path: ``plan``, ``profile.plan``, ``event.total``, ``click.happened``."""

    path: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Now:
    span: Span


@dataclass(frozen=True, slots=True)
class Negate:
    """Unary minus."""

    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: Literal["+", "-", "*", "/"]
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    function: Word
    arguments: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Group:
    """An expression in brackets; kept because the checker and the formatter need to know."""

    inner: Expression
    span: Span


# --- history -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Selector:
    """One event, perhaps narrowed: ``order_completed.total where currency is "EUR"``.

    ``field`` is the path after the event's name, empty where the event itself is meant.
    """

    event: Word
    field: tuple[str, ...]
    where: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class InLast:
    duration: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class Ever:
    """``ever``; also what a history value without a window means."""

    span: Span


@dataclass(frozen=True, slots=True)
class Since:
    """``since entered``, ``since renewal_date``: ``moment`` is any expression for a moment."""

    moment: Expression
    span: Span


Window = InLast | Ever | Since


@dataclass(frozen=True, slots=True)
class Times:
    """``at least 3 times``, ``at most once`` is not a form; ``count`` is a whole number."""

    comparison: Literal["at least", "at most", "exactly"]
    count: int
    span: Span


@dataclass(frozen=True, slots=True)
class Did:
    """``did X in last 7 days``, ``did not X ever``, ``did X at least 3 times in last 2 hours``."""

    events: Selector
    negated: bool
    times: Times | None
    window: Window
    span: Span


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``count of X in last D``, ``sum of X.f ever``."""

    function: Literal["count", "sum", "average", "smallest", "largest"]
    events: Selector
    window: Window
    span: Span


@dataclass(frozen=True, slots=True)
class Pick:
    """``last order_completed.total``; with an empty field path the moment of that event."""

    which: Literal["first", "last"]
    events: Selector
    span: Span


@dataclass(frozen=True, slots=True)
class TimeSince:
    """``time since created_at``, ``time since last order_completed`` (a ``Pick``)."""

    moment: Expression
    span: Span


# --- conditions ---------------------------------------------------------------------------

Comparison = Literal["is", "<", "<=", ">", ">=", "contains", "starts with", "ends with", "like"]


@dataclass(frozen=True, slots=True)
class Compare:
    """``a is not b`` is ``Compare("is", a, b, negated=True)``."""

    operator: Comparison
    left: Expression
    right: Expression
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Between:
    value: Expression
    low: Expression
    high: Expression
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class OneOf:
    """``a in ("x", "y")``, ``a not in (…)``; ``options`` may also be any list-valued expression."""

    value: Expression
    options: Expression
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Known:
    """``a is known``; negated: ``a is unknown``."""

    value: Expression
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Within:
    """``t within last 7 days``, ``t not within next 3 days``."""

    value: Expression
    direction: Literal["last", "next"]
    duration: Duration
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class InSegment:
    """``in segment engaged``; negated: ``not in segment engaged``."""

    segment: Word
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class InFlow:
    flow: Word
    negated: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Subscribed:
    """``subscribed to offers``, ``subscribed to offers by sms``."""

    topic: Word
    channel: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class Reachable:
    """``reachable by sms``."""

    channel: Word
    span: Span


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expression, ...]
    span: Span


Literals = Text | Number | Percent | Boolean | Duration | Clock | Date | Moment | ListOf | Record
Values = Name | Now | Negate | Arithmetic | Call | Group | Aggregate | Pick | TimeSince
Conditions = (
    Compare | Between | OneOf | Known | Within | Did | InSegment | InFlow | Subscribed | Reachable
    | Not | And | Or
)
Expression = Literals | Values | Conditions
