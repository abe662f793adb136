"""The whole of what was declared, as one immutable value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from triggerfish.dsl.ir.expressions import Duration, Expr
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.steps import Measure, Points
from triggerfish.dsl.ir.tagged import Tagged
from triggerfish.dsl.ir.types import Field, Type

IR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Event:
    """``channel`` is set for the runtime's own events (``email_clicked``)."""

    name: str
    wire: str | None
    everyone: bool
    fields: tuple[Field, ...]
    channel: str | None = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Topic:
    """``channels`` maps each channel the topic is for to how consent comes about."""

    name: str
    label: str
    channels: dict[str, Literal["presumed", "opt-in", "confirmed opt-in"]]


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    value: Expr
    type: Type
    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Segment:
    """``members`` are the profile ids or e-mail addresses (lower case) of a ``list`` segment."""

    name: str
    label: str
    kind: Literal["conditions", "list", "hand"]
    condition: Expr | None
    members: tuple[str, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class EventPoints:
    points: int | float
    event: str
    limit: int | None
    period: Literal["hour", "day", "week", "month"] | None
    where: Expr | None
    line: int
    kind: Literal["event"] = "event"


@dataclass(frozen=True, slots=True)
class WhilePoints:
    points: int | float
    condition: Expr
    line: int
    kind: Literal["while"] = "while"


@dataclass(frozen=True, slots=True)
class Fade:
    """``share`` 0.05 is 5 % of the current value after each full ``per``."""

    share: float
    per: Duration


@dataclass(frozen=True, slots=True)
class Score:
    """``levels`` from the highest threshold down: ``(name, threshold)``."""

    name: str
    label: str
    start: int | float
    low: int | float | None
    high: int | float | None
    fade: Fade | None
    rules: tuple[Annotated[EventPoints | WhilePoints, Tagged("kind")], ...]
    levels: tuple[tuple[str, int | float], ...]
    line: int


@dataclass(frozen=True, slots=True)
class PartField:
    """``source`` is the template's text (files already read); ``file`` is where it came from, if from a file."""

    name: str
    source: str
    file: str | None
    line: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    channel: str
    language: str | None
    fields: tuple[PartField, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Message:
    name: str
    label: str
    parts: tuple[Part, ...]
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Variant:
    """``source`` is a template; ``names`` what it uses. A conditional variant has ``condition``, one of a split ``share``."""

    name: str
    source: str
    names: tuple[str, ...]
    condition: Expr | None
    points: tuple[Points, ...]
    share: float | None
    line: int


@dataclass(frozen=True, slots=True)
class Content:
    """``{{ content.NAME }}``: conditional variants first in order, then the highest score, then ``otherwise``."""

    name: str
    split: bool
    variants: tuple[Variant, ...]
    otherwise: Variant | None
    measure: Measure | None
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Model:
    """``features`` are ordinary conditions and values; ``options`` belong to the plugin's model family."""

    name: str
    label: str
    event: str
    where: Expr | None
    negated: bool
    within: Duration
    only_if: Expr | None
    features: tuple[Expr, ...]
    family: str
    options: dict[str, Any]
    retrain: Duration | None
    line: int


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes after local midnight; ``start`` counts, ``end`` does not. No channels means all."""

    start: int
    end: int
    channels: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Cap:
    """At most ``count`` on ``channel`` (None: all channels) per calendar ``period`` or ``rolling`` window."""

    count: int
    channel: str | None
    period: Literal["day", "week", "month"] | None
    rolling: Duration | None
    else_wait: bool
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Policy:
    """``never_send`` names suppression segments; ``holdout`` is a share from 0 to 1."""

    timezone: str = "UTC"
    quiet_hours: tuple[QuietHours, ...] = ()
    caps: tuple[Cap, ...] = ()
    never_send: tuple[str, ...] = ()
    sender: str | None = None
    postal_address: str | None = None
    utm: tuple[tuple[str, str], ...] = ()
    holdout: float = 0.0


@dataclass(frozen=True, slots=True)
class Source:
    """One ``.flow`` file as it was compiled."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Program:
    """``values`` and ``segments`` stand in an order in which each uses only earlier ones of its kind.

    ``addresses`` maps each channel to the profile field that holds a person's address on it.
    """

    profile: tuple[Field, ...] = ()
    events: tuple[Event, ...] = ()
    topics: tuple[Topic, ...] = ()
    values: tuple[Value, ...] = ()
    segments: tuple[Segment, ...] = ()
    scores: tuple[Score, ...] = ()
    messages: tuple[Message, ...] = ()
    contents: tuple[Content, ...] = ()
    models: tuple[Model, ...] = ()
    policy: Policy = Policy()
    flows: tuple[Flow, ...] = ()
    addresses: dict[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    ir_version: int = IR_VERSION
