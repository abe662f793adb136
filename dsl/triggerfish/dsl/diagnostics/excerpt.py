"""A line of source with a mark under some of it, both as wide as a terminal shows them."""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass

from triggerfish.dsl.span import Span

TAB = 4
MAX_WIDTH = 160


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``mark`` stands ``start`` columns to the right of the beginning of ``text``."""

    text: str
    start: int
    mark: str


def excerpt(span: Span, source: str | None) -> Excerpt | None:
    """The first line of ``span``, or None where ``source`` does not have it."""
    if source is None:
        return None
    lines = _lines(source)
    if not 1 <= span.line <= len(lines):
        return None
    line = lines[span.line - 1]
    end = span.end_column if span.end_line == span.line else len(line) + 1
    left_out = max(0, span.column - 1 - 2 * MAX_WIDTH)
    cells = _cells(line[left_out : left_out + 4 * MAX_WIDTH])
    first = min(max(span.column - 1 - left_out, 0), len(cells))
    last = min(max(end - 1 - left_out, first), len(cells))
    before, marked, after = cells[:first], cells[first:last], cells[last:]
    width = sum(_width(cell) for cell in before)
    under = max(1, sum(_width(cell) for cell in marked))
    if width + under > MAX_WIDTH:
        cut = 0
        while width > MAX_WIDTH // 2 and cut < len(before):
            width -= _width(before[cut])
            cut += 1
        if cut:
            before = ["…", *before[cut:]]
            width += 1
        marked = marked[: MAX_WIDTH - width]
        under = max(1, min(under, MAX_WIDTH - width))
    room = max(0, MAX_WIDTH - width - under)
    shown = "".join(before) + "".join(marked) + "".join(after[:room]) + ("…" if len(after) > room else "")
    return Excerpt(shown.rstrip(), width, "^" * under)


@functools.lru_cache(maxsize=8)
def _lines(source: str) -> list[str]:
    return re.split(r"\r\n|\n|\r", source)


def _cells(line: str) -> list[str]:
    """What is shown for each character: tabs become spaces, what cannot be shown a replacement."""
    cells = []
    width = 0
    for letter in line:
        if letter == "\t":
            cell = " " * (TAB - width % TAB)
        elif letter.isprintable() or unicodedata.category(letter) == "Zs":
            cell = letter
        elif unicodedata.category(letter) == "Cf":
            cell = ""
        else:
            cell = "\ufffd"
        cells.append(cell)
        width += _width(cell)
    return cells


def _width(cell: str) -> int:
    return sum(_letter_width(letter) for letter in cell)


def _letter_width(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1
