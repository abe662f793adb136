"""How wide text is, without asking a font: a table of advance widths, and wrapping by it.

The widths are those of Arial, Helvetica and Liberation Sans (which agree), in thousandths of the font size. Characters
outside the table are taken as wide as the widest usual ones of their kind, so that text is rather over- than
underestimated.
"""

from __future__ import annotations

import unicodedata

FONT = "Arial, Helvetica, 'Liberation Sans', sans-serif"

_REGULAR = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
    556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
    260, 334, 584,
)  # fmt: skip
_BOLD = (
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
    556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
    722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
    556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
    280, 389, 584,
)  # fmt: skip
_SIGNS = {"“": 500, "”": 500, "\u2018": 278, "\u2019": 278, "…": 1000, "\u2013": 556, "—": 1000, "•": 350, "€": 556}
_CAPITAL, _SMALL, _WIDE = 1000, 944, 1050
_FIRST, _LAST = 32, 126


def width(text: str, size: float, *, bold: bool = False) -> float:
    """How many pixels wide ``text`` is in a font of ``size`` pixels."""
    return sum(_advance(character, bold=bold) for character in text) * size / 1000


def _advance(character: str, *, bold: bool) -> int:
    code = ord(character)
    if _FIRST <= code <= _LAST:
        return (_BOLD if bold else _REGULAR)[code - _FIRST]
    if character in _SIGNS:
        return _SIGNS[character]
    if unicodedata.combining(character):
        return 0
    base = unicodedata.normalize("NFD", character)[0]
    if base != character:
        return _advance(base, bold=bold)
    if unicodedata.east_asian_width(character) in "WF" or code > 0xFFFF:
        return _WIDE
    return _CAPITAL if character.isupper() else _SMALL


def wrap(text: str, size: float, room: float, *, bold: bool = False, most: int = 100) -> tuple[str, ...]:
    """``text`` in lines of at most ``room`` pixels; words that are wider are broken; past ``most`` lines it ends in ``…``.

    Runs of white space count as one space; no text gives no line.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        joined = f"{line} {word}" if line else word
        if width(joined, size, bold=bold) <= room:
            line = joined
            continue
        if line:
            lines.append(line)
        *full, line = _broken(word, size, room, bold=bold)
        lines += full
    if line:
        lines.append(line)
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(lines[most - 1], size, room, bold=bold)]
    return tuple(lines)


def _broken(word: str, size: float, room: float, *, bold: bool) -> list[str]:
    parts = [""]
    for character in word:
        if parts[-1] and width(parts[-1] + character, size, bold=bold) > room:
            parts.append("")
        parts[-1] += character
    return parts


def _shortened(line: str, size: float, room: float, *, bold: bool) -> str:
    while line and width(line + "…", size, bold=bold) > room:
        line = line[:-1]
    return line.rstrip() + "…"


def exact(text: str) -> bool:
    """Whether the table knows every character of the text, so that ``width`` is no estimate."""
    return bool(text.strip()) and all(" " <= character <= "~" or character in _SIGNS for character in text)
