"""Flows, resolved: how people come in, what holds while they are inside, and the steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from triggerfish.dsl.ir.expressions import Duration, Expr
from triggerfish.dsl.ir.steps import Step
from triggerfish.dsl.ir.tagged import Tagged
from triggerfish.dsl.ir.types import Field


@dataclass(frozen=True, slots=True)
class Match:
    """One stage of a chain. ``same`` is what must be equal among ``times`` matches. ``text`` is the line as written."""

    events: tuple[str, ...]
    negated: bool
    times: int
    within: Duration | None
    same: Expr | None
    where: Expr | None
    name: str | None
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class StartWhen:
    """``everyone``: the first stage is an event for everyone, and its ``where`` says whom it concerns."""

    stages: tuple[Match, ...]
    line: int
    everyone: bool = False
    kind: Literal["when"] = "when"


@dataclass(frozen=True, slots=True)
class StartChange:
    """``before`` and ``after`` are constants, or None for any."""

    field: tuple[str, ...]
    before: Expr | None
    after: Expr | None
    line: int
    kind: Literal["change"] = "change"


@dataclass(frozen=True, slots=True)
class StartSegment:
    enters: bool
    segment: str
    line: int
    kind: Literal["segment"] = "segment"


@dataclass(frozen=True, slots=True)
class StartConsent:
    """``channels``: those of the topic, or the one named. A change on any of them starts."""

    how: Literal["subscribes", "unsubscribes", "confirms"]
    topic: str
    channels: tuple[str, ...]
    line: int
    kind: Literal["consent"] = "consent"


@dataclass(frozen=True, slots=True)
class StartByHand:
    """The parameters become fields of ``event``."""

    parameters: tuple[Field, ...]
    line: int
    kind: Literal["by hand"] = "by hand"


@dataclass(frozen=True, slots=True)
class StartCrossing:
    """``value`` is a score, a value, a model or a number field; ``rises`` to at least the threshold, or falls below it."""

    value: Expr
    rises: bool
    threshold: Expr
    line: int
    text: str
    kind: Literal["crossing"] = "crossing"


@dataclass(frozen=True, slots=True)
class StartSchedule:
    """At local times.

    ``weekdays`` (0 is Monday; all seven for ``every day``) at ``clock``, or ``day`` of each month at ``clock``, or every
    ``interval``; ``clock`` in minutes after midnight.
    """

    weekdays: tuple[int, ...]
    day: int | None
    interval: Duration | None
    clock: int
    line: int
    text: str
    kind: Literal["schedule"] = "schedule"


@dataclass(frozen=True, slots=True)
class StartDate:
    """A date or moment field, ``offset`` before or after it, yearly or once per value.

    Without ``clock``: midnight of a date, the moment itself of a moment.
    """

    field: tuple[str, ...]
    type: Literal["date", "datetime"]
    offset: Duration | None
    before: bool
    yearly: bool
    clock: int | None
    line: int
    text: str
    kind: Literal["date"] = "date"


@dataclass(frozen=True, slots=True)
class StartOn:
    """One local moment: everyone who exists then."""

    date: str
    clock: int
    line: int
    text: str
    kind: Literal["on"] = "on"


@dataclass(frozen=True, slots=True)
class StartWebhook:
    """``POST /hooks/NAME``: the event of that name, brought by a webhook."""

    event: str
    line: int
    text: str
    kind: Literal["webhook"] = "webhook"


Start = Annotated[
    StartWhen | StartChange | StartSegment | StartConsent | StartByHand | StartCrossing | StartSchedule | StartDate
    | StartOn | StartWebhook,
    Tagged("kind"),
]


@dataclass(frozen=True, slots=True)
class Limit:
    count: int
    period: Literal["hour", "day", "week", "month", "year"]


@dataclass(frozen=True, slots=True)
class Stop:
    """``stop when`` (``events``) or ``stop if`` (``condition`` alone, watched)."""

    events: tuple[str, ...]
    condition: Expr | None
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Goal:
    events: tuple[str, ...]
    worth: Expr | None
    within: Duration
    where: Expr | None
    line: int


@dataclass(frozen=True, slots=True)
class Exclusive:
    group: str
    otherwise: Literal["skip", "wait", "replace"]


@dataclass(frozen=True, slots=True)
class Late:
    """``when late by``: what starts and steps do that are reached that late after an outage."""

    by: Duration
    action: Literal["skip", "run", "exit"]


@dataclass(frozen=True, slots=True)
class Flow:
    """``moved`` maps old step names to new ones. ``again`` is None for always, else ``never`` or the Duration; ``only_if`` joins several lines by and."""

    name: str
    label: str
    doc: str
    file: str
    line: int
    starts: tuple[Start, ...]
    only_if: Expr | None
    again: Literal["never"] | Duration | None
    limits: tuple[Limit, ...]
    per: Expr | None
    expire: Duration | None
    stops: tuple[Stop, ...]
    goal: Goal | None
    priority: int
    urgency: Literal["batch", "low", "normal", "high", "immediate"]
    exclusive: Exclusive | None
    topic: str | None
    holdout: float
    status: Literal["active", "paused", "testing", "disabled"]
    timezone: str | None
    steps: tuple[Step, ...]
    workspace: bool = False
    release: Limit | None = None
    late: Late | None = None
    moved: tuple[tuple[str, str], ...] = ()
