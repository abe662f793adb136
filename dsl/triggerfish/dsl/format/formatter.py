"""From any text of a program to its canonical text."""

from __future__ import annotations

from dataclasses import dataclass

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.format.likeness import alike
from triggerfish.dsl.format.marks import Marks
from triggerfish.dsl.format.page import page
from triggerfish.dsl.format.sentences import read
from triggerfish.dsl.parser import parse


class UnfaithfulError(Exception):
    """The formatted text would not mean what the written one does: a mistake of the formatter, not of the text."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """``text`` is the canonical text, or the text as it came where it cannot be read.

    ``diagnostics`` are the errors that keep it from being read; where there are any, nothing was changed.
    """

    text: str
    diagnostics: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        """Whether the text could be read."""
        return not self.diagnostics


def format_text(text: str, path: str = "") -> Formatted:
    """The canonical layout of one file; ``path`` is what diagnostics call it.

    What comes out has LF line ends, means the same (the trees are compared before it is handed out), holds every comment
    in its order, and stays as it is when it is formatted again. Raises ``UnfaithfulError`` for a mistake of the formatter.
    """
    file, found = parse(text, path)
    errors = tuple(diagnostic for diagnostic in found if diagnostic.severity == "error")
    if errors:
        return Formatted(text, errors)
    sentences, rest = read(text, path)
    result = page(sentences, rest, Marks.of(file))
    if result != text:
        again, mistakes = parse(result, path)
        if any(mistake.severity == "error" for mistake in mistakes) or not alike(file, again):
            where = f" {path}" if path else ""
            raise UnfaithfulError(f"the file{where} was left alone: its canonical layout would not mean the same")
    return Formatted(result, ())
