"""The steps of a flow, resolved.

``id`` names a step for good: its ``as`` name where it has one, else its text and its place among equal ones;
``line`` is where it stands in its flow's file, ``text`` its first line as written, single-spaced.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from triggerfish.dsl.ir.expressions import Duration, Expr
from triggerfish.dsl.ir.tagged import Tagged


@dataclass(frozen=True, slots=True)
class Where:
    """Identity and place of a step."""

    id: str
    line: int
    text: str
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Argument:
    name: str
    value: Expr


@dataclass(frozen=True, slots=True)
class Send:
    """``topic`` is set unless ``transactional``; ``to`` is the address template of a mail to someone else.

    ``channels`` has one entry for the plain form; ``choice`` says how one of several is chosen.
    ``name`` is the run variable that holds what became of it.
    """

    at: Where
    channels: tuple[str, ...]
    choice: Literal["best", "first"] | None
    message: str
    topic: str | None
    transactional: bool
    uncapped: bool
    best_time: Duration | None
    within: Duration | None
    to: Expr | None
    values: tuple[Argument, ...]
    name: str | None
    kind: Literal["send"] = "send"


@dataclass(frozen=True, slots=True)
class WaitFor:
    """A calendar step: ``duration`` is an expression of type duration."""

    at: Where
    duration: Expr
    kind: Literal["wait for"] = "wait for"


@dataclass(frozen=True, slots=True)
class MomentRule:
    """``date`` of type ``date_type``; else the next day among ``weekdays`` (0 is Monday, empty is any).

    ``clock`` and ``clock_end`` are minutes after midnight, local time. Without ``clock`` a date means its midnight, a
    moment itself and a weekday its midnight.
    """

    date: Expr | None
    date_type: Literal["date", "datetime"] | None
    weekdays: tuple[int, ...]
    clock: int | None
    clock_end: int | None


@dataclass(frozen=True, slots=True)
class WaitUntil:
    at: Where
    moment: MomentRule
    kind: Literal["wait until"] = "wait until"


@dataclass(frozen=True, slots=True)
class EventBranch:
    events: tuple[str, ...]
    where: Expr | None
    name: str | None
    steps: tuple[Step, ...]
    line: int
    kind: Literal["event branch"] = "event branch"


@dataclass(frozen=True, slots=True)
class UntilBranch:
    condition: Expr
    steps: tuple[Step, ...]
    line: int
    kind: Literal["until branch"] = "until branch"


@dataclass(frozen=True, slots=True)
class WaitUpTo:
    """``duration`` is a window; ``name`` is the run variable with ``happened``."""

    at: Where
    duration: Expr
    branches: tuple[Annotated[EventBranch | UntilBranch, Tagged("kind")], ...]
    otherwise: tuple[Step, ...]
    name: str | None
    kind: Literal["wait up to"] = "wait up to"


@dataclass(frozen=True, slots=True)
class Arm:
    condition: Expr
    steps: tuple[Step, ...]
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class If:
    at: Where
    arms: tuple[Arm, ...]
    otherwise: tuple[Step, ...]
    kind: Literal["if"] = "if"


@dataclass(frozen=True, slots=True)
class Case:
    values: tuple[Expr, ...]
    steps: tuple[Step, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Choose:
    at: Where
    subject: Expr
    cases: tuple[Case, ...]
    otherwise: tuple[Step, ...]
    kind: Literal["choose"] = "choose"


@dataclass(frozen=True, slots=True)
class Repeat:
    at: Where
    times: int
    until: Expr | None
    steps: tuple[Step, ...]
    kind: Literal["repeat"] = "repeat"


@dataclass(frozen=True, slots=True)
class ForEach:
    """``item`` is the run variable of each round."""

    at: Where
    item: str
    items: Expr
    steps: tuple[Step, ...]
    kind: Literal["for each"] = "for each"


@dataclass(frozen=True, slots=True)
class SetField:
    at: Where
    field: tuple[str, ...]
    value: Expr
    kind: Literal["set"] = "set"


@dataclass(frozen=True, slots=True)
class ClearField:
    at: Where
    field: tuple[str, ...]
    kind: Literal["clear"] = "clear"


@dataclass(frozen=True, slots=True)
class AddTo:
    """To a profile field, or with ``score`` to the score of that name (``field`` is then its name alone)."""

    at: Where
    field: tuple[str, ...]
    amount: Expr
    score: bool
    kind: Literal["add"] = "add"


@dataclass(frozen=True, slots=True)
class Consent:
    """``channels`` are those of the topic, or the one named."""

    at: Where
    subscribe: bool
    topic: str
    channels: tuple[str, ...]
    kind: Literal["consent"] = "consent"


@dataclass(frozen=True, slots=True)
class Membership:
    at: Where
    join: bool
    segment: str
    kind: Literal["membership"] = "membership"


@dataclass(frozen=True, slots=True)
class RecordEvent:
    at: Where
    event: str
    values: tuple[Argument, ...]
    kind: Literal["record"] = "record"


@dataclass(frozen=True, slots=True)
class Do:
    """``action`` is ``plugin.action``."""

    at: Where
    action: str
    arguments: tuple[Argument, ...]
    name: str | None
    kind: Literal["do"] = "do"


@dataclass(frozen=True, slots=True)
class EnterFlow:
    """The person enters, or with ``segment`` everybody in that segment (only from a flow for the workspace)."""

    at: Where
    flow: str
    values: tuple[Argument, ...]
    segment: str | None = None
    kind: Literal["enter"] = "enter"


@dataclass(frozen=True, slots=True)
class Exit:
    at: Where
    reason: str
    kind: Literal["exit"] = "exit"


@dataclass(frozen=True, slots=True)
class Collect:
    """A digest: the events that come until ``duration`` is over, ``until`` is reached or there are ``limit`` of them."""

    at: Where
    events: tuple[str, ...]
    where: Expr | None
    limit: int | None
    duration: Expr | None
    until: MomentRule | None
    name: str
    kind: Literal["collect"] = "collect"


@dataclass(frozen=True, slots=True)
class Points:
    """``condition`` None: always."""

    points: int | float
    condition: Expr | None
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Path:
    name: str
    points: tuple[Points, ...]
    steps: tuple[Step, ...]
    line: int


@dataclass(frozen=True, slots=True)
class ChooseBest:
    at: Where
    name: str
    paths: tuple[Path, ...]
    otherwise: tuple[Step, ...]
    kind: Literal["choose best"] = "choose best"


@dataclass(frozen=True, slots=True)
class Share:
    """``share`` from 0 to 1."""

    share: float
    name: str
    steps: tuple[Step, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Measure:
    events: tuple[str, ...]
    within: Duration
    where: Expr | None
    line: int


@dataclass(frozen=True, slots=True)
class Decide:
    """``confidence`` from 0 to 1."""

    method: str
    confidence: float | None
    people: int | None
    within: Duration | None


@dataclass(frozen=True, slots=True)
class Split:
    """``allocator`` is a plugin's, None for fixed shares."""

    at: Where
    name: str
    allocator: Literal["bandit", "contextual bandit"] | None
    context: tuple[Expr, ...]
    arms: tuple[Share, ...]
    measure: Measure | None
    decide: Decide | None
    kind: Literal["split"] = "split"


@dataclass(frozen=True, slots=True)
class Branch:
    name: str | None
    steps: tuple[Step, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Together:
    at: Where
    branches: tuple[Branch, ...]
    kind: Literal["together"] = "together"


Step = Annotated[
    Send | WaitFor | WaitUntil | WaitUpTo | If | Choose | Repeat | ForEach | SetField | ClearField | AddTo
    | Consent | Membership | RecordEvent | Do | EnterFlow | Exit | Collect | ChooseBest | Split | Together,
    Tagged("kind"),
]
