"""``test`` blocks, resolved. They are no part of a deployed program.

Every line carries ``line`` and ``text`` (as written, single-spaced). Values are expressions of the program; records in
event arguments are plain values inside a ``Constant``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from triggerfish.dsl.ir.expressions import Duration, Expr


@dataclass(frozen=True, slots=True)
class GivenField:
    """``target`` says what ``name`` is: a profile field, a score, a model, ``holdout`` or a split."""

    name: str
    target: Literal["field", "score", "model", "holdout", "split"]
    value: Any
    line: int
    text: str
    kind: Literal["given"] = "given"


@dataclass(frozen=True, slots=True)
class GivenConsent:
    subscribed: bool
    topic: str
    channels: tuple[str, ...]
    line: int
    text: str
    kind: Literal["given consent"] = "given consent"


@dataclass(frozen=True, slots=True)
class GivenSegment:
    segment: str
    line: int
    text: str
    kind: Literal["given segment"] = "given segment"


@dataclass(frozen=True, slots=True)
class GivenEvent:
    event: str
    ago: Duration
    values: dict[str, Any]
    line: int
    text: str
    kind: Literal["given event"] = "given event"


@dataclass(frozen=True, slots=True)
class GivenAction:
    action: str
    fails: bool
    values: dict[str, Any]
    line: int
    text: str
    kind: Literal["given action"] = "given action"


@dataclass(frozen=True, slots=True)
class At:
    """``clock`` in minutes after local midnight; ``date`` ISO or None for the current day (the next, if passed)."""

    date: str | None
    clock: int
    line: int
    text: str
    kind: Literal["at"] = "at"


@dataclass(frozen=True, slots=True)
class After:
    duration: Duration
    line: int
    text: str
    kind: Literal["after"] = "after"


@dataclass(frozen=True, slots=True)
class SetValue:
    field: tuple[str, ...]
    value: Any
    line: int
    text: str
    kind: Literal["set"] = "set"


@dataclass(frozen=True, slots=True)
class Happens:
    event: str
    values: dict[str, Any]
    line: int
    text: str
    kind: Literal["happens"] = "happens"


@dataclass(frozen=True, slots=True)
class StatesConsent:
    """``channel`` None: all channels of the topic."""

    how: Literal["subscribe", "unsubscribe", "confirm"]
    topic: str
    channel: str | None
    line: int
    text: str
    kind: Literal["states consent"] = "states consent"


@dataclass(frozen=True, slots=True)
class Enters:
    flow: str
    values: dict[str, Any]
    line: int
    text: str
    kind: Literal["enters"] = "enters"


@dataclass(frozen=True, slots=True)
class ExpectSend:
    """``count`` None: at least one; ``at`` as in ``At``."""

    count: int | None
    channel: str | None
    message: str | None
    date: str | None
    clock: int | None
    field: str | None
    containing: str | None
    line: int
    text: str
    kind: Literal["expect send"] = "expect send"


@dataclass(frozen=True, slots=True)
class ExpectFlow:
    inside: bool
    flow: str
    line: int
    text: str
    kind: Literal["expect flow"] = "expect flow"


@dataclass(frozen=True, slots=True)
class ExpectExit:
    flow: str
    reason: str | None
    line: int
    text: str
    kind: Literal["expect exit"] = "expect exit"


@dataclass(frozen=True, slots=True)
class ExpectEvent:
    negated: bool
    event: str
    line: int
    text: str
    kind: Literal["expect event"] = "expect event"


@dataclass(frozen=True, slots=True)
class ExpectAction:
    negated: bool
    action: str
    values: dict[str, Any]
    line: int
    text: str
    kind: Literal["expect action"] = "expect action"


@dataclass(frozen=True, slots=True)
class ExpectCondition:
    condition: Expr
    line: int
    text: str
    kind: Literal["expect"] = "expect"


TestLine = (
    GivenField | GivenConsent | GivenSegment | GivenEvent | GivenAction | At | After | SetValue | Happens | StatesConsent | Enters
    | ExpectSend | ExpectFlow | ExpectExit | ExpectEvent | ExpectAction | ExpectCondition
)


@dataclass(frozen=True, slots=True)
class Test:
    """``flows`` are the flows that run; empty means all."""

    __test__ = False

    name: str
    file: str
    line: int
    flows: tuple[str, ...]
    lines: tuple[TestLine, ...]
