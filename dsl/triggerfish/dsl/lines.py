"""Lines of a text."""

from __future__ import annotations


def lines(text: str) -> list[str]:
    """The lines of a text, whatever system it was written on, without their ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
