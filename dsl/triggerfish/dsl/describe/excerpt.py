"""The text of one flow: its lines, and which of them form one sentence of the language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from triggerfish.dsl.ir.program import Program

_CONTINUES = frozenset({"and", "or", "then", "where"})
_TAB = 4
_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "“"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A line with those that continue it, single-spaced and without comments; ``last`` is the number of the last one."""

    line: int
    last: int
    indent: int
    text: str


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines of a flow's declaration, from the comment above it to its last step.

    ``first`` is the number of the first of them in the file. Without a source, everything is empty.
    """

    first: int
    lines: tuple[str, ...]
    sentences: tuple[Sentence, ...]

    def at(self, line: int) -> str:
        """The sentence that begins on a line of the file; empty if none does."""
        return next((each.text for each in self.sentences if each.line == line), "")

    def whole(self, line: int) -> str:
        """The sentence on a line and those indented below it, as one: ``do crm.update with id: "1", name: "Ana"``."""
        place = next((index for index, each in enumerate(self.sentences) if each.line == line), None)
        if place is None:
            return ""
        head, *rest = self.sentences[place:]
        below = []
        for each in rest:
            if each.indent <= head.indent:
                break
            below.append(each.text)
        return f"{head.text} {', '.join(below)}".strip()

    def opening(self, line: int) -> int:
        """The line that opens the block in which ``line`` stands (``else``, ``otherwise``); 0 if that is not known."""
        place = next((index for index, each in enumerate(self.sentences) if each.line == line), 0)
        before = self.sentences[:place]
        inner = self.sentences[place].indent if before else 0
        return next((each.line for each in reversed(before) if each.indent < inner), 0)


def excerpt(program: Program, file: str, line: int) -> Excerpt:
    """The declaration that begins on ``line`` of ``file``."""
    text = next((source.text for source in program.sources if source.path == file), None)
    if text is None:
        return Excerpt(line, (), ())
    lines = text.splitlines()
    first = line
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    last = line
    for number in range(line + 1, len(lines) + 1):
        content = lines[number - 1]
        if content[:1].strip() and not content.startswith("#"):
            break
        if content.strip() and not content.startswith("#"):
            last = number
    return Excerpt(first, tuple(lines[first - 1 : last]), _sentences(lines, line, last))


def declarations(program: Program, opening: str) -> Iterator[tuple[str, Excerpt]]:
    """``(file, text)`` of every declaration whose first line begins with the words of ``opening``."""
    words = opening.split()
    for source in program.sources:
        for number, line in enumerate(source.text.splitlines(), 1):
            if line[:1].strip() and line.split()[: len(words)] == words:
                yield source.path, excerpt(program, source.path, number)


def _sentences(lines: list[str], first: int, last: int) -> tuple[Sentence, ...]:
    found: list[Sentence] = []
    reader = _Reader()
    for number in range(first, last + 1):
        goes_on = reader.inside
        text = reader.read(lines[number - 1]).strip()
        if not text and not goes_on:
            continue
        raw = lines[number - 1].expandtabs(_TAB)
        indent = len(raw) - len(raw.lstrip())
        previous = found[-1] if found else None
        if previous is not None and (goes_on or (indent > previous.indent and text.split()[0] in _CONTINUES)):
            joined = f"{previous.text} {text}".strip()
            found[-1] = Sentence(previous.line, number, previous.indent, " ".join(joined.split()))
        else:
            found.append(Sentence(number, number, indent, " ".join(text.split())))
    return tuple(found)


class _Reader:
    """Leaves comments out, line by line, and knows whether a bracket or a long text is still open."""

    def __init__(self) -> None:
        self.depth = 0
        self.long = False

    @property
    def inside(self) -> bool:
        return self.depth > 0 or self.long

    def read(self, line: str) -> str:
        place = 0
        closing = ""
        while place < len(line):
            if self.long or line.startswith('"""', place):
                if line.startswith('"""', place):
                    self.long = not self.long
                    place += 2
            elif closing:
                if line[place] == "\\":
                    place += 1
                elif line[place] == closing:
                    closing = ""
            elif line[place] == "#":
                return line[:place]
            else:
                closing = _QUOTES.get(line[place], "")
                self.depth = max(0, self.depth + (line[place] in "([") - (line[place] in ")]"))
            place += 1
        return line
