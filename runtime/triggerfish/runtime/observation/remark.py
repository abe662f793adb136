"""A sentence that also knows what it is about, so that a log can give it a name and keep personal data out of it."""

from __future__ import annotations

import string
import traceback
from collections.abc import Iterable
from typing import Literal, Self

Level = Literal["debug", "info", "warning", "error"]

PERSON, KEY, REASON, DETAIL = "person", "key", "reason", "detail"
"""Parts that may hold personal data, by their names: the id of a person, the key of a delivery (which begins with one), a text
of a provider, and the text of an exception, of which nothing is known."""


class Remark(str):
    """As a text it is the whole sentence. ``parts`` fill the braces of ``template``; ``private`` are texts that concern a person.

    ``event`` is a name in snake case that stays the same whatever the sentence says. What goes wrong in the world is a
    ``warning``, a bug an ``error``.
    """

    __slots__ = ("event", "level", "parts", "private", "template")

    event: str
    level: Level
    template: str
    parts: dict[str, object]
    private: frozenset[str]

    def __new__(
        cls, event: str, template: str, *, level: Level = "warning", private: Iterable[str] = (), **parts: object
    ) -> Self:
        """The sentence is made at once."""
        made = super().__new__(cls, template.format(**parts))
        made.event, made.level, made.template, made.parts = event, level, template, parts
        made.private = frozenset(private)
        return made

    def names(self) -> set[str]:
        """The parts that the sentence names."""
        return {name for _, name, _, _ in string.Formatter().parse(self.template) if name}


def plain(sentence: str) -> Remark:
    """A sentence of which no more is known."""
    if isinstance(sentence, Remark):
        return sentence
    warning, _, rest = sentence.partition("warning: ")
    if not warning and rest:
        return Remark("warning", "warning: {reason}", reason=rest)
    return Remark("note", "{reason}", level="info", reason=sentence)


def parts_of(error: BaseException) -> dict[str, str]:
    """An exception as the parts ``error``, ``detail`` and ``place``, to be written one right behind the other."""
    text = " ".join(str(error).split())
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({frames[-1].name}, line {frames[-1].lineno})" if frames else ""
    return {"error": type(error).__name__, "detail": f": {text}" if text else "", "place": place}
