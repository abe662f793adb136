"""The words of a program, as they were written."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from triggerfish.dsl import tree
from triggerfish.dsl.lines import lines
from triggerfish.dsl.span import Span


class Sources:
    """Texts of files by path. ``.flow`` files are asked for like any other file of the project."""

    def __init__(self, files: Sequence[tree.File], read_file: Callable[[str], str | None]) -> None:
        self._read = read_file
        self._texts: dict[str, str | None] = {}
        self._lines: dict[str, list[str]] = {}
        self._comments = {
            file.path: {comment.span.line: comment.span.column for comment in file.comments} for file in files
        }

    def text(self, path: str) -> str | None:
        """The whole file, or None where there is none; ``path`` is relative to the project folder."""
        if path not in self._texts:
            self._texts[path] = self._read(path)
        return self._texts[path]

    def _line(self, file: str, number: int) -> str:
        if file not in self._lines:
            self._lines[file] = lines(self.text(file) or "")
        if not 1 <= number <= len(self._lines[file]):
            return ""
        line = self._lines[file][number - 1]
        comment = self._comments.get(file, {}).get(number)
        return line if comment is None else line[: comment - 1]

    def raw(self, span: Span) -> str:
        """Exactly what stands there, line breaks included."""
        if span.line == span.end_line:
            return self._line(span.file, span.line)[span.column - 1 : span.end_column - 1]
        first = self._line(span.file, span.line)[span.column - 1 :]
        middle = [self._line(span.file, number) for number in range(span.line + 1, span.end_line)]
        return "\n".join([first, *middle, self._line(span.file, span.end_line)[: span.end_column - 1]])

    def words(self, span: Span) -> str:
        """What stands there, single-spaced and without comments."""
        return " ".join(self.raw(span).split())

    def first_line(self, span: Span) -> str:
        """What stands on the first line of the span, from its beginning, single-spaced and without a comment."""
        if span.line == span.end_line:
            return self.words(span)
        return " ".join(self._line(span.file, span.line)[span.column - 1 :].split())

    def head(self, span: Span) -> Span:
        """The first line of the span."""
        if span.line == span.end_line:
            return span
        end = len(self._line(span.file, span.line).rstrip()) + 1
        return Span(span.file, span.line, span.column, span.line, max(end, span.column + 1))
