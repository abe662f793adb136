"""Semantic tokens: what each word is, so that themes can colour names by what they stand for."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.lexemes import scanned
from triggerfish.dsl.server.names import Kind
from triggerfish.dsl.span import Span

TYPES = (
    "keyword", "string", "number", "comment", "operator", "property", "event", "namespace", "variable", "type", "enumMember",
    "class", "function", "parameter", "method", "label",
)  # fmt: skip
MODIFIERS = ("declaration", "defaultLibrary")
LEGEND = lsp.SemanticTokensLegend(list(TYPES), list(MODIFIERS))

_OF_KIND: dict[Kind, str] = {
    "field": "property", "event": "event", "event field": "property", "topic": "namespace", "value": "variable",
    "segment": "type", "score": "variable", "level": "enumMember", "model": "variable", "message": "class",
    "content": "class", "variant": "enumMember", "flow": "function", "name": "variable", "split": "label",
    "arm": "enumMember", "path": "label", "branch": "label", "parameter": "parameter", "group": "label",
    "channel": "namespace", "content field": "property", "action": "method", "argument": "parameter",
    "result": "property", "outcome": "property", "function": "function", "built-in": "variable", "given": "parameter",
}  # fmt: skip
_PROVIDED = frozenset({"channel", "content field", "action", "argument", "result", "outcome", "function", "built-in"})
_LITERALS = {"TEXT": "string", "NUMBER": "number", "PERCENT": "number", "CLOCK": "number", "DATE": "number"}
_SIGNS = frozenset("PLUS MINUS STAR SLASH LESS LESS_OR_EQUAL MORE MORE_OR_EQUAL EQUALS".split())
_PUNCTUATION = frozenset("COMMA COLON OPEN CLOSE OPEN_LIST CLOSE_LIST".split())

Shown = tuple[Span, str, int]


def tokens(document: Document) -> lsp.SemanticTokens:
    """All tokens of a file in the protocol's compact form."""
    data: list[int] = []
    line = column = 0
    done = (0, 0)
    for span, kind, modifiers in sorted(_single_lines(document), key=lambda one: one[0]):
        if (span.line, span.column) < done:
            continue  # a sign of another language stands for two words here, a wrong name for several tokens
        done = span.end_line, span.end_column
        place = document.text.range(span)
        start = place.start
        delta = start.line - line
        data += [
            delta,
            start.character - (column if not delta else 0),
            place.end.character - start.character,
            TYPES.index(kind),
            modifiers,
        ]
        line, column = start.line, start.character
    return lsp.SemanticTokens(data)


def _single_lines(document: Document) -> Iterator[Shown]:
    """No token goes over several lines: many editors cannot show one that does."""
    for span, kind, modifiers in _all(document):
        if span.line == span.end_line:
            yield span, kind, modifiers
            continue
        for number in range(span.line, span.end_line + 1):
            start = span.column if number == span.line else 1
            end = span.end_column if number == span.end_line else len(document.text.lines[number - 1]) + 1
            if end > start:
                yield Span(span.file, number, start, number, end), kind, modifiers


def _all(document: Document) -> Iterator[Shown]:
    names: dict[Span, Shown] = {}
    for one in document.occurrences:
        modifiers = (1 if one.definition else 0) | (2 if one.symbol.kind in _PROVIDED else 0)
        names.setdefault(one.span, (one.span, _OF_KIND[one.symbol.kind], modifiers))
    known = {(span.line, span.column): shown for span, shown in names.items()}
    inside = [span for span in names if span.line == span.end_line]
    texts: dict[int, list[Span]] = {}
    for span in inside:
        texts.setdefault(span.line, []).append(span)
    for placed in document.state.placed.get(document.path, ()):
        scan = scanned(placed, placed.piece.path)
        for comment in scan.comments:
            yield document.state.real(comment.span), "comment", 0
        for line in scan.lines:
            for token in line.tokens:
                span = document.state.real(token.span)
                if token.type in _LITERALS:
                    yield from _literal(span, _LITERALS[token.type], texts, names)
                elif (span.line, span.column) in known:
                    yield from _words(span, known)
                elif token.type in _SIGNS:
                    yield span, "operator", 0
                elif token.type not in _PUNCTUATION and token.type not in ("NAME", "DOTTED"):
                    yield span, "keyword", 0


def _words(span: Span, known: dict[tuple[int, int], Shown]) -> Iterator[Shown]:
    """A dotted name is several words, each of its own kind."""
    column = span.column
    while column < span.end_column:
        shown = known.get((span.line, column))
        if shown is None:
            break
        yield shown
        column = shown[0].end_column + 1


def _literal(span: Span, kind: str, by_line: dict[int, list[Span]], names: dict[Span, Shown]) -> Iterator[Shown]:
    """A text with the names of templates inside of it cut out."""
    if kind != "string" or span.line != span.end_line:
        yield span, kind, 0
        return
    column = span.column
    inside = [one for one in by_line.get(span.line, ()) if span.column < one.column and one.end_column < span.end_column]
    for one in sorted(inside):
        if one.column > column:
            yield Span(span.file, span.line, column, span.line, one.column), kind, 0
        yield names[one]
        column = one.end_column
    yield Span(span.file, span.line, column, span.line, span.end_column), kind, 0
