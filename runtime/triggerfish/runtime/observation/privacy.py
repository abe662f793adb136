"""Keeping people out of logs: an id becomes a short digest, and texts lose what may be about somebody.

The digest is the same in every line and every process, so that what happened to one person can be followed. It is no secret: who
knows an id can work its digest out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from triggerfish.runtime.observation.remark import DETAIL, KEY, PERSON, REASON, Remark

HIDDEN = "…"
SHORTEST = 3
"""Texts shorter than this are not looked for: they stand in every sentence."""

# In this order: an address may stand between quotes, a number within an address.
_PATTERNS = (
    re.compile(r"[^\s<>\"'(),;:]+@[^\s<>\"'(),;:]+"),
    re.compile(r"\b(?:https?|mailto|tel):\S+"),
    re.compile(r"'[^']*'|\"[^\"]*\""),  # names of fields stand between others
    re.compile(r"\+?\d(?:[\d\s().-]{4,})\d"),
)


def digest(person: str) -> str:
    """``#`` and ten hexadecimal digits for the id of a person."""
    return "#" + hashlib.blake2b(person.encode("utf-8", "surrogatepass"), digest_size=5).hexdigest()


def masked(remark: Remark) -> dict[str, object]:
    """The parts of a remark with what may be personal replaced."""
    return {name: _masked(name, value, remark.private) for name, value in remark.parts.items()}


def texts(value: Any) -> Iterator[str]:
    """Every text and number in what a message or an action is made of, the deep ones too."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def scrubbed(text: str, private: frozenset[str] = frozenset()) -> str:
    """A sentence without the private texts, and without addresses, links, quotations and long numbers."""
    for each in sorted(private, key=len, reverse=True):
        if len(each) >= SHORTEST:
            text = text.replace(each, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(HIDDEN, text)
    return text


def _masked(name: str, value: object, private: frozenset[str]) -> object:
    if not isinstance(value, str):
        return value
    if name == PERSON:
        return digest(value)
    if name == KEY:
        person, *rest = value.rsplit("/", 3)
        return "/".join((digest(person), *rest))
    if name == DETAIL:
        return ""
    return scrubbed(value, private) if name == REASON else value
