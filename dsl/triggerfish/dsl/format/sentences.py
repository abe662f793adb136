"""A text cut into its sentences, each with the comments that stand around and inside of it.

A sentence is what the grammar calls a line: its words, with those of the lines that continue it.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field

from triggerfish.dsl.format.remarks import Remark, indentation, remark
from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.layout import lay_out
from triggerfish.dsl.lines import lines
from triggerfish.dsl.tokens import Lexeme


@dataclass(slots=True)
class Sentence:
    """``depth`` counts the blocks around it; ``width`` is its indentation as written, in columns."""

    words: list[Lexeme]
    depth: int
    width: int
    declaration: str
    """The kind of token its declaration begins with."""
    opens: bool = False
    """A block stands below it."""
    above: list[Remark] = field(default_factory=list)
    """The comments between the sentence before and this one."""
    inside: dict[int, list[Remark]] = field(default_factory=dict)
    """The comments in front of a word, by its number: at most one behind the word before, then those on their own lines."""
    behind: Remark | None = None
    """The comment on its last line."""

    @property
    def line(self) -> int:
        """Its first line."""
        return self.words[0].span.line

    @property
    def last_line(self) -> int:
        """Its last line."""
        return self.words[-1].span.end_line

    @property
    def keeps_lines(self) -> bool:
        """Whether its line breaks stay as written, because a comment allows a warning of one of its lines."""
        behind = () if self.behind is None else (self.behind,)
        inside = (remark for remarks in self.inside.values() for remark in remarks)
        return any(remark.allows for remark in (*self.above, *inside, *behind))

    def breaks(self) -> set[int]:
        """The numbers of the words that begin a line but the first, as written."""
        words = self.words
        return {n for n in range(1, len(words)) if words[n].span.line > words[n - 1].span.end_line}


def read(text: str, path: str) -> tuple[list[Sentence], list[Remark]]:
    """The sentences of a text without syntax errors, and the comments below the last of them."""
    language = grammar()
    layout = lay_out(text, path, language.words, language.phrases)
    written = lines(text)
    sentences = [sentence for chunk in layout.chunks for sentence in _sentences(chunk.tokens, written)]
    comments = [remark(comment, written) for comment in layout.comments]
    return sentences, _distribute(comments, sentences)


def _sentences(tokens: list[Lexeme], written: list[str]) -> Iterator[Sentence]:
    declaration = tokens[0].type
    depth = 0
    words: list[Lexeme] = []
    last: Sentence | None = None
    for token in tokens:
        if token.value:
            words.append(token)
        elif token.type == "NEWLINE":
            if last is not None:
                last.opens = depth > last.depth
                yield last
            place = words[0].span
            last = Sentence(words, depth, indentation(written[place.line - 1][: place.column - 1]), declaration)
            words = []
        elif token.type == "INDENT":
            depth += 1
        elif token.type == "DEDENT":
            depth -= 1
    if last is not None:
        yield last


def _distribute(comments: list[Remark], sentences: list[Sentence]) -> list[Remark]:
    """Gives every comment to its sentence; returns those that are left."""
    waiting = iter(comments)
    comment = next(waiting, None)
    for sentence in sentences:
        starts = [(word.span.line, word.span.column) for word in sentence.words]
        while comment is not None and comment.place < starts[0]:
            sentence.above.append(comment)
            comment = next(waiting, None)
        while comment is not None and comment.place < starts[-1]:
            sentence.inside.setdefault(bisect.bisect(starts, comment.place), []).append(comment)
            comment = next(waiting, None)
        if comment is not None and not comment.own_line and comment.place[0] == sentence.last_line:
            sentence.behind = comment
            comment = next(waiting, None)
    return [] if comment is None else [comment, *waiting]
