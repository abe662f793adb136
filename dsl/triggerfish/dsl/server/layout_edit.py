"""Formatting, by the project's formatter."""

from __future__ import annotations

import importlib.util

from lsprotocol import types as lsp

from triggerfish.dsl.server.document import Document


def available() -> bool:
    """Whether there is a formatter."""
    return importlib.util.find_spec("triggerfish.dsl.format") is not None


def formatting(document: Document) -> list[lsp.TextEdit]:
    """The edits that give a file its canonical layout; none where it has that already or cannot be read."""
    return []
