"""Flows and their header lines as they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.declarations import TypeName
from triggerfish.dsl.tree.expressions import Clock, Duration, Expression, Moment, Name, Text, Word
from triggerfish.dsl.tree.steps import Step, Weekday


@dataclass(frozen=True, slots=True)
class Match:
    """One stage of a chain: the first line, or a line that begins with ``then``.

    First stage: ``E, F N times within D with the same FIELD where C as NAME`` (``negated`` is False).
    Later: ``then [no] F, G within D where C as NAME`` (``times`` and ``same`` are None).
    """

    events: tuple[Word, ...]
    negated: bool
    times: int | None
    within: Duration | None
    same: Name | None
    where: Expression | None
    name: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class StartWhen:
    """``start when E …`` with its ``then`` lines; ``everyone`` for ``start when E for everyone``."""

    stages: tuple[Match, ...]
    everyone: bool
    span: Span


@dataclass(frozen=True, slots=True)
class StartChange:
    """``start when plan changes from "free" to "pro"``."""

    field: Name
    before: Expression | None
    after: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class StartSegment:
    enters: bool
    segment: Word
    span: Span


@dataclass(frozen=True, slots=True)
class StartCrossing:
    """``start when lead_score rises to 500`` / ``falls below 100``."""

    value: Name
    rises: bool
    threshold: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class StartConsent:
    how: Literal["subscribes", "unsubscribes", "confirms"]
    topic: Word
    channel: Word | None
    span: Span


@dataclass(frozen=True, slots=True)
class StartSchedule:
    """``every monday, thursday at 9:00``, ``every day at 9:00``, ``every month on day 1 at 9:00``, ``every 6 hours``.

    ``weekdays`` is all seven for ``every day``; ``day`` is set for the monthly form; ``interval`` for the last.
    """

    weekdays: tuple[Weekday, ...]
    day: int | None
    interval: Duration | None
    clock: Clock | None
    span: Span


@dataclass(frozen=True, slots=True)
class StartDate:
    """``on renewal_date at 9:00``, ``on birthday yearly at 9:00``, ``7 days before renewal_date at 10:00``.

    ``offset`` is the duration of ``before`` / ``after`` and ``before`` its direction.
    """

    field: Name
    offset: Duration | None
    before: bool
    yearly: bool
    clock: Clock | None
    span: Span


@dataclass(frozen=True, slots=True)
class StartOn:
    """``start on 2026-12-01 at 9:00``."""

    moment: Moment
    span: Span


@dataclass(frozen=True, slots=True)
class Parameter:
    name: Word
    type: TypeName
    span: Span


@dataclass(frozen=True, slots=True)
class StartByHand:
    parameters: tuple[Parameter, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class StartWebhook:
    event: Word
    span: Span


@dataclass(frozen=True, slots=True)
class OnlyIf:
    condition: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Again:
    """``again never``, ``again always``, ``again after 7 days``."""

    mode: Literal["never", "always", "after"]
    after: Duration | None
    span: Span


@dataclass(frozen=True, slots=True)
class Limit:
    """``1 per day``."""

    count: int
    period: Literal["hour", "day", "week", "month", "year"]
    span: Span


@dataclass(frozen=True, slots=True)
class EnterAtMost:
    limits: tuple[Limit, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Per:
    key: Name
    span: Span


@dataclass(frozen=True, slots=True)
class Expire:
    after: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class StopWhen:
    events: tuple[Word, ...]
    where: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class StopIf:
    condition: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Goal:
    """``goal E worth V within D where C``."""

    events: tuple[Word, ...]
    worth: Expression | None
    within: Duration
    where: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Priority:
    value: int
    span: Span


@dataclass(frozen=True, slots=True)
class Urgency:
    value: Literal["batch", "low", "normal", "high", "immediate"]
    span: Span


@dataclass(frozen=True, slots=True)
class Exclusive:
    group: Word
    otherwise: Literal["skip", "wait", "replace"]
    span: Span


@dataclass(frozen=True, slots=True)
class About:
    topic: Word
    span: Span


@dataclass(frozen=True, slots=True)
class Holdout:
    percent: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class Status:
    value: Literal["active", "paused", "testing", "disabled"]
    span: Span


@dataclass(frozen=True, slots=True)
class FlowTimezone:
    zone: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Release:
    limit: Limit
    span: Span


@dataclass(frozen=True, slots=True)
class WhenLate:
    by: Duration
    action: Literal["skip", "run", "exit"]
    span: Span


@dataclass(frozen=True, slots=True)
class Moved:
    old: Word
    new: Word
    span: Span


Start = (
    StartWhen | StartChange | StartSegment | StartCrossing | StartConsent | StartSchedule | StartDate
    | StartOn | StartByHand | StartWebhook
)
Header = (
    Start | OnlyIf | Again | EnterAtMost | Per | Expire | StopWhen | StopIf | Goal | Priority | Urgency
    | Exclusive | About | Holdout | Status | FlowTimezone | Release | WhenLate | Moved
)


@dataclass(frozen=True, slots=True)
class Flow:
    """``headers`` in the order written; ``workspace`` for ``for workspace`` after the label."""

    name: Word
    label: Text | None
    workspace: bool
    headers: tuple[Header, ...]
    steps: tuple[Step, ...]
    doc: str
    span: Span
