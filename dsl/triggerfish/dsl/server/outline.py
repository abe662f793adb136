"""The outline of a file: its declarations and what they consist of; and names in the whole project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lsprotocol import types as lsp

from triggerfish.dsl import tree
from triggerfish.dsl.check.declare import blocks
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.findings import ToUri
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.tests import Test

_KINDS = {
    td.Profile: lsp.SymbolKind.Object, td.Event: lsp.SymbolKind.Event, td.Topic: lsp.SymbolKind.Namespace,
    td.Value: lsp.SymbolKind.Variable, td.Segment: lsp.SymbolKind.Class, td.Score: lsp.SymbolKind.Number,
    td.Model: lsp.SymbolKind.Number, td.Message: lsp.SymbolKind.String, td.Content: lsp.SymbolKind.String,
    td.Policy: lsp.SymbolKind.Module, tf.Flow: lsp.SymbolKind.Function, Test: lsp.SymbolKind.Boolean,
}  # fmt: skip


def outline(document: Document) -> list[lsp.DocumentSymbol]:
    """The declarations of a file in order, with their parts inside."""
    return [
        _declaration(one, document)
        for placed in document.state.placed.get(document.path, ())
        for one in placed.piece.tree.declarations
    ]


def search(document: Document, query: str, to_uri: ToUri) -> list[lsp.WorkspaceSymbol]:
    """All declarations of the project whose name holds the letters asked for, in their order."""
    found = []
    for one in document.state.declarations():
        name, detail, place = _heading(one)
        if _fits(query.casefold(), name.casefold()):
            span = document.state.real(place)
            location = lsp.Location(to_uri(span.file), document.other(span.file).text.range(span))
            found.append(lsp.WorkspaceSymbol(location, name, _KINDS[type(one)], container_name=detail or None))
    return found


def _fits(query: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in query)


def _heading(one: tree.Declaration) -> tuple[str, str, Span]:
    """A declaration's name, what is said of it, and where its name stands."""
    kind = type(one).__name__.lower()
    if isinstance(one, Test):
        return one.title.value, kind, one.title.span
    if isinstance(one, td.Profile | td.Policy):
        start = one.span
        return kind, "", Span(start.file, start.line, start.column, start.line, start.column + len(kind))
    label = one.wire if isinstance(one, td.Event) else getattr(one, "label", None)
    return one.name.text, f"{kind} “{label.value}”" if label is not None else kind, one.name.span


def _declaration(one: tree.Declaration, document: Document) -> lsp.DocumentSymbol:
    name, detail, place = _heading(one)
    return _symbol(name, _KINDS[type(one)], one.span, place, document, detail, list(_parts(one, document)))


def _symbol(
    name: str,
    kind: lsp.SymbolKind,
    span: Span,
    place: Span,
    document: Document,
    detail: str = "",
    children: Sequence[lsp.DocumentSymbol] = (),
) -> lsp.DocumentSymbol:
    real, named = document.state.real(span), document.state.real(place)
    return lsp.DocumentSymbol(
        name=name or "?",
        kind=kind,
        range=document.text.range(real),
        selection_range=document.text.range(named),
        detail=detail or None,
        children=list(children),
    )


def _parts(one: tree.Declaration, document: Document) -> Iterator[lsp.DocumentSymbol]:
    match one:
        case td.Profile() | td.Event():
            yield from _fields(one.fields, document)
        case td.Message():
            for part in one.parts:
                language = f" in “{part.language.value}”" if part.language is not None else ""
                yield _symbol(part.channel.text + language, lsp.SymbolKind.Field, part.span, part.channel.span, document)
        case td.Score():
            for level in one.levels:
                yield _word(level.name, lsp.SymbolKind.EnumMember, level.span, document)
        case td.Content():
            for variant in one.variants:
                yield _word(variant.name, lsp.SymbolKind.EnumMember, variant.span, document)
        case tf.Flow():
            yield from _steps(one.steps, document)
        case _:
            return


def _fields(fields: Iterable[td.Field], document: Document) -> Iterator[lsp.DocumentSymbol]:
    for field in fields:
        inside = list(_fields(field.fields, document))
        yield _symbol(
            field.name.text, lsp.SymbolKind.Field, field.span, field.name.span, document, field.type.name, inside
        )


def _steps(steps: Iterable[ts.Step], document: Document) -> Iterator[lsp.DocumentSymbol]:
    for step in steps:
        inside = [symbol for block in blocks(step) for symbol in _steps(block, document)]
        first = document.state.real(step.span)
        line = document.text.lines[first.line - 1]
        text = " ".join(line.partition(" #")[0].split())
        head = Span(step.span.file, step.span.line, step.span.column, step.span.line, len(line.rstrip()) + 1)
        if isinstance(step, ts.Send | ts.Do | ts.EnterFlow):
            yield _symbol(text, lsp.SymbolKind.Method, step.span, head, document, "", inside)
        elif inside:
            yield _symbol(text, lsp.SymbolKind.Struct, step.span, head, document, "", inside)


def _word(word: tx.Word, kind: lsp.SymbolKind, span: Span, document: Document) -> lsp.DocumentSymbol:
    return _symbol(word.text, kind, span, word.span, document)
