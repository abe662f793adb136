"""``test`` blocks as they were written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.expressions import Argument, Clock, Duration, Expression, Name, Text, Word


@dataclass(frozen=True, slots=True)
class GivenValues:
    """``given first_name: "Ana", lead_score: 40``; also ``holdout: yes`` and ``SPLIT: "arm"``."""

    values: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class GivenConsent:
    subscribed: bool
    topic: Word
    channel: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class GivenSegment:
    segment: Word
    span: Span


@dataclass(frozen=True, slots=True)
class GivenEvent:
    """``given order_completed 100 days ago with total: 5``."""

    event: Word
    ago: Duration
    values: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class GivenAction:
    """``given P.A returns id: "42"`` or, with ``fails``, ``given P.A fails``."""

    plugin: Word
    action: Word
    fails: bool
    values: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class At:
    date: dt.date | None
    clock: Clock
    span: Span


@dataclass(frozen=True, slots=True)
class After:
    duration: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class SetValue:
    """``set FIELD to V``."""

    field: Name
    value: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Happens:
    event: Word
    values: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class StatesConsent:
    """``subscribes to T [by C]``, ``unsubscribes from T [by C]``, ``confirms T [by C]``."""

    how: Literal["subscribe", "unsubscribe", "confirm"]
    topic: Word
    channel: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class Enters:
    """``enter flow X with k: v``."""

    flow: Word
    values: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectSend:
    """``expect [no | N] CHANNEL [MESSAGE] [at [DATE] CLOCK] [with FIELD containing "…"]``.

    ``count`` is None where neither ``no`` nor a number was written (at least one), 0 for ``no``.
    ``channel`` is None for ``messages``: any channel.
    """

    count: int | None
    channel: Word | None
    message: Word | None
    at: At | None
    field: Word | None
    containing: Text | None
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectFlow:
    inside: bool
    flow: Word
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectExit:
    flow: Word
    reason: Text | None
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectEvent:
    negated: bool
    event: Word
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectAction:
    negated: bool
    plugin: Word
    action: Word
    values: tuple[Argument, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ExpectCondition:
    condition: Expression
    span: Span


TestLine = (
    GivenValues | GivenConsent | GivenSegment | GivenEvent | GivenAction | At | After | SetValue | Happens
    | StatesConsent | Enters | ExpectSend | ExpectFlow | ExpectExit | ExpectEvent | ExpectAction | ExpectCondition
)


@dataclass(frozen=True, slots=True)
class Test:
    __test__ = False

    title: Text
    flows: tuple[Word, ...]
    lines: tuple[TestLine, ...]
    doc: str
    span: Span
