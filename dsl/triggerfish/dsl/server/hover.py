"""What is shown when somebody points at a word."""

from __future__ import annotations

from lsprotocol import types as lsp

from triggerfish.dsl.server.describing import documentation
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.keywords import KEYWORDS
from triggerfish.dsl.server.lexemes import scanned
from triggerfish.dsl.span import Span


def hover(document: Document, position: lsp.Position) -> lsp.Hover | None:
    """The documentation of the name or keyword at a position."""
    line, column = document.text.place(position)
    found = document.at(line, column)
    if found:
        texts = [documentation(one.symbol, document.state) for one in found]
        return _shown("\n\n---\n\n".join(dict.fromkeys(text for text in texts if text)), found[0].span, document)
    word = _keyword(document, line, column)
    if word is None:
        return None
    return _shown(f"**{word[0]}**\n\n{KEYWORDS[word[0]]}", word[1], document)


def _keyword(document: Document, line: int, column: int) -> tuple[str, Span] | None:
    placed = document.piece_at(line)
    if placed is None:
        return None
    for one in scanned(placed, placed.piece.path).lines:
        for token in one.tokens:
            span = document.state.real(token.span)
            if span.line == line and span.column <= column <= span.end_column and token.type not in ("NAME", "TEXT"):
                return (str(token), span) if str(token) in KEYWORDS else None
    return None


def _shown(text: str, span: Span, document: Document) -> lsp.Hover | None:
    if not text:
        return None
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), document.text.range(span))
