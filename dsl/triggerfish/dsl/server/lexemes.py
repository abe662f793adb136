"""The words of a piece, for features that show or fold them."""

from __future__ import annotations

from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.scanner import Scan, scan
from triggerfish.dsl.server.pieces import Placed


def scanned(placed: Placed, path: str) -> Scan:
    """The words and comments of a piece; their lines count from its first."""
    language = grammar()
    return scan(placed.piece.text, path, language.words, language.phrases)
