"""A sentence about a program, and where what it says is written."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """``depth`` counts the blocks the sentence is inside of; ``line`` is the line of ``file`` it puts into words.

    ``subject`` names the declaration: ``flow cart_recovery``, ``segment engaged``, ``policy``.
    """

    text: str
    file: str
    line: int
    depth: int = 0
    subject: str = ""
