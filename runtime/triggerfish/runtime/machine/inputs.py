"""What comes into the machine."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

InputKind = Literal["event", "identify", "consent", "membership", "enter", "enter segment", "result", "suppress", "alias", "merge", "merged"]


class Input(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened to a person.

    ``at`` is its own time in milliseconds since 1970 UTC, ``id`` a unique message id. By ``kind``:

    * ``event``: ``name`` is the event, ``fields`` its fields;
    * ``identify``: ``fields`` are profile fields to set (None clears one);
    * ``consent``: ``name`` is the topic, ``fields`` ``{"how": "subscribe" | "unsubscribe" | "confirm", "channel": …}``
      (no channel: every channel of the topic);
    * ``membership``: ``name`` is a by-hand segment, ``fields`` ``{"join": bool}``;
    * ``enter``: ``name`` is a flow, ``fields`` its parameters;
    * ``enter segment``: ``name`` is a flow that whoever is in a segment now enters, ``fields`` ``{"segment": …, "with": parameters}``;
    * ``result``: what became of an action: ``name`` is the outbox key, ``fields`` ``{"ok": bool, "error": …, …}``;
    * ``suppress``: nothing may go to an address on the channel ``name`` any more; ``fields`` is ``{"address": …, "reason": …}``;
    * ``alias``: this profile and the profile ``name``, which goes on, are one person; with ``fields`` ``{"elder": True}`` the elder
      of the two goes on. The shell makes the two following of it, and the machine itself does nothing about it;
    * ``merge``: the profile ``name`` turned out to be this person; ``fields`` is its state, as ``carried`` gives it;
    * ``merged``: this profile is no more than another name of the profile ``name``.
    """

    kind: InputKind
    name: str
    at: int
    id: str
    fields: dict[str, Any]
