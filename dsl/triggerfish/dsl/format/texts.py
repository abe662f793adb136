"""Texts between quotation marks."""

from __future__ import annotations

from triggerfish.dsl.lines import lines
from triggerfish.dsl.tokens import text_value

LONG = '"""'
_ESCAPED = '"“”„‟\\'


def straight(source: str) -> str:
    """A text of one line between straight quotation marks. One that has them already stays as it is written."""
    if source.startswith(LONG) or (source.startswith('"') and source.endswith('"') and len(source) > 1):
        return source
    value = text_value(source)
    written = []
    for index, character in enumerate(value):
        after = value[index + 1 : index + 2]
        if character == '"' or (character == "\\" and (not after or after in _ESCAPED)):
            written.append("\\")
        written.append(character)
    return f'"{"".join(written)}"'


def is_long(source: str) -> bool:
    """Whether a token is a text of several lines."""
    return source.startswith(LONG) and ("\n" in source or "\r" in source)


def reindented(source: str, indent: int) -> list[str]:
    """The lines of a text in three quotation marks, moved to an indentation without changing what it says.

    The first line belongs behind the word before; what all others share of indentation is no part of the text.
    """
    first, *rest = lines(source)
    body = [*rest[:-1], rest[-1][: -len(LONG)]]
    margin = min((len(line) - len(line.lstrip(" \t")) for line in body if line.strip(" \t")), default=0)
    moved = [" " * indent + line[margin:] if line.strip(" \t") else "" for line in body]
    moved[-1] = (moved[-1] or " " * indent) + LONG
    return [first if first[len(LONG) :].strip(" \t") else LONG, *moved]
