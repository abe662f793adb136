"""What goes round inside the machine at one moment: inputs and what steps cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: from outside, recorded by a step, or one of the runtime's own. ``at`` is the event's own time."""

    name: str
    fields: dict[str, Any]
    at: int
    id: str


@dataclass(frozen=True, slots=True)
class FieldChanged:
    """A profile field got another value (None: no value)."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """``how`` is ``subscribes``, ``unsubscribes`` or ``confirms``; only real changes are signalled."""

    topic: str
    channel: str
    how: str


@dataclass(frozen=True, slots=True)
class MembershipChanged:
    """The person came into or left a segment."""

    segment: str
    entered: bool


@dataclass(frozen=True, slots=True)
class Turned:
    """Time alone may have changed these segments and scores."""

    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlowLeft:
    """A run began or ended: conditions on ``in flow`` and waiting doors look again."""

    flow: str


@dataclass(frozen=True, slots=True)
class EnterFlow:
    """``enter flow`` or an entry by hand."""

    flow: str
    fields: dict[str, Any]
    id: str


Signal = Happened | FieldChanged | ConsentChanged | MembershipChanged | Turned | FlowLeft | EnterFlow
