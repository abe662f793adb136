"""Another name for something, in every file, without changing what the project means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lsprotocol import types as lsp

from triggerfish.dsl.check.names import RESERVED as TAKEN
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.findings import ToUri
from triggerfish.dsl.server.names import RENAMED, Symbol
from triggerfish.dsl.server.project import Project, State
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import RESERVED

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class RenameRefusedError(Exception):
    """The name cannot be changed in that way; the message says why."""


@dataclass(frozen=True, slots=True)
class Change:
    """Replace what stands at ``span`` by ``text``."""

    span: Span
    text: str


def prepare(document: Document, position: lsp.Position) -> tuple[Span, Symbol] | None:
    """The name at a position, if it is one that the project gives."""
    for one in document.at(*document.text.place(position)):
        if one.symbol.kind in RENAMED and _declared(document.state, one.symbol):
            return one.span, one.symbol
    return None


def rename(document: Document, position: lsp.Position, new: str, project: Project, to_uri: ToUri) -> lsp.WorkspaceEdit:
    """The edits that give what stands at a position another name. Raises ``RenameRefusedError``."""
    found = prepare(document, position)
    if found is None:
        raise RenameRefusedError("What stands here has no name of its own that could be changed.")
    changes = renaming(project, document.state, found[1], new)
    by_file: dict[str, list[lsp.TextEdit]] = {}
    for change in changes:
        text = document.other(change.span.file).text
        by_file.setdefault(to_uri(change.span.file), []).append(lsp.TextEdit(text.range(change.span), change.text))
    return lsp.WorkspaceEdit(changes=by_file)


def renaming(project: Project, state: State, symbol: Symbol, new: str) -> list[Change]:
    """The changes, real places in order; the changed project is checked before they are handed out."""
    _check_name(new)
    if new == symbol.word:
        return []
    symbols = state.index.together([symbol])
    if not all(one.kind in RENAMED and _declared(state, one) for one in symbols):
        other = next(one for one in symbols if one.kind not in RENAMED or not _declared(state, one))
        raise RenameRefusedError(f"The same word also stands for {other.word} of {other.owner or 'the language'} somewhere.")
    spans = {state.real(one.span) for each in symbols for one in state.index.by_symbol.get(each, ())}
    changes = [Change(span, new) for span in sorted(spans)]
    changes += list(_wire_names(state, symbols))
    _verify(project, state, symbols, new, changes)
    return changes


def _check_name(new: str) -> None:
    if not _NAME.fullmatch(new):
        raise RenameRefusedError(f"“{new}” cannot be a name: names are small letters, digits and _, such as first_name.")
    if new in RESERVED:
        raise RenameRefusedError(f"“{new}” is a word of the language and cannot be a name.")
    if new in TAKEN:
        raise RenameRefusedError(f"“{new}” already stands for {TAKEN[new]}.")


def _declared(state: State, symbol: Symbol) -> bool:
    return any(one.definition for one in state.index.by_symbol.get(symbol, ()))


def _wire_names(state: State, symbols: Iterable[Symbol]) -> Iterable[Change]:
    """Programs that send an event go on calling it by its old name: that becomes its name on the wire."""
    for symbol in symbols:
        event = state.declared.events.get(symbol.name) if symbol.kind == "event" else None
        if event is not None and event.wire is None:
            span = state.real(event.name.span)
            end = Span(span.file, span.end_line, span.end_column, span.end_line, span.end_column)
            yield Change(end, f' "{symbol.name}"')


# --- would it be the same project? ---------------------------------------------------------------------


def _verify(project: Project, state: State, symbols: set[Symbol], new: str, changes: list[Change]) -> None:
    texts = applied(state, changes)
    after = project.changed(texts)
    before = Counter(one.code for one in state.found if one.severity == "error")
    for one in after.found:
        if one.severity == "error":
            before[one.code] -= 1
            if before[one.code] < 0:
                place = after.real(one.span)
                raise RenameRefusedError(f"With this name {place.file}, line {place.line} would be wrong: {one.message}.")
    renamed = Counter(_renamed(one.symbol, symbols, new) for one in state.index.all)
    if renamed != Counter(one.symbol for one in after.index.all):
        raise RenameRefusedError(f"“{new}” already stands for something else at one of these places.")


def _renamed(symbol: Symbol, symbols: set[Symbol], new: str) -> Symbol:
    if symbol in symbols:
        return Symbol(symbol.kind, _replaced(symbol.name, symbol.name.count("."), new), _owner(symbol, symbols, new))
    name = symbol.name
    for place in range(symbol.name.count(".")):
        above = Symbol(symbol.kind, ".".join(symbol.name.split(".")[: place + 1]), symbol.owner)
        if above in symbols:
            name = _replaced(name, place, new)
    return Symbol(symbol.kind, name, _owner(symbol, symbols, new))


def _owner(symbol: Symbol, symbols: set[Symbol], new: str) -> str:
    kinds = {
        "event field": ("event",), "level": ("score",), "variant": ("content",), "name": ("flow",), "branch": ("flow",),
        "parameter": ("flow",), "arm": ("split",), "given": ("message",), "built-in": ("score", "model"),
        "path": ("name",),
    }.get(symbol.kind, ())  # fmt: skip
    return new if any(one.kind in kinds and one.name == symbol.owner for one in symbols) else symbol.owner


def _replaced(name: str, place: int, new: str) -> str:
    words = name.split(".")
    words[place] = new
    return ".".join(words)


def applied(state: State, changes: Iterable[Change]) -> dict[str, str]:
    """The texts of the files that change, after the change."""
    by_file: dict[str, list[Change]] = {}
    for change in changes:
        by_file.setdefault(change.span.file, []).append(change)
    texts = {}
    for path, found in by_file.items():
        lines = _kept_lines(state.texts[path])
        for change in sorted(found, key=lambda one: (one.span.line, one.span.column), reverse=True):
            line = lines[change.span.line - 1]
            lines[change.span.line - 1] = line[: change.span.column - 1] + change.text + line[change.span.end_column - 1 :]
        texts[path] = "".join(lines)
    return texts


def _kept_lines(text: str) -> list[str]:
    return re.findall(r"[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+\Z", text)

