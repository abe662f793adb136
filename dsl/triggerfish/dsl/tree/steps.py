"""The steps of a flow as they were written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.expressions import Argument, Clock, Duration, Expression, Name, Text, Word

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Send:
    """``send email welcome about T transactional … with k: v as hello``.

    ``channel`` is set for the plain form; with ``by best of`` / ``by first of`` it is None,
    ``choice`` is ``"best"`` or ``"first"`` and ``channels`` lists the candidates.
    """

    channel: Word | None
    message: Word
    choice: Literal["best", "first"] | None
    channels: tuple[Word, ...]
    about: Word | None
    transactional: bool
    uncapped: bool
    best_time: Duration | None
    within: Duration | None
    to: Text | None
    values: tuple[Argument, ...]
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class WaitFor:
    """``wait 2 days``, ``wait event.refill_days * 1 day``: ``duration`` is any expression."""

    duration: Expression
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class WaitUntil:
    """A moment at or after now.

    ``wait until monday at 9:00`` (``weekdays=("monday",)``, ``clock``), ``until 9:00 on weekdays``,
    ``until 9:00 to 17:00 on weekdays`` (``clock_end``), ``until renewal_date - 3 days at 9:00``
    (``date``: an expression for a date or a moment, or a Date / Moment literal). ``on weekdays`` gives Monday to
    Friday, ``on monday, friday`` those, without: every day, as the empty tuple.
    """

    date: Expression | None
    weekdays: tuple[Weekday, ...]
    clock: Clock | None
    clock_end: Clock | None
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class EventBranch:
    """``for E, F where C as NAME`` with its block."""

    events: tuple[Word, ...]
    where: Expression | None
    name: Word | None
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class UntilBranch:
    """``until C`` with its block."""

    condition: Expression
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class WaitUpTo:
    """``wait up to 2 days for E``, ``… until C`` (one branch, no blocks), or with branches below.

    ``block`` says which of the two forms was written. ``otherwise`` is None where there is no such branch.
    ``name`` is the ``as NAME`` of the one-line form: ``NAME.happened``.
    """

    duration: Expression
    branches: tuple[EventBranch | UntilBranch, ...]
    otherwise: tuple[Step, ...] | None
    block: bool
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Collect:
    """``collect E up to 50 for 1 day as comments``: exactly one of ``duration`` and ``until`` is set."""

    events: tuple[Word, ...]
    where: Expression | None
    limit: int | None
    duration: Expression | None
    until: WaitUntil | None
    name: Word
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Arm:
    """One ``if C`` / ``else if C`` of an If."""

    condition: Expression
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class If:
    arms: tuple[Arm, ...]
    otherwise: tuple[Step, ...] | None
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Case:
    """``"pro", "team"`` with its block."""

    values: tuple[Expression, ...]
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Choose:
    """``choose by plan``."""

    subject: Expression
    cases: tuple[Case, ...]
    otherwise: tuple[Step, ...] | None
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Points:
    """``+3 if C``, ``-1 if C`` (a plain ``+3`` has no condition)."""

    points: int | float
    condition: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Path:
    name: Word
    points: tuple[Points, ...]
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ChooseBest:
    name: Word
    paths: tuple[Path, ...]
    otherwise: tuple[Step, ...] | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Share:
    """``50% calm`` with its block."""

    percent: int | float
    name: Word
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Measure:
    """``measure E within D where C``."""

    events: tuple[Word, ...]
    within: Duration
    where: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class Decide:
    """``decide by bayesian at 95% after 1000 people within 14 days``."""

    method: Word
    confidence: int | float | None
    people: int | None
    within: Duration | None
    span: Span


@dataclass(frozen=True, slots=True)
class Split:
    name: Word
    allocator: Literal["bandit", "contextual bandit"] | None
    context: tuple[Name, ...]
    arms: tuple[Share, ...]
    measure: Measure | None
    decide: Decide | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    name: Word | None
    steps: tuple[Step, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Together:
    branches: tuple[Branch, ...]
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Repeat:
    """``repeat 3 times``, ``repeat up to 3 times until C``."""

    times: int
    until: Expression | None
    steps: tuple[Step, ...]
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class ForEach:
    """``for each item in event.items``."""

    item: Word
    items: Expression
    steps: tuple[Step, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class SetField:
    field: Name
    value: Expression
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class ClearField:
    field: Name
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class AddTo:
    """``add 10 to lead_score``."""

    amount: Expression
    target: Name
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Consent:
    """``subscribe to T by C`` / ``unsubscribe from T``."""

    subscribe: bool
    topic: Word
    channel: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Membership:
    """``join segment S`` / ``leave segment S``."""

    join: bool
    segment: Word
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """``record trial_ended with reason: "x"``."""

    event: Word
    values: tuple[Argument, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Do:
    """``do salesforce.update_lead with status: "x" as lead``."""

    plugin: Word
    action: Word
    arguments: tuple[Argument, ...]
    name: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class EnterFlow:
    flow: Word
    values: tuple[Argument, ...]
    segment: Word | None
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Exit:
    reason: Text | None
    doc: str
    span: Span


Step = (
    Send | WaitFor | WaitUntil | WaitUpTo | Collect | If | Choose | ChooseBest | Split | Together
    | Repeat | ForEach | SetField | ClearField | AddTo | Consent | Membership | RecordEvent | Do
    | EnterFlow | Exit
)

