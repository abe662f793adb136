"""A whole file: sentences under each other, the comments between them, blank lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triggerfish.dsl.format.columns import columns
from triggerfish.dsl.format.marks import Marks, start
from triggerfish.dsl.format.printing import STEP, printed
from triggerfish.dsl.format.remarks import Remark
from triggerfish.dsl.format.sentences import Sentence

_HEADS = frozenset("IF ELSE OTHERWISE FOR UNTIL BRANCH PATH PERCENT TEXT NUMBER EVENT WAIT REPEAT".split())
"""Sentences below which a comment may stand deeper although no block does."""


def page(sentences: Sequence[Sentence], rest: Sequence[Remark], marks: Marks) -> str:
    """The canonical text of a file: ``rest`` are the comments below its last sentence."""
    writer = _Page(marks, columns(sentences))
    for sentence in sentences:
        writer.sentence(sentence)
    writer.end(rest)
    return "".join(f"{line}\n" for line in writer.lines)


class _Page:
    def __init__(self, marks: Marks, columns: Sequence[int]) -> None:
        self.marks = marks
        self.columns = iter(columns)
        self.lines: list[str] = []
        self.before: Sentence | None = None
        self.last_line = 0
        """The last line of the text as written that is printed already."""
        self.margins: list[int] = []
        """How far each open block was indented as written."""
        self.at_margin = True
        """Something at the left margin was printed after the last declaration, or there is none yet."""

    def sentence(self, sentence: Sentence) -> None:
        """Print a sentence with the comments above it."""
        above = sentence.above
        attached = _attached(above, sentence.line)
        loose, close = above[:attached], above[attached:]
        top = sentence.depth == 0
        self._remarks(loose, sentence.depth)
        first_line = close[0].line if close else sentence.line
        if top and not self.at_margin:
            self._blank(needed=not self._may_follow(sentence), line=first_line)
        else:
            self._blank(needed=start(sentence.words[0].span) in self.marks.first_steps, line=first_line)
        if top:
            for remark in close:
                self._put(remark, 0)
        else:
            self._remarks(close, sentence.depth)
        self.lines += printed(sentence, self.marks, next(self.columns))
        self.last_line = sentence.last_line
        self.before = sentence
        self.at_margin = False
        self.margins[sentence.depth :] = [sentence.width]

    def end(self, rest: Sequence[Remark]) -> None:
        """Print the comments at the end of the file."""
        self._remarks(rest, 0)

    def _remarks(self, remarks: Iterable[Remark], depth: int) -> None:
        """Comments between the sentence before and one of ``depth``, each in the block it was indented for."""
        deepest = self._deepest(depth)
        for remark in remarks:
            level = max((n for n in range(depth, deepest + 1) if self._margin(n) <= remark.width), default=depth)
            self._blank(needed=level == 0 and not self.at_margin, line=remark.line)
            self.at_margin = self.at_margin or level == 0
            self._put(remark, level)
            deepest = level

    def _deepest(self, depth: int) -> int:
        before = self.before
        if before is None or before.depth < depth:
            return depth
        return before.depth + (before.words[0].type in _HEADS)

    def _margin(self, level: int) -> int:
        if level < len(self.margins):
            return self.margins[level]
        return self.margins[-1] + 1 if self.margins else 0

    def _may_follow(self, sentence: Sentence) -> bool:
        """Whether a declaration may stay directly below the one before: two of a kind that are one line each."""
        before = self.before
        return (
            before is not None
            and before.depth == 0
            and before.declaration == sentence.declaration
            and not sentence.opens
            and not sentence.above
        )

    def _blank(self, *, needed: bool, line: int) -> None:
        """An empty line above what comes next if it is needed or was written; never at the start of a block."""
        before = self.before
        if not self.lines or (before is not None and before.opens and self.last_line == before.last_line):
            return
        if (needed or line - self.last_line > 1) and self.lines[-1]:
            self.lines.append("")

    def _put(self, remark: Remark, level: int) -> None:
        self.lines.append(" " * (level * STEP) + remark.text)
        self.last_line = remark.line


def _attached(above: Sequence[Remark], line: int) -> int:
    """The number of the first of the comments that stand directly above a line."""
    index = len(above)
    while index and above[index - 1].line == line - 1:
        index -= 1
        line -= 1
    return index
