"""What comes into the machine."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

InputKind = Literal["event", "identify", "consent", "membership", "enter", "result"]


class Input(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened to a person.

    ``at`` is its own time in milliseconds since 1970 UTC, ``id`` a unique message id. By ``kind``:

    * ``event``: ``name`` is the event, ``fields`` its fields;
    * ``identify``: ``fields`` are profile fields to set (None clears one);
    * ``consent``: ``name`` is the topic, ``fields`` ``{"how": "subscribe" | "unsubscribe" | "confirm", "channel": …}``
      (no channel: every channel of the topic);
    * ``membership``: ``name`` is a by-hand segment, ``fields`` ``{"join": bool}``;
    * ``enter``: ``name`` is a flow, ``fields`` its parameters;
    * ``result``: what became of an action: ``name`` is the outbox key, ``fields`` ``{"ok": bool, "error": …, …}``.
    """

    kind: InputKind
    name: str
    at: int
    id: str
    fields: dict[str, Any]
