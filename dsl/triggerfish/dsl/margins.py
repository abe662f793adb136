"""A declaration whose lines stand at the left margin instead of being indented below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.grammar import Grammar
from triggerfish.dsl.layout import Chunk
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme, lexeme

_OPEN = frozenset("PROFILE SEGMENT SCORE MODEL MESSAGE CONTENT POLICY FLOW TEST".split())
"""The declarations that say nothing without lines below them."""
_CLOSED = frozenset({"FROM", "BY"})


def mend_margins(chunks: Sequence[Chunk], language: Grammar, found: list[Diagnostic]) -> list[Chunk]:
    """The chunks, with lines that plainly belong to the bare header above them put below it; each such header is reported."""
    mended: list[Chunk] = []
    place = 0
    while place < len(chunks):
        head = chunks[place]
        place += 1
        below: list[Chunk] = []
        if _bare_header(head):
            known = [language.written[kind] for kind in language.declarations]
            while place < len(chunks) and _belongs(chunks[place], language, known):
                below.append(chunks[place])
                place += 1
        if below:
            found.append(_report(head, below))
            head = _joined(head, below)
        mended.append(head)
    return mended


def _bare_header(chunk: Chunk) -> bool:
    tokens = chunk.tokens
    if tokens[0].type not in _OPEN or chunk.unreadable:
        return False
    return tokens[-2].type == "NEWLINE" and not any(token.type in _CLOSED or token.type == "INDENT" for token in tokens)


def _belongs(chunk: Chunk, language: Grammar, known: Iterable[str]) -> bool:
    first = chunk.tokens[0]
    if chunk.unreadable or first.type in language.declarations:
        return False
    return first.value in language.words or closest(first.value, known) is None


def _report(head: Chunk, below: Sequence[Chunk]) -> Diagnostic:
    title = " ".join(token.value for token in head.tokens[:2] if token.value)
    lines: dict[int, Span] = {}
    for chunk in below:
        for token in chunk.tokens:
            lines.setdefault(token.span.line, token.span)
    edits = tuple(
        Edit(Span(place.file, line, 1, line, 1), "    ") for line, place in sorted(lines.items())
    )
    first = below[0].tokens[0].span
    return syntax.NotIndented.at(first, fix=Fix("indent the lines", edits, False), head=title)


def _joined(head: Chunk, below: Sequence[Chunk]) -> Chunk:
    tokens: list[Lexeme] = [*head.tokens[:-1]]
    start = below[0].tokens[0]
    margin = Span(start.span.file, start.span.line, start.span.column, start.span.line, start.span.column)
    tokens.append(lexeme("INDENT", "", margin, start.sink))
    for chunk in below:
        tokens += chunk.tokens[:-1]
    last = tokens[-1].span
    tokens.append(lexeme("DEDENT", "", last, start.sink))
    tokens.append(lexeme("$END", "", last, start.sink))
    return Chunk(tokens)
