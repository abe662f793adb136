"""Comments as they are printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from triggerfish.dsl.tree import Comment

TAB = 4
_ALLOWS = re.compile(r"#\s*allow\s+TF\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment with its ``#``; ``width`` is its indentation as written, in columns."""

    text: str
    own_line: bool
    place: tuple[int, int]
    width: int

    @property
    def line(self) -> int:
        """The line it stands on."""
        return self.place[0]

    @property
    def allows(self) -> bool:
        """Whether it allows a warning (``# allow TF612: because …``) of the very line it belongs to."""
        return _ALLOWS.match(self.text) is not None


def remark(comment: Comment, written: Sequence[str]) -> Remark:
    """What a comment looks like: as written, with a space behind the ``#`` where a word follows at once."""
    place = comment.span
    line = written[place.line - 1]
    text = line[place.column - 1 :].rstrip()
    if len(text) > 1 and text[1].isalnum():
        text = f"# {text[1:]}"
    return Remark(text, comment.own_line, (place.line, place.column), indentation(line[: place.column - 1]))


def indentation(margin: str) -> int:
    """How many columns a margin is wide; a tab leads to the next multiple of four."""
    width = 0
    for space in margin:
        width = (width // TAB + 1) * TAB if space == "\t" else 0 if space == "\f" else width + 1
    return width
