"""What can be folded: every block by its indentation, and comments of several lines."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol import types as lsp

from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.lexemes import scanned


def folding(document: Document) -> list[lsp.FoldingRange]:
    """All ranges, by their first line."""
    found: list[lsp.FoldingRange] = []
    for placed in document.state.placed.get(document.path, ()):
        scan = scanned(placed, placed.piece.path)
        lines = [(one.tokens[0].span.line, one.tokens[-1].span.end_line, one.width) for one in scan.lines if one.tokens]
        found += [_range(first, last, placed.above) for first, last in _blocks(lines)]
        found += [
            _range(first, last, placed.above, lsp.FoldingRangeKind.Comment) for first, last in _runs(sorted(scan.own_lines))
        ]
    return sorted(found, key=lambda one: (one.start_line, one.end_line))


def _range(first: int, last: int, above: int, kind: lsp.FoldingRangeKind | None = None) -> lsp.FoldingRange:
    return lsp.FoldingRange(first + above - 1, last + above - 1, kind=kind)


def _blocks(lines: list[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """Each line with deeper ones below it, to the last of those."""
    open_: list[tuple[int, int]] = []
    last = 0
    for first, end, width in lines:
        while open_ and open_[-1][1] >= width:
            start, _ = open_.pop()
            if last > start:
                yield start, last
        open_.append((first, width))
        last = end
    for start, _ in open_:
        if last > start:
            yield start, last


def _runs(lines: list[int]) -> Iterator[tuple[int, int]]:
    start = before = 0
    for line in [*lines, -1]:
        if line != before + 1 or not start:
            if start and before > start:
                yield start, before
            start = line
        before = line
