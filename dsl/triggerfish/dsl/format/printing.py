"""Printing one sentence, over as many lines as it needs.

The layout depends on nothing but the words and the comments between them. A sentence that fits stands on one line (``then``
always begins one). Otherwise it is broken before its ``where``; parts that are still too long before ``or``, then
before ``and``; and where that is not enough, what stands in brackets is written one thing a line. Only a sentence with
a comment that allows a warning of one of its lines keeps its lines.
"""

from __future__ import annotations

from triggerfish.dsl.format.brackets import Bracket, brackets
from triggerfish.dsl.format.marks import Marks
from triggerfish.dsl.format.remarks import Remark
from triggerfish.dsl.format.sentences import Sentence
from triggerfish.dsl.format.texts import is_long, reindented
from triggerfish.dsl.format.wording import argument_ends, joints, spacing, wording
from triggerfish.dsl.layout import MAX_BLOCKS

WIDTH = 100
STEP = 4
_SHORT = 24
"""Brackets around less than this are not worth opening."""


def printed(sentence: Sentence, marks: Marks, column: int) -> list[str]:
    """The lines of a sentence with the comments inside of it and behind it.

    ``column`` is where the types of a block of fields begin, counted from its fields; 0 elsewhere.
    """
    return _Printer(sentence, marks, column).lines()


class _Printer:
    def __init__(self, sentence: Sentence, marks: Marks, column: int) -> None:
        self.sentence = sentence
        self.texts = wording(sentence, marks)
        self.gaps = spacing(sentence, marks, column)
        self.ranks, self.forced = joints(sentence, marks)
        self.brackets = brackets(sentence.words)
        self.arguments = argument_ends(sentence, marks)
        self.done: list[str] = []
        self.indent = 0
        self.current = ""
        self.widths = [0]
        for gap, text in zip(self.gaps, self.texts, strict=True):
            self.widths.append(self.widths[-1] + gap + len(text))

    def lines(self) -> list[str]:
        depth, last = self.sentence.depth, len(self.texts) - 1
        indent = depth * STEP
        deeper = 2 * STEP if self.sentence.opens else STEP
        self._begin(indent)
        if self.sentence.keeps_lines:
            self._as_written(indent + deeper)
        elif self.arguments and not self.forced and depth < MAX_BLOCKS - 2 and not self._fits(0, last, last):
            return self._arguments_below(indent, *self.arguments)
        else:
            self._run(0, last, indent, deeper)
        self.done.append(self.current)
        if self.sentence.behind is not None:
            self.done[-1] += f"  {self.sentence.behind.text}"
        return self.done

    def _as_written(self, indent: int) -> None:
        """The words on the lines on which they were written."""
        breaks = self.sentence.breaks()
        for index in range(len(self.texts)):
            if index in breaks:
                self._break(index, indent)
            self._word(index)

    def _arguments_below(self, indent: int, word: int, ends: tuple[int, ...]) -> list[str]:
        """The arguments one a line below the sentence, its other parts in front of ``with``, which is number ``word``."""
        self._flat(0, word - 1)
        for index in range(ends[-1] + 1, len(self.texts)):
            self._word(index)
        self._word(word)
        if self.sentence.behind is not None:
            self.current += f"  {self.sentence.behind.text}"
        first = word + 1
        for last in ends:
            self._newline(indent + STEP)
            self._run(first, last, indent + STEP, STEP)
            first = last + 2  # behind the comma
        self.done.append(self.current)
        return self.done

    # --- runs of words --------------------------------------------------------------------------------

    def _run(self, first: int, last: int, indent: int, step: int) -> None:
        """Words of one level of brackets, from the current place on; lines begun for them have at least ``indent``."""
        if self._fits(first, last, last):
            self._flat(first, last)
            return
        ranks = {index: rank for index, rank in self._ranks(first, last).items() if first < index}
        if not ranks:
            self._loose(first, last, indent)
            return
        lowest = min(ranks.values())
        breaks = [index for index, rank in ranks.items() if rank == lowest]
        self._run(first, breaks[0] - 1, indent, step)
        for begin, stop in zip(breaks, [*breaks[1:], last + 1], strict=True):
            self._break(begin, indent + step)
            self._run(begin, stop - 1, indent + step, STEP)

    def _ranks(self, first: int, last: int) -> dict[int, int]:
        """The places to break between two words, outside of the brackets between them."""
        found = {}
        index = first
        while index <= last:
            if index in self.ranks:
                found[index] = self.ranks[index]
            index = self.brackets[index].close + 1 if index in self.brackets else index + 1
        return found

    def _loose(self, first: int, last: int, indent: int) -> None:
        """Words with no place to break but in their brackets."""
        index = first
        while index <= last:
            bracket = self.brackets.get(index)
            if bracket is None:
                self._word(index)
                index += 1
                continue
            tail = bracket.close
            while tail < last and tail + 1 not in self.brackets:
                tail += 1
            inner = self.widths[bracket.close] - self.widths[index + 1]
            if self._fits(index, bracket.close, tail) or (inner < _SHORT and self._may_be_flat(index, bracket.close)):
                self._flat(index, bracket.close)
            else:
                self._open(bracket, indent)
            index = bracket.close + 1

    def _open(self, bracket: Bracket, indent: int) -> None:
        """Brackets with one thing a line."""
        self._word(bracket.open)
        inner = indent + STEP
        step = STEP if bracket.commas else 0
        for first, last in bracket.items:
            self._break(first, inner)
            self._run(first, last, inner, step)
            if last + 1 != bracket.close:
                self._comma(last + 1, inner)
        self._notes(bracket.close, inner)
        self._newline(indent)
        self._word(bracket.close)

    def _comma(self, index: int, indent: int) -> None:
        if index in self.forced:
            self._break(index, indent)
        self._word(index)

    # --- measuring and writing --------------------------------------------------------------------------

    def _may_be_flat(self, first: int, last: int) -> bool:
        return not any(
            (index in self.forced and index > first) or is_long(self.texts[index]) for index in range(first, last + 1)
        )

    def _fits(self, first: int, last: int, tail: int) -> bool:
        """Whether the words fit behind what is written, with those up to ``tail`` behind them."""
        gap = self.gaps[first] if self.current.strip() else 0
        width = len(self.current) + gap + len(self.texts[first]) + self.widths[tail + 1] - self.widths[first + 1]
        return width <= WIDTH and self._may_be_flat(first, last)

    def _flat(self, first: int, last: int) -> None:
        for index in range(first, last + 1):
            self._word(index)

    def _word(self, index: int) -> None:
        text = self.texts[index]
        if self.current.strip():
            self.current += " " * self.gaps[index]
        if is_long(text):
            first, *others = reindented(text, self.indent + STEP)
            *whole, text = [self.current + first, *others]
            self.done += whole
            self.current = ""
        self.current += text

    def _break(self, index: int, indent: int) -> None:
        """A new line, with the comments in front of a word."""
        self._notes(index, indent)
        self._newline(indent)

    def _notes(self, index: int, indent: int) -> None:
        """The comments in front of a word: one behind what is written, the others on their own lines."""
        notes: list[Remark] = self.sentence.inside.get(index, [])
        for note in notes:
            if note.own_line:
                self._newline(indent)
                self.current += note.text
            else:
                self.current += f"  {note.text}"

    def _newline(self, indent: int) -> None:
        self.done.append(self.current)
        self._begin(indent)

    def _begin(self, indent: int) -> None:
        self.indent = indent
        self.current = " " * indent
