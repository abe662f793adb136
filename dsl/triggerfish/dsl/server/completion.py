"""What may be written at the cursor: words of the language, and names of the kind that belongs there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lsprotocol import types as lsp

from triggerfish.dsl.server.asking import ask
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.expected import Expected, expected
from triggerfish.dsl.server.keywords import KEYWORDS, TYPES, WORDS_AFTER
from triggerfish.dsl.server.proposals import Proposal, actions, proposals
from triggerfish.dsl.server.texts import in_template, in_text

_WORD = re.compile(r"[\w.]*\Z")
_FEW = 8
"""So many words of the language are more telling than all the names that may stand there too."""
_UNITS = frozenset("second minute hour day week month year".split())


def completion(document: Document, position: lsp.Position) -> lsp.CompletionList:
    """Everything that may stand at a position; the editor narrows it down to what is typed."""
    line, column = document.text.place(position)
    written = document.text.lines[line - 1][: column - 1] if line <= len(document.text.lines) else ""
    if not document.path.endswith(".flow"):
        return _listed(in_template(document, line, column), document, line, column)
    texts = in_text(document, line, column)
    if texts is not None:
        return _listed(texts, document, line, column)
    if _in_comment(document, line, column):
        return lsp.CompletionList(is_incomplete=False, items=[])
    word = _WORD.search(written)
    path = word.group() if word is not None else ""
    above = _above(document, line)
    allowed = expected(above + written[: len(written) - len(path)])
    found: list[Proposal] = []
    if "." not in path:
        found += _keywords(allowed)
    found += _names(document, line, above, written, path, allowed)
    return _listed(found, document, line, column, written)


def _above(document: Document, line: int) -> str:
    """The text of the declaration above a line."""
    placed = document.piece_at(line)
    if placed is None:
        return ""
    return "".join(f"{text}\n" for text in placed.piece.text.split("\n")[: line - placed.above - 1])


def _keywords(allowed: Expected) -> Iterator[Proposal]:
    words = allowed.words
    rank = "1" if len(words) <= _FEW else "5"
    amount = allowed.line[-1].value if allowed.line and allowed.line[-1].type == "NUMBER" else ""
    for word in words:
        singular = word.removesuffix("s")
        if singular in _UNITS and amount and (word == singular) != (amount == "1"):
            continue
        yield Proposal(word, lsp.CompletionItemKind.Keyword, "", KEYWORDS.get(word, ""), rank=rank)
    if allowed.line:
        for word in WORDS_AFTER.get(allowed.line[-1].type, ()):
            yield Proposal(word, lsp.CompletionItemKind.EnumMember, rank="1")
        before = allowed.line[-1].value
        for first, second in allowed.language.phrases:
            if first == before and _allowed_phrase(allowed, first, second):
                yield Proposal(second, lsp.CompletionItemKind.Keyword, "", KEYWORDS.get(f"{first} {second}", ""))


def _allowed_phrase(allowed: Expected, first: str, second: str) -> bool:
    """``in last``: the first of two words that are read as one is there already."""
    return not allowed.terminals or allowed.language.phrases[first, second] in allowed.terminals or first != second


def _names(
    document: Document, line: int, above: str, written: str, path: str, allowed: Expected
) -> Iterable[Proposal]:
    kinds = allowed.terminals & {"NAME", "DOTTED"}
    if kinds == {"DOTTED"}:
        return actions(document.state)
    if not kinds and "." not in path:
        return ()
    asked = ask(document, line, above, written, path)
    if asked is not None:
        return proposals(asked, document.state, allowed)
    return _types(document, line, allowed) if "." not in path else ()


def _types(document: Document, line: int, allowed: Expected) -> Iterator[Proposal]:
    """After the name of a field."""
    placed = document.piece_at(line)
    first = placed.piece.text.lstrip("# \t\n").split(None, 1)[:1] if placed is not None else []
    declares = placed is not None and re.search(r"^(profile|event)\b", placed.piece.text, re.MULTILINE)
    if declares and first and len(allowed.line) == 1:
        for name in TYPES:
            yield Proposal(name, lsp.CompletionItemKind.TypeParameter, "type", rank="1")


def _in_comment(document: Document, line: int, column: int) -> bool:
    placed = document.piece_at(line)
    comments = placed.piece.tree.comments if placed is not None else ()
    real = (document.state.real(comment.span) for comment in comments)
    return any(span.line == line and span.column < column for span in real)


def _listed(
    found: Iterable[Proposal], document: Document, line: int, column: int, written: str = ""
) -> lsp.CompletionList:
    items: dict[str, lsp.CompletionItem] = {}
    word = _WORD.search(written)
    path = word.group() if word is not None else ""
    for one in found:
        typed = path if "." in one.label or one.whole else path.rpartition(".")[2]
        start = column - (one.typed if one.typed is not None else len(typed))
        place = lsp.Range(document.text.position(line, start), document.text.position(line, column))
        items.setdefault(
            one.label,
            lsp.CompletionItem(
                label=one.label,
                kind=one.kind,
                detail=one.detail or None,
                documentation=lsp.MarkupContent(lsp.MarkupKind.Markdown, one.doc) if one.doc else None,
                sort_text=f"{one.rank}{one.label}",
                text_edit=lsp.TextEdit(place, one.insert or one.label),
                filter_text=one.label,
            ),
        )
    return lsp.CompletionList(is_incomplete=False, items=list(items.values()))
