"""What may be written inside of quotation marks: names in templates, filters, files, and the options of a field."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from lsprotocol.types import CompletionItemKind as Icon

from triggerfish.dsl.server.describing import detail, documentation
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.names import Symbol
from triggerfish.dsl.server.proposals import Proposal
from triggerfish.dsl.server.scopes import Scope
from triggerfish.dsl.tokens import SCAN
from triggerfish.dsl.tree import declarations as td

_PATH = re.compile(r"[\w.]*\Z")
_TEXTS = frozenset({"text", "curly_text", "mixed_text", "unclosed", "long_text", "endless"})
_ASKED = re.compile(r"([a-z_][\w.]*)\s+(?:is|is\s+not|to|from|in\s*\(|not\s+in\s*\(|:)?\s*(?:\"[^\"]*\"\s*,\s*)*\Z")


def in_text(document: Document, line: int, column: int) -> list[Proposal] | None:
    """What may stand at a place inside of a text, or None outside of texts."""
    placed = document.piece_at(line)
    if placed is None:
        return None
    text = placed.piece.text
    lines = text.split("\n")
    offset = sum(len(one) + 1 for one in lines[: line - placed.above - 1]) + column - 1
    for match in SCAN.finditer(text):
        kind = match.lastgroup
        if kind is None or kind == "end" or match.start(kind) >= offset:
            return None
        if kind in _TEXTS and (offset < match.end(kind) or (kind in ("unclosed", "endless") and offset <= match.end(kind))):
            inside = text[match.start(kind) : offset]
            before = text[: match.start(kind)].rpartition("\n")[2]
            return list(_proposals(document, line, inside, before))
    return None


def _proposals(document: Document, line: int, inside: str, before: str) -> Iterator[Proposal]:
    output, tag = inside.rfind("{{"), inside.rfind("{%")
    start = max(output, tag)
    if start >= 0 and not re.search(r"[%}]\}", inside[start:]):
        yield from _template(document, line, inside[start + 2 :])
    elif before.rstrip().endswith("file") or before.rstrip().endswith("from"):
        yield from _files(document, inside[1:])
    else:
        yield from _options(document, line, before, inside[1:])


# --- templates -----------------------------------------------------------------------------------------


def _template(document: Document, line: int, written: str) -> Iterator[Proposal]:
    found = _PATH.search(written)
    path = found.group() if found is not None else ""
    if re.search(r"\|\s*\w*\Z", written):
        from triggerfish.dsl.template_sandbox import sandbox

        for name in sorted(sandbox(False).filters):
            yield Proposal(name, Icon.Function, "filter", typed=len(path))
        return
    state = document.state
    *above, word = path.split(".")
    for scope in _scopes(document, line):
        if above:
            symbols = state.index.resolver.members(tuple(above), scope)
        else:
            symbols = [Symbol("field", name) for name in state.declared.profile_names()]
            symbols += [caught.symbol for caught in (scope.variables or {}).values()]
            symbols += [Symbol("value", name) for name in state.declared.values]
            symbols += [Symbol("score", name) for name in state.declared.scores]
            symbols += [Symbol("built-in", "content")] if state.declared.contents else []
        for symbol in symbols:
            yield Proposal(
                symbol.word, Icon.Field, detail(symbol, state), documentation(symbol, state), typed=len(word), rank="1"
            )


def _scopes(document: Document, line: int) -> list[Scope]:
    """What is known at the places where a message is sent."""
    placed = document.piece_at(line)
    names = [
        one.name.text for one in (placed.piece.tree.declarations if placed is not None else ()) if isinstance(one, td.Message)
    ]
    return [scope for name in names for scope in document.state.index.sends.get(name, ())] or [Scope(template=True)]


# --- files and options ----------------------------------------------------------------------------------


def _files(document: Document, written: str) -> Iterator[Proposal]:
    folder = document.state.folder
    here = posixpath.dirname(document.path)
    inside = posixpath.dirname(written)
    place = folder / here / inside
    if not place.resolve().is_relative_to(folder):
        return
    try:
        entries = sorted(place.iterdir())
    except OSError:
        return
    for entry in entries:
        name = posixpath.join(inside, entry.name)
        if not entry.name.startswith(".") and entry.suffix not in (".flow", ".toml"):
            icon = Icon.Folder if entry.is_dir() else Icon.File
            yield Proposal(f"{name}/" if entry.is_dir() else name, icon, typed=len(written), rank="1")


def _options(document: Document, line: int, before: str, written: str) -> Iterator[Proposal]:
    """The options of the field that a text is compared with or given to."""
    found = _ASKED.search(before)
    if found is None:
        return
    path = tuple(found[1].split("."))
    column = before.rfind(found[1], 0, found.end(1)) + 1
    symbols = {one.symbol for one in document.at(line, column)} or {Symbol("field", ".".join(path))}
    declared = document.state.declared
    for symbol in symbols:
        own = tuple(symbol.name.split("."))
        fields = declared.profile if symbol.kind == "field" else declared.event_fields.get(symbol.owner, {})
        field = fields.get(own)
        for option in field.type.options if field is not None else ():
            value = getattr(option, "value", None)
            if isinstance(value, str):
                yield Proposal(value, Icon.EnumMember, typed=len(written), rank="1")
