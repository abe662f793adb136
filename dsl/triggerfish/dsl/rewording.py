"""A sentence that cannot be read, in words that can."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

from triggerfish.dsl.cures import rewritten
from triggerfish.dsl.diagnostics.model import Edit, Fix
from triggerfish.dsl.grammar import Grammar
from triggerfish.dsl.layout import look_twice
from triggerfish.dsl.scanner import scan
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import CURSOR, Lexeme, lexeme

MAX_WORDS = 120
"""Longer sentences are not tried in other words."""
MAX_TRIES = 24


@dataclass(frozen=True, slots=True)
class Rewording:
    """What was most probably meant."""

    better: str
    """The whole sentence, put right."""
    span: Span
    """The words that changed, or, where some are only missing, the word before them."""
    fix: Fix
    tokens: tuple[Lexeme, ...]
    """The whole sentence, put right."""


def said(sentence: Sequence[Lexeme]) -> str:
    """A sentence as its words, joined by single spaces."""
    return " ".join(token.value for token in sentence)


def shortened(sentence: Sequence[Lexeme]) -> str:
    """A sentence as a message quotes it, spaced as it was written."""
    text = ""
    for before, token in zip((None, *sentence), sentence, strict=False):
        text += token.value if before is None or _touch(before, token) else f" {token.value}"
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def reword(
    sentence: Sequence[Lexeme], language: Grammar, reads: Callable[[Sequence[Lexeme]], bool]
) -> Rewording | None:
    """The likeliest sentence that was meant; ``reads`` says whether a sentence can stand here."""
    if len(sentence) > MAX_WORDS or any(token.value == CURSOR or "\n" in token.value or "\r" in token.value for token in sentence):
        return None
    for better in islice(rewritten(said(sentence)), MAX_TRIES):
        lines = scan(better, sentence[0].span.file, language.words, language.phrases).lines
        if len(lines) != 1:
            continue
        tokens = lines[0].tokens
        look_twice(tokens)
        if reads(tokens):
            return _rewording(sentence, tokens)
    return None


def _rewording(old: Sequence[Lexeme], new: Sequence[Lexeme]) -> Rewording:
    first = 0
    while first < min(len(old), len(new)) and old[first].value == new[first].value:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first and old[-1 - last].value == new[-1 - last].value:
        last += 1
    changed, words = old[first : len(old) - last], new[first : len(new) - last]
    text = tidy(" ".join(token.value for token in words))
    if changed:
        span = changed[0].span.to(changed[-1].span)
        place = span if words else _with_gap(old, first, len(old) - last)
        if words and first and _touch(old[first - 1], changed[0]) and words[0].value[:1].isalpha():
            text = f" {text}"
        if words and last and _touch(changed[-1], old[-last]) and words[-1].value[-1:].isalpha():
            text = f"{text} "
    else:
        span = old[first - 1].span if first else old[0].span
        end = span.end_column if first else span.column
        place = Span(span.file, span.end_line if first else span.line, end, span.end_line if first else span.line, end)
        text = f" {text}" if first else f"{text} "
    fix = Fix(f"write `{text.strip()}`" if words else "leave it out", (Edit(place, text),), False)
    mended = tuple(_placed(token, span, old[0]) for token in words)
    tokens = [*old[:first], *mended, *old[len(old) - last :]]
    if tokens and first == 0:
        tokens[0] = _placed(tokens[0], tokens[0].span, old[0])
    return Rewording(tidy(" ".join(token.value for token in new)), span, fix, tuple(tokens))


def _with_gap(old: Sequence[Lexeme], first: int, end: int) -> Span:
    """Words that are left out go with the space beside them."""
    whole = old[first].span.to(old[end - 1].span)
    if first:
        before = old[first - 1].span
        return Span(whole.file, before.end_line, before.end_column, whole.end_line, whole.end_column)
    after = old[end].span
    return Span(whole.file, whole.line, whole.column, after.line, after.column)


def _placed(token: Lexeme, span: Span, first: Lexeme) -> Lexeme:
    moved = lexeme(token.type, token.value, span, first.sink, first.doc)
    moved.soft = token.soft
    return moved


def _touch(left: Lexeme, right: Lexeme) -> bool:
    return (left.span.end_line, left.span.end_column) == (right.span.line, right.span.column)


def tidy(words: str) -> str:
    """Words as they are usually spaced."""
    closed = re.sub(r" ([,:)\]])", r"\1", words)
    return re.sub(r"([(\[]) |^([+-]) ", r"\1\2", closed)
