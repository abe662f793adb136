"""How each word of a sentence is written, and how far it stands from the one before."""

from __future__ import annotations

from triggerfish.dsl.builder.lists import UNITS
from triggerfish.dsl.format.marks import Marks, Place, end, start
from triggerfish.dsl.format.sentences import Sentence
from triggerfish.dsl.format.texts import straight
from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.scanner import clock_value
from triggerfish.dsl.tokens import Lexeme

_OPENING = frozenset({"OPEN", "OPEN_LIST"})
_CLOSING = frozenset({"CLOSE", "CLOSE_LIST", "COMMA", "COLON"})
_SIGNS = frozenset({"PLUS", "MINUS"})
_NUMBER_LINES = frozenset({"START", "BETWEEN", "LEVEL", "PRIORITY"})
"""In scores and flows these begin lines of numbers, whose minus signs belong to them."""
_ONE_OR_MANY = {"REPEAT": ("time", "times"), "DECIDE": ("person", "people")}


def wording(sentence: Sentence, marks: Marks) -> list[str]:
    """The canonical writing of every word."""
    words = sentence.words
    written = [_word(word, marks) for word in words]
    for index, word in enumerate(words):
        if index > 1 and words[index - 1].type == "PER" and word.value in UNITS:
            written[index] = UNITS[word.value]
    if sentence.declaration == "FLOW" and (forms := _ONE_OR_MANY.get(words[0].type)):
        for index in range(1, len(words)):
            if words[index].value in forms and words[index - 1].type == "NUMBER":
                written[index] = forms[float(words[index - 1].value) != 1]
                break
    if words[0].type == "EXPECT" and len(words) > 1:
        written[1] = _word(words[1], Marks()) if words[1].type in ("TRUE", "FALSE") else written[1]
    return written


def _word(word: Lexeme, marks: Marks) -> str:
    source: str = word.value
    kind = word.type
    if kind == "TEXT":
        return straight(source)
    if kind == "PERCENT":
        return source.replace(" ", "")
    if kind == "CLOCK":
        hour, minute = clock_value(source) or (0, 0)
        return f"{hour}:{minute:02}"
    if kind in ("TRUE", "FALSE") or source in UNITS or kind in ("TIME", "TIMES"):
        return marks.endings.get(end(word.span), source)
    return source


def spacing(sentence: Sentence, marks: Marks, column: int) -> list[int]:
    """How many spaces stand in front of every word; ``column`` is where a field's type begins, or 0."""
    words = sentence.words
    numbers = sentence.declaration in ("SCORE", "FLOW") and words[0].type in _NUMBER_LINES
    gaps = [0]
    for index in range(1, len(words)):
        before, word = words[index - 1], words[index]
        together = (
            before.type in _OPENING
            or word.type in _CLOSING
            or (word.type in _OPENING and start(before.span) in marks.functions)
            or _belongs(before, index - 1, marks, numbers=numbers)
        )
        one_time = word.value in ("am", "pm") and before.type == "NUMBER"  # with one space it would be a time of day
        gaps.append(0 if together else 2 if one_time else 1)
    if column and len(gaps) > 1:
        gaps[1] = column - len(words[0].value)
    return gaps


def _belongs(sign: Lexeme, index: int, marks: Marks, *, numbers: bool) -> bool:
    """Whether a plus or minus sign belongs to the number behind it."""
    return sign.type in _SIGNS and (index == 0 or numbers or start(sign.span) in marks.signs)


def joints(sentence: Sentence, marks: Marks) -> tuple[dict[int, int], frozenset[int]]:
    """Where a sentence may be broken, by the number of the word behind the break, and where it must be.

    The lower the rank, the rather: ``then``, ``where``, ``or``, ``and``, then what a comment stands in front of.
    """
    words = sentence.words
    phrases = grammar().phrases
    ranks: dict[int, int] = {}
    forced = set(sentence.inside)
    for index in range(1, len(words)):
        word = words[index]
        if word.type == "THEN":
            ranks[index] = -1
            forced.add(index)
        elif word.type == "WHERE":
            ranks[index] = 0
        elif word.type in ("AND", "OR") and index + 1 < len(words):
            rank = marks.operands.get(start(words[index + 1].span))
            if rank is not None:
                ranks[index] = rank
        if (words[index - 1].value, word.value) in phrases:
            forced.add(index)
    for index in forced:
        ranks.setdefault(index, 3)
    return ranks, frozenset(forced)


def argument_ends(sentence: Sentence, marks: Marks) -> tuple[int, tuple[int, ...]] | None:
    """The number of the word ``with`` and of the last word of each argument behind it, if all stand in this sentence."""
    ends = {end(word.span): index for index, word in enumerate(sentence.words)}
    for index, word in enumerate(sentence.words):
        if word.type == "WITH" and index + 1 < len(sentence.words):
            found: tuple[Place, ...] | None = marks.arguments.get(start(sentence.words[index + 1].span))
            if found and all(place in ends for place in found):
                return index, tuple(ends[place] for place in found)
    return None
