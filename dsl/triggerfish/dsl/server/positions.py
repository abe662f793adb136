"""Places as editors count them: lines from 0, and columns in the units that were agreed on, UTF-16 unless said otherwise."""

from __future__ import annotations

from lsprotocol import types as lsp

from triggerfish.dsl.lines import lines
from triggerfish.dsl.span import Span

UTF8, UTF16, UTF32 = "utf-8", "utf-16", "utf-32"


class Text:
    """A text of which places are converted. Places outside of it are moved to its nearest end."""

    def __init__(self, text: str, encoding: str = UTF16) -> None:
        self.lines = lines(text)
        self._encoding = encoding

    def range(self, span: Span) -> lsp.Range:
        """A span as the editor knows it."""
        return lsp.Range(self.position(span.line, span.column), self.position(span.end_line, span.end_column))

    def position(self, line: int, column: int) -> lsp.Position:
        """A line and column, both counted from 1."""
        if line < 1:
            return lsp.Position(0, 0)
        if line > len(self.lines):
            return lsp.Position(len(self.lines) - 1, self._units(self.lines[-1]))
        return lsp.Position(line - 1, self._units(self.lines[line - 1][: max(column - 1, 0)]))

    def place(self, position: lsp.Position) -> tuple[int, int]:
        """The line and column, both counted from 1, of a position. One inside of a character is that of its beginning."""
        if position.line >= len(self.lines):
            return len(self.lines), len(self.lines[-1]) + 1
        line = self.lines[position.line]
        return position.line + 1, self._characters(line, position.character) + 1

    def length(self, text: str) -> int:
        """How long a text is in the units agreed on."""
        return self._units(text)

    def _units(self, text: str) -> int:
        if self._encoding == UTF32 or text.isascii():
            return len(text)
        if self._encoding == UTF8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text) + sum(character > "\uffff" for character in text)

    def _characters(self, line: str, units: int) -> int:
        if self._encoding == UTF32 or line.isascii():
            return min(units, len(line))
        count = 0
        for index, character in enumerate(line):
            count += self._units(character)
            if count > units:
                return index
        return len(line)
