"""Files cut into pieces that are read each for itself, so that a keystroke costs one declaration and not the project.

A piece begins at a line that can only begin a declaration, or at the comments above it. It is read as a little file of
its own, whose path is that of the file, a NUL and a number: as long as its text stays the same, its tree stays the same
object, wherever the piece moves. ``Placed`` says where it stands now.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.parser import parse
from triggerfish.dsl.tokens import SCAN
from triggerfish.dsl.tree import File

MARK = "\0"
"""Stands between a file's path and the number of a piece; no path holds it."""

_BEGIN = re.compile(
    r"^(?:profile|event|topic|value|segment|score|model|message|content|policy|flow|test)\b(?![ \t]*[:,)\]])",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """``path`` is the piece's own; the lines of ``tree`` and ``problems`` count from its first line."""

    path: str
    text: str
    tree: File
    problems: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece and how many lines of its file stand above it."""

    piece: Piece
    above: int
    lines: int


class Pieces:
    """Reads files, and what has not changed in them only once."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._known: dict[str, tuple[str, tuple[Placed, ...]]] = {}

    def read(self, path: str, text: str) -> tuple[Placed, ...]:
        """The pieces of a file in order."""
        known = self._known.get(path)
        if known is not None and known[0] == text:
            return known[1]
        old: dict[str, list[Piece]] = {}
        for placed in reversed(known[1] if known is not None else ()):
            old.setdefault(placed.piece.text, []).append(placed.piece)
        found = []
        above = 0
        for part in cut(text):
            spare = old.get(part)
            lines = part.count("\n")
            found.append(Placed(spare.pop() if spare else self._parse(path, part), above, lines))
            above += lines
        self._known[path] = text, tuple(found)
        return tuple(found)

    def fork(self) -> Pieces:
        """The same knowledge, to be changed independently."""
        other = Pieces()
        other._numbers = self._numbers
        other._known = dict(self._known)
        return other

    def _parse(self, path: str, text: str) -> Piece:
        own = f"{path}{MARK}{next(self._numbers)}"
        tree, problems = parse(text, own)
        return Piece(own, text, tree, problems)


def cut(text: str) -> Iterator[str]:
    """The texts of the pieces; put together again they are the text, with every line break as ``\\n``."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    begin = 0
    for match in _BEGIN.finditer(text):
        end = _above_comments(text, match.start())
        if end <= begin or _in_long_text(text[begin:end]):
            continue
        yield text[begin:end]
        begin = end
    if begin < len(text):
        yield text[begin:]


def _above_comments(text: str, start: int) -> int:
    """Where the comment lines directly above a line begin."""
    while start:
        before = text.rfind("\n", 0, start - 1) + 1
        if not text[before:start].lstrip(" \t").startswith("#"):
            break
        start = before
    return start


def _in_long_text(text: str) -> bool:
    """Whether a text in three quotes begins here and does not end."""
    if '"""' not in text:
        return False
    return any(match.lastgroup == "endless" for match in SCAN.finditer(text))
