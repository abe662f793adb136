"""Resolved, typed conditions and values.

Each node carries ``kind``, the tag under which it is stored as JSON. A comparison with an unknown is
false and ``negated`` is its exact opposite; the nodes only say what is asked, not how.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from triggerfish.dsl.ir.tagged import Tagged
from triggerfish.dsl.ir.types import TypeKind


@dataclass(frozen=True, slots=True)
class Duration:
    """Calendar parts and exact part apart: ``1 week`` is 7 days, ``1 year`` 12 months, ``2 hours`` milliseconds.

    As a window (``in last``, ``within``, ``up to``) a day is 24 hours; as a calendar step it keeps local time.
    """

    months: int = 0
    days: int = 0
    milliseconds: int = 0

    @property
    def span(self) -> tuple[int, int, int]:
        """The run-time value: ``(months, days, milliseconds)``."""
        return self.months, self.days, self.milliseconds


# --- values -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A run-time value (see ``ir.types.Type``) of a known type; durations as ``[months, days, milliseconds]``."""

    value: Any
    type: TypeKind
    kind: Literal["constant"] = "constant"


@dataclass(frozen=True, slots=True)
class LocalMoment:
    """``2026-12-24 9:00`` in the person's zone; a moment."""

    date: str
    hour: int
    minute: int
    kind: Literal["local moment"] = "local moment"


@dataclass(frozen=True, slots=True)
class ProfileField:
    """A field of the person, ``id``, ``email`` and the other built-in ones included."""

    path: tuple[str, ...]
    default: Any = None
    kind: Literal["profile"] = "profile"


@dataclass(frozen=True, slots=True)
class EventField:
    """A field of the event that is being looked at: in ``where``, ``worth``, ``with the same``, ``per``.

    An empty path is the moment of the event.
    """

    path: tuple[str, ...]
    kind: Literal["event"] = "event"


@dataclass(frozen=True, slots=True)
class Variable:
    """Something the run has caught: ``event`` (which started it), an ``as`` name, a ``with`` value, a loop's item.

    A send's name has ``sent opened clicked bounced failed replied`` (booleans) and ``channel``; a wait's has ``happened``
    and the fields of the event that came; an action's ``ok error`` and its result's fields.
    """

    name: str
    path: tuple[str, ...]
    kind: Literal["variable"] = "variable"


@dataclass(frozen=True, slots=True)
class Entered:
    """The moment this run began."""

    kind: Literal["entered"] = "entered"


@dataclass(frozen=True, slots=True)
class Now:
    kind: Literal["now"] = "now"


@dataclass(frozen=True, slots=True)
class ValueOf:
    """A ``value`` declaration, by name, so that runs of older versions use the newest."""

    name: str
    kind: Literal["value"] = "value"


@dataclass(frozen=True, slots=True)
class ScoreOf:
    name: str
    kind: Literal["score"] = "score"


@dataclass(frozen=True, slots=True)
class LevelOf:
    """``NAME.level`` of a score: a text, unknown below the lowest level."""

    name: str
    kind: Literal["level"] = "level"


@dataclass(frozen=True, slots=True)
class ModelOf:
    """``NAME`` or ``NAME.confidence`` of a model: unknown until trained."""

    name: str
    part: Literal["prediction", "confidence"] = "prediction"
    kind: Literal["model"] = "model"


@dataclass(frozen=True, slots=True)
class MomentOf:
    """A date taken as the moment its day begins in the person's zone; put in where the two are mixed."""

    date: Expr
    kind: Literal["moment of"] = "moment of"


@dataclass(frozen=True, slots=True)
class DateOf:
    """The day of a moment in the person's zone; put in where a moment is given for a date."""

    moment: Expr
    kind: Literal["date of"] = "date of"


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Expr
    kind: Literal["negate"] = "negate"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``left_type`` and ``right_type`` choose the meaning.

    number times number (``+ - * /``); date or datetime ``+ -`` duration (a calendar step); duration ``+ -`` duration;
    number ``*`` duration either way, duration ``/`` number; datetime ``-`` datetime gives a duration in milliseconds.
    """

    operator: Literal["+", "-", "*", "/"]
    left: Expr
    right: Expr
    left_type: TypeKind
    right_type: TypeKind
    kind: Literal["arithmetic"] = "arithmetic"


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Expr, ...]
    kind: Literal["call"] = "call"


@dataclass(frozen=True, slots=True)
class Template:
    """A text with ``{{ }}``; ``names`` are the paths it uses, dotted (``event.items``, ``first_name``)."""

    source: str
    names: tuple[str, ...]
    kind: Literal["template"] = "template"


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Expr, ...]
    kind: Literal["list"] = "list"


# --- history ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InLast:
    duration: Duration
    kind: Literal["in last"] = "in last"


@dataclass(frozen=True, slots=True)
class Ever:
    kind: Literal["ever"] = "ever"


@dataclass(frozen=True, slots=True)
class Since:
    """Strictly after a moment."""

    moment: Expr
    kind: Literal["since"] = "since"


Window = Annotated[InLast | Ever | Since, Tagged("kind")]


@dataclass(frozen=True, slots=True)
class Did:
    """``did event where … [at least N times] in window``; plain ``did`` is at least 1.

    In ``where``, ``EventField`` is a field of each event looked at.
    """

    event: str
    where: Expr | None
    comparison: Literal["at least", "at most", "exactly"]
    count: int
    window: Window
    negated: bool
    kind: Literal["did"] = "did"


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Over the known values of ``field`` (empty for ``count``); count and sum of nothing are 0, the rest unknown."""

    function: Literal["count", "sum", "average", "smallest", "largest"]
    event: str
    field: tuple[str, ...]
    where: Expr | None
    window: Window
    kind: Literal["aggregate"] = "aggregate"


@dataclass(frozen=True, slots=True)
class Pick:
    """A field of the first or last such event; with an empty path, its moment."""

    which: Literal["first", "last"]
    event: str
    field: tuple[str, ...]
    where: Expr | None
    kind: Literal["pick"] = "pick"


@dataclass(frozen=True, slots=True)
class TimeSince:
    """The duration from a moment to now."""

    moment: Expr
    kind: Literal["time since"] = "time since"


# --- conditions -----------------------------------------------------------------------------------

Operator = Literal["is", "<", "<=", ">", ">=", "contains", "starts with", "ends with", "like"]


@dataclass(frozen=True, slots=True)
class Compare:
    """``type`` is the common kind of both sides; for ``contains`` the kind of the left one (``list`` or a text)."""

    operator: Operator
    left: Expr
    right: Expr
    negated: bool
    type: TypeKind
    kind: Literal["compare"] = "compare"


@dataclass(frozen=True, slots=True)
class Between:
    value: Expr
    low: Expr
    high: Expr
    negated: bool
    type: TypeKind
    kind: Literal["between"] = "between"


@dataclass(frozen=True, slots=True)
class OneOf:
    """``options`` is a ``ListOf``, a list ``Constant`` or any list-valued expression."""

    value: Expr
    options: Expr
    negated: bool
    kind: Literal["one of"] = "one of"


@dataclass(frozen=True, slots=True)
class Known:
    value: Expr
    negated: bool
    kind: Literal["known"] = "known"


@dataclass(frozen=True, slots=True)
class Within:
    """``type`` is ``datetime`` (a moment) or ``date`` (whole local days, today and the last one included)."""

    value: Expr
    direction: Literal["last", "next"]
    duration: Duration
    negated: bool
    type: Literal["date", "datetime"]
    kind: Literal["within"] = "within"


@dataclass(frozen=True, slots=True)
class InSegment:
    segment: str
    negated: bool
    kind: Literal["in segment"] = "in segment"


@dataclass(frozen=True, slots=True)
class InFlow:
    flow: str
    negated: bool
    kind: Literal["in flow"] = "in flow"


@dataclass(frozen=True, slots=True)
class Subscribed:
    """On the channel, or with None on any channel the topic is for."""

    topic: str
    channel: str | None
    kind: Literal["subscribed"] = "subscribed"


@dataclass(frozen=True, slots=True)
class Reachable:
    channel: str
    kind: Literal["reachable"] = "reachable"


@dataclass(frozen=True, slots=True)
class Truth:
    """A boolean value standing as a condition; unknown counts as false."""

    value: Expr
    kind: Literal["truth"] = "truth"


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expr
    kind: Literal["not"] = "not"


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expr, ...]
    kind: Literal["and"] = "and"


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expr, ...]
    kind: Literal["or"] = "or"


@dataclass(frozen=True, slots=True)
class Located:
    """Says where a single condition (one that is no ``and``, ``or`` or ``not``) was written and how it reads."""

    condition: Expr
    text: str
    file: str
    line: int
    kind: Literal["located"] = "located"


Expr = Annotated[
    Constant | LocalMoment | ProfileField | EventField | Variable | Entered | Now | ValueOf | ScoreOf | LevelOf
    | ModelOf | MomentOf | DateOf | Negate | Arithmetic | Call | Template | ListOf | Did | Aggregate | Pick | TimeSince
    | Compare | Between | OneOf | Known | Within | InSegment | InFlow | Subscribed | Reachable | Truth
    | Not | And | Or | Located,
    Tagged("kind"),
]
