"""What goes round inside the machine at one moment: inputs and what steps cause."""

from __future__ import annotations

from typing import Any

import msgspec


class Happened(msgspec.Struct, frozen=True, gc=False):
    """An event: from outside, recorded by a step, or one of the runtime's own. ``at`` is the event's own time."""

    name: str
    fields: dict[str, Any]
    at: int
    id: str


class FieldChanged(msgspec.Struct, frozen=True, gc=False):
    """A profile field got another value (None: no value)."""

    field: str
    before: Any
    after: Any


class ConsentChanged(msgspec.Struct, frozen=True, gc=False):
    """``how`` is ``subscribes``, ``unsubscribes`` or ``confirms``; only the channels where it changed something are signalled.

    What is said of several channels of a topic at once is one statement, and lets into a flow once.
    """

    topic: str
    channels: tuple[str, ...]
    how: str


class MembershipChanged(msgspec.Struct, frozen=True, gc=False):
    """The person came into or left a segment."""

    segment: str
    entered: bool


class Turned(msgspec.Struct, frozen=True, gc=False):
    """Time alone may have changed these segments and scores."""

    segments: tuple[str, ...]


class FlowLeft(msgspec.Struct, frozen=True, gc=False):
    """A run began or ended: conditions on ``in flow`` and waiting doors look again."""

    flow: str


class EnterFlow(msgspec.Struct, frozen=True, gc=False):
    """``enter flow`` or an entry by hand."""

    flow: str
    fields: dict[str, Any]
    id: str


Signal = Happened | FieldChanged | ConsentChanged | MembershipChanged | Turned | FlowLeft | EnterFlow
