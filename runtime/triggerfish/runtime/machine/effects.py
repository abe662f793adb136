"""What comes out of the machine.

The shell writes all effects of an advance in the transaction that stores the new state.
They, inputs, signals and states hold plain values and never each other in a circle, so the garbage collector need not
look at them (``gc=False``): a batch makes tens of thousands.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from triggerfish.runtime.machine.inputs import Input

Slot = tuple[str, Literal["hour", "day", "week", "month", "year"], int]
"""A flow with ``release``, the kind of period, and the moment at which the period began."""


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One line of the journal.

    ``number`` counts a person's facts, so ``(person, number)`` is the same in every replay. ``kind`` is one of
    ``entered refused exited waiting resumed branch sent held suppressed done failed set recorded consent joined left
    goal noted moved brought merged error``. ``line`` is the line in the flow's file (0: none); ``data`` holds what the kind needs.
    """

    number: int
    at: int
    kind: str
    flow: str
    run: int
    step: str
    line: int
    data: dict[str, Any]


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """A message to send or an action to run: a row of the outbox.

    ``key`` is made from person, run, step and visit: the idempotency key. ``kind`` is ``send`` or ``action``;
    ``target`` is the channel or ``plugin.action``. For a send ``data`` is ``{"message", "address", "language", "topic",
    "transactional", "other"}`` (``other``: to somebody else; the address is then a text or ``{"template": source}``); for an action ``{"arguments": {name: value or {"template": source}}, "reply": bool}``, ``reply`` saying whether a
    run waits for the result. ``context`` is what the templates may name, and no more. ``urgency`` is 0 (batch) to 4 (immediate).
    """

    key: str
    kind: str
    target: str
    at: int
    flow: str
    step: str
    run: int
    urgency: int
    data: dict[str, Any]
    context: dict[str, Any]


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event the machine itself caused and has already dealt with; kept in the event log."""

    id: str
    name: str
    at: int
    fields: dict[str, Any]


class Advance(msgspec.Struct, frozen=True, gc=False):
    """The result of one advance: the new state, the effects, and the next moment something happens by itself.

    ``state`` is None when there is nothing to remember. ``released`` has one slot for each entry into a flow with ``release``.
    ``listening`` are the events for everyone that the person waits for from now on, None where nothing has changed;
    ``wide`` is what is caused for many people at once: the shell keeps it in the event log and hands it to each of them.
    """

    state: bytes | None
    facts: list[Fact]
    deliveries: list[Delivery]
    recorded: list[Recorded]
    due: int | None
    released: list[Slot] = msgspec.field(default_factory=list)
    listening: tuple[str, ...] | None = None
    wide: list[Input] = msgspec.field(default_factory=list)
