"""What a reader found, before it is held against the program."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from triggerfish.runtime.machine.inputs import InputKind

EVENT_LIMIT = 32 * 1024
"""The largest event, in bytes as it came."""

RAW_LIMIT = 32 * 1024
"""How much of refused text is kept, in characters."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing somebody says happened; nothing in it is checked yet.

    ``person`` is who it is about, ``anonymous`` a device or visitor that may be known as somebody. ``time`` is as given: a
    text, a number, or None. ``id`` is the sender's message id. ``place`` is where it stood (``events.csv:12``) and ``raw``
    how it looked, for the case that it must be refused. ``flat`` says that values are texts because the format has
    nothing else (CSV): an empty one is then unknown.
    """

    kind: InputKind
    name: Any
    person: Any
    time: Any
    id: Any
    fields: Any
    place: str
    raw: str
    anonymous: Any = None
    flat: bool = False


@dataclass(frozen=True, slots=True)
class Alias:
    """``previous`` turned out to be ``person``."""

    previous: str
    person: str
    time: Any = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What could not even be taken apart."""

    raw: str
    reason: str
    place: str


Found = Item | Alias | Unreadable


@dataclass(frozen=True, slots=True)
class Notes:
    """What is worth saying about an item that was taken: an unknown event, fields nobody declared, a time put right."""

    unknown_event: bool = False
    extra_fields: tuple[str, ...] = field(default=())
    future: bool = False
