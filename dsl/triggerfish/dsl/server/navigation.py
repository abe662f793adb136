"""Where something is declared, and everywhere it is used."""

from __future__ import annotations

import posixpath

from lsprotocol import types as lsp

from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.findings import ToUri
from triggerfish.dsl.server.names import Symbol
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td


def definition(document: Document, position: lsp.Position, to_uri: ToUri) -> list[lsp.Location]:
    """Where what stands at a position is declared; for the path of a template the template."""
    line, column = document.text.place(position)
    target = _template_at(document, line, column)
    if target is not None:
        return [lsp.Location(to_uri(target), lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)))]
    found = []
    for one in document.at(line, column):
        index = document.state.index
        found += [other.span for other in index.by_symbol.get(one.symbol, ()) if other.definition]
    return _locations(found, document, to_uri)


def references(document: Document, position: lsp.Position, to_uri: ToUri, *, declaration: bool) -> list[lsp.Location]:
    """All places that mean what stands at a position."""
    found = [
        other.span
        for one in document.at(*document.text.place(position))
        for other in document.state.index.by_symbol.get(one.symbol, ())
        if declaration or not other.definition
    ]
    return _locations(found, document, to_uri)


def highlights(document: Document, position: lsp.Position) -> list[lsp.DocumentHighlight]:
    """All places in the same file that mean what stands at a position."""
    symbols: set[Symbol] = {one.symbol for one in document.at(*document.text.place(position))}
    found = {one.span: one for one in document.occurrences if one.symbol in symbols}
    return [
        lsp.DocumentHighlight(
            document.text.range(span), lsp.DocumentHighlightKind.Write if one.definition else lsp.DocumentHighlightKind.Read
        )
        for span, one in sorted(found.items())
    ]


def _locations(spans: list[Span], document: Document, to_uri: ToUri) -> list[lsp.Location]:
    real = sorted({document.state.real(span) for span in spans})
    return [lsp.Location(to_uri(span.file), document.other(span.file).text.range(span)) for span in real]


def _template_at(document: Document, line: int, column: int) -> str | None:
    placed = document.piece_at(line)
    for one in placed.piece.tree.declarations if placed is not None else ():
        if not isinstance(one, td.Message | td.Segment):
            continue
        texts = (
            [field.value for part in one.parts for field in part.fields if field.file]
            if isinstance(one, td.Message)
            else [one.file]
        )
        for text in texts:
            if text is None:
                continue
            span = document.state.real(text.span)
            if span.line <= line <= span.end_line and span.column <= column <= span.end_column:
                path = posixpath.normpath(posixpath.join(posixpath.dirname(document.path), text.value))
                return path if path in document.state.texts else None
    return None
