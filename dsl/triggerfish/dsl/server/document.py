"""One file of a project at one moment, as a feature gets to see it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from triggerfish.dsl.server.finder import Occurrence
from triggerfish.dsl.server.pieces import Placed
from triggerfish.dsl.server.positions import Text
from triggerfish.dsl.server.project import State
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td


@dataclass(frozen=True)
class Document:
    """``path`` is relative to the project's folder; ``encoding`` is what columns are counted in."""

    state: State
    path: str
    encoding: str

    @cached_property
    def text(self) -> Text:
        """Its text, for converting places."""
        return Text(self.state.texts.get(self.path, ""), self.encoding)

    def other(self, path: str) -> Document:
        """Another file of the project."""
        return replace(self, path=path)

    def piece_at(self, line: int) -> Placed | None:
        """The piece in which a line (from 1) stands."""
        return self.state.piece_at(self.path, line)

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """The names in this file, with their places in it."""
        index = self.state.index
        found = []
        for placed in self.state.placed.get(self.path, ()):
            found += index.of(placed.piece.tree.declarations)
        real = (replace(one, span=self.state.real(one.span)) for one in found)
        return [one for one in real if one.span.file == self.path]

    def at(self, line: int, column: int) -> list[Occurrence]:
        """What stands at a place, or just before it; several where one word stands for fields of several events."""
        placed = self.piece_at(line)
        if placed is None or any(isinstance(one, td.Message) for one in placed.piece.tree.declarations):
            key = (self.path, line) if placed is None else (placed.piece.path, line - placed.above)
            found = self.state.index.by_line.get(key, [])
        else:
            found = self.state.index.of(placed.piece.tree.declarations)
        real = (replace(one, span=self.state.real(one.span)) for one in found)
        return [one for one in real if _covers(one.span, self.path, line, column)]


def _covers(span: Span, path: str, line: int, column: int) -> bool:
    return span.file == path and (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
