"""Which kind of name belongs at the cursor, found out by putting one there and reading the declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triggerfish.dsl.parser import parse
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.finder import HERE, Asked

_ENDINGS = (
    "", " ever", ": 1", " is 1", " within 1 day", ' "x"', " in last 1 day", " happens", " and 1", " fails", " for x", " to 1",
    " at 9:00", " changes", " rises to 1", ' with x containing "x"', " 1 day ago",
)  # fmt: skip
"""What may be missing behind the name for its line to be whole; the first that makes it so is taken."""
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"?')


def ask(document: Document, line: int, above: str, written: str, path: str) -> Asked | None:
    """``written`` is the line up to the cursor, and ends with ``path``: names and dots typed so far."""
    base = written[: len(written) - len(path)]
    name = f"{path.rpartition('.')[0]}.{HERE}" if "." in path else HERE
    brackets = _open(base)
    placed = document.piece_at(line)
    rest = placed.piece.text.split("\n")[line - placed.above :] if placed is not None else []
    below = "".join(f"\n{text}" for text in rest)
    finder = document.state.index.finder()
    for follows in (below, ""):
        for ending in _endings(brackets):
            tree, _ = parse(above + base + name + ending + follows, document.path)
            for one in tree.declarations:
                finder.declaration(one)
            if finder.asked is not None:
                return finder.asked
        if not below.strip():
            break
    return None


def _endings(brackets: str) -> Iterator[str]:
    for ending in _ENDINGS:
        yield ending + brackets
    if brackets:
        for ending in _ENDINGS[1:]:
            yield brackets + ending


def _open(text: str) -> str:
    """The brackets that close what is open, innermost first."""
    closing: list[str] = []
    for character in _TEXT.sub("", text):
        if character in "([":
            closing.append(")" if character == "(" else "]")
        elif character in ")]" and closing:
            closing.pop()
    return "".join(reversed(closing))
