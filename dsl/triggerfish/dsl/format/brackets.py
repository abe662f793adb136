"""Which words stand inside of which brackets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from triggerfish.dsl.tokens import Lexeme

_OPENING = frozenset({"OPEN", "OPEN_LIST"})
_CLOSING = frozenset({"CLOSE", "CLOSE_LIST"})


@dataclass(frozen=True, slots=True)
class Bracket:
    """A pair of brackets by the numbers of its words; ``commas`` are those between what stands in it."""

    open: int
    close: int
    commas: tuple[int, ...]

    @property
    def items(self) -> tuple[tuple[int, int], ...]:
        """The first and last word of each thing in it; none where it is empty."""
        if self.close == self.open + 1:
            return ()
        firsts = (self.open + 1, *(comma + 1 for comma in self.commas))
        lasts = (*(comma - 1 for comma in self.commas), self.close - 1)
        return tuple(zip(firsts, lasts, strict=True))


def brackets(words: Sequence[Lexeme]) -> dict[int, Bracket]:
    """All pairs of brackets of a sentence, by the number of the opening one."""
    found: dict[int, Bracket] = {}
    waiting: list[tuple[int, list[int]]] = []
    for index, word in enumerate(words):
        if word.type in _OPENING:
            waiting.append((index, []))
        elif word.type in _CLOSING:
            opening, commas = waiting.pop()
            found[opening] = Bracket(opening, index, tuple(commas))
        elif word.type == "COMMA" and waiting:
            waiting[-1][1].append(index)
    return found
