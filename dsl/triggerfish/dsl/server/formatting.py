"""The canonical layout of a file, by the project's formatter."""

from __future__ import annotations

import difflib

from lsprotocol import types as lsp

from triggerfish.dsl.format import UnfaithfulError, format_text
from triggerfish.dsl.server.document import Document


def formatting(document: Document) -> list[lsp.TextEdit]:
    """The lines that change; none where the layout is canonical already, the file cannot be read or is a template."""
    if not document.path.endswith(".flow"):
        return []
    before = document.state.texts.get(document.path, "")
    try:
        formatted = format_text(before, document.path)
    except UnfaithfulError:
        return []
    if not formatted.ok or formatted.text == before:
        return []
    if "\r" in before:
        whole = lsp.Range(lsp.Position(0, 0), document.text.position(len(document.text.lines) + 1, 1))
        return [lsp.TextEdit(whole, formatted.text)]
    old, new = _lines(before), _lines(formatted.text)
    edits = []
    for kind, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            place = lsp.Range(_line(first, old, document), _line(last, old, document))
            edits.append(lsp.TextEdit(place, "".join(new[start:end])))
    return edits


def _line(number: int, lines: list[str], document: Document) -> lsp.Position:
    """The beginning of a line, or the end of the text behind the last."""
    if number < len(lines) or (lines and lines[-1].endswith("\n")):
        return lsp.Position(number, 0)
    return document.text.position(len(document.text.lines), len(document.text.lines[-1]) + 1)


def _lines(text: str) -> list[str]:
    """Lines with their ends; only line breaks end a line, whatever else Unicode knows."""
    found = [f"{line}\n" for line in text.split("\n")]
    found[-1] = found[-1][:-1]
    return found if found[-1] else found[:-1]
