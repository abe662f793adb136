"""What stands at the left margin of a ``.flow`` file, but for flows and tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.expressions import Clock, Duration, Expression, Literals, Selector, Text, Word
from triggerfish.dsl.tree.steps import Measure, Points


@dataclass(frozen=True, slots=True)
class TypeName:
    """``text``, ``list of text``, ``one of "a", "b"``.

    ``name`` is the type's word: ``text number boolean date datetime duration timezone email phone url list``,
    ``one of``, or ``record`` where no type was written and a block of fields follows. ``item`` belongs to
    ``list``, ``options`` to ``one of``.
    """

    name: str
    item: TypeName | None
    options: tuple[Literals, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a profile, an event or another field; ``fields`` is its indented block."""

    name: Word
    type: TypeName
    default: Expression | None
    sensitive: bool
    fields: tuple[Field, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Profile:
    fields: tuple[Field, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Event:
    name: Word
    wire: Text | None
    everyone: bool
    fields: tuple[Field, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class TopicClause:
    mode: Literal["presumed", "opt-in", "confirmed opt-in"]
    channels: tuple[Word, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Topic:
    name: Word
    label: Text | None
    clauses: tuple[TopicClause, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Value:
    name: Word
    value: Expression
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Segment:
    """``kind`` says how people come in: by ``conditions`` (joined by and), a ``list`` file, or by ``hand``."""

    name: Word
    label: Text | None
    kind: Literal["conditions", "list", "hand"]
    conditions: tuple[Expression, ...]
    file: Text | None
    doc: str
    span: Span


# --- score and model -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fade:
    """``fade 5% per month without activity``: ``per`` is one month here."""

    percent: int | float
    per: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class EventPoints:
    """``+15 product_viewed at most 3 per day where C``."""

    points: int | float
    event: Word
    limit: int | None
    period: Literal["hour", "day", "week", "month"] | None
    where: Expression | None
    span: Span


@dataclass(frozen=True, slots=True)
class WhilePoints:
    """``+100 while C``."""

    points: int | float
    condition: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Level:
    name: Word
    threshold: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class Score:
    name: Word
    label: Text | None
    start: int | float
    low: int | float | None
    high: int | float | None
    fade: Fade | None
    rules: tuple[EventPoints | WhilePoints, ...]
    levels: tuple[Level, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Prediction:
    """``predict no order_completed within 30 days``."""

    negated: bool
    events: Selector
    within: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class Model:
    """``using FAMILY with OPTION: VALUE``; ``options`` are name and literal."""

    name: Word
    label: Text | None
    prediction: Prediction
    only_if: Expression | None
    features: tuple[Expression, ...]
    family: Word
    options: tuple[tuple[Word, Expression], ...]
    retrain: Duration | None
    doc: str
    span: Span


# --- message and content ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PartField:
    """``subject "…"`` or ``body file "cart.mjml"``; the short form ``sms "…"`` has no name."""

    name: Word | None
    value: Text
    file: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Part:
    """What a message is on one channel, perhaps in one language (``email in "fr"``)."""

    channel: Word
    language: Text | None
    fields: tuple[PartField, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Message:
    name: Word
    label: Text | None
    parts: tuple[Part, ...]
    doc: str
    span: Span


@dataclass(frozen=True, slots=True)
class Variant:
    """A conditional (``if``), scored (``points``) or split (``percent``) variant of a content."""

    name: Word
    text: Text
    condition: Expression | None
    points: tuple[Points, ...]
    percent: int | float | None
    span: Span


@dataclass(frozen=True, slots=True)
class Content:
    name: Word
    split: bool
    variants: tuple[Variant, ...]
    otherwise: Text | None
    measure: Measure | None
    doc: str
    span: Span


# --- policy ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PolicyTimezone:
    zone: Text
    span: Span


@dataclass(frozen=True, slots=True)
class QuietHours:
    """``quiet hours 21:00 to 8:00 for sms, push``; no channels means every channel."""

    start: Clock
    end: Clock
    channels: tuple[Word, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class CapTerm:
    """``1 email per day``, ``2 messages in any 24 hours``: exactly one of ``period`` and ``rolling`` is set.

    ``what`` is the word as written, singular or plural.
    """

    count: int
    what: Word
    period: Literal["day", "week", "month"] | None
    rolling: Duration | None
    span: Span


@dataclass(frozen=True, slots=True)
class Cap:
    terms: tuple[CapTerm, ...]
    else_wait: bool
    span: Span


@dataclass(frozen=True, slots=True)
class NeverSend:
    segment: Word
    span: Span


@dataclass(frozen=True, slots=True)
class Sender:
    address: Text
    span: Span


@dataclass(frozen=True, slots=True)
class PostalAddress:
    address: Text
    span: Span


@dataclass(frozen=True, slots=True)
class Utm:
    """``utm source "newsletter", medium "email"``."""

    parameters: tuple[tuple[Word, Text], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class PolicyHoldout:
    percent: int | float
    span: Span


@dataclass(frozen=True, slots=True)
class ConversionWindow:
    duration: Duration
    span: Span


@dataclass(frozen=True, slots=True)
class Attribution:
    """``attribution last touch``: ``model`` is the words joined by one space."""

    model: str
    span: Span


PolicyLine = (
    PolicyTimezone | QuietHours | Cap | NeverSend | Sender | PostalAddress | Utm | PolicyHoldout
    | ConversionWindow | Attribution
)


@dataclass(frozen=True, slots=True)
class Policy:
    lines: tuple[PolicyLine, ...]
    doc: str
    span: Span


