"""From text to tokens: what the words are, which lines belong together, and what is indented below what.

Lines are blocks by their indentation. A line that is indented deeper and begins with ``and``, ``or``, ``then`` or
``where`` continues the one above; line breaks inside brackets mean nothing. All state lives in the objects of one
call, so any number of texts can be read at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Rule
from triggerfish.dsl.scanner import Line, Scan, scan
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme, lexeme, renamed
from triggerfish.dsl.tree import Comment

CONTINUES = frozenset({"and", "or", "then", "where"})
MAX_BLOCKS = 32
MAX_BRACKETS = 40
MAX_SIGNS = 200
_NESTING = frozenset({"PLUS", "MINUS", "STAR", "SLASH", "NOT", "OF", "SINCE"})
_BEGINNINGS = frozenset(
    "profile event topic value segment score model message content policy flow test start only again enter per expire "
    "stop goal priority urgency exclusive about holdout status timezone release when moved send wait collect if else "
    "choose split together repeat for set clear add subscribe unsubscribe join leave record do exit otherwise until "
    "path branch measure decide given at after expect".split()
)


@dataclass(slots=True)
class Chunk:
    """The tokens of one declaration, closed by ``$END``."""

    tokens: list[Lexeme] = field(default_factory=list)
    unreadable: bool = False
    """Something in it is nested so deep that it is not worth reading; that was reported."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A text cut into declarations."""

    chunks: tuple[Chunk, ...]
    comments: tuple[Comment, ...]
    problems: list[Diagnostic]
    """What is wrong so far; tree builders add to it through their tokens."""
    wrong_lines: frozenset[int]
    """Lines on which a mistake was found already: what goes wrong there later is its consequence."""
    sentences: tuple[tuple[int, int], ...]
    """The first and last lines of those sentences that take several."""


def lay_out(text: str, path: str, words: Mapping[str, str], phrases: Mapping[tuple[str, str], str]) -> Layout:
    """The tokens of ``text``, declaration by declaration. Never raises, whatever the text.

    ``words`` and ``phrases`` give the terminals of keywords, signs and pairs of words (see ``grammar.Grammar``).
    """
    return _Blocks(scan(text, path, words, phrases), path).layout()


class _Blocks:
    def __init__(self, scanned: Scan, path: str) -> None:
        self.scanned = scanned
        self.path = path
        self.problems = scanned.problems
        self.wrong_lines = scanned.wrong_lines
        self.chunks: list[Chunk] = []
        self.chunk = Chunk()
        self.indents: list[int] = []
        self.kinds: list[str] = []
        self.current: list[Lexeme] = []
        self.open: list[Lexeme] = []
        self.signs = 0
        self.mixed = False
        self.sentences: list[tuple[int, int]] = []

    def layout(self) -> Layout:
        for line in self.scanned.lines:
            if self._goes_on(line):
                self.current += line.tokens
            else:
                self._end_line()
                self._indent(line)
                first = line.tokens[0]
                first.doc = self._doc(first.span.line)
                self.current = line.tokens
            if line.marks:
                self._count(line.marks)
        self._end_line()
        self._end_chunk()
        comments, wrong = tuple(self.scanned.comments), frozenset(self.wrong_lines)
        return Layout(tuple(self.chunks), comments, self.problems, wrong, tuple(self.sentences))

    def _goes_on(self, line: Line) -> bool:
        """Whether a line belongs to the sentence above it."""
        if self.open:
            return not self._bracket_was_forgotten(line)
        return bool(self.current) and line.width > self.indents[-1] and line.tokens[0].value in CONTINUES

    # --- lines ------------------------------------------------------------------------------------

    def _end_line(self) -> None:
        if self.open:
            self._unclosed()
        tokens = self.current
        if not tokens:
            return
        look_twice(tokens)
        if tokens[-1].end_line != tokens[0].line:
            self.sentences.append((tokens[0].span.line, tokens[-1].span.end_line))
        self.chunk.tokens += tokens
        self.chunk.tokens.append(self._mark("NEWLINE", tokens[-1].span))
        self.current = []
        self.signs = 0

    def _indent(self, line: Line) -> None:
        width = line.width
        if not self.indents:
            if width:
                self._report(syntax.FirstLineIndented, line.tokens[0].span)
            self.indents.append(width)
            self.kinds.append(line.kind)
        elif width > self.indents[-1]:
            self._deeper(line)
        elif width < self.indents[-1]:
            self._shallower(line)
        if len(self.indents) == 1:
            self._end_chunk()
            self.kinds[0] = line.kind
        elif not self.mixed and (line.kind == "mixed" or line.kind != self.kinds[-1]):
            self.mixed = True
            self._report(syntax.MixedIndent, self._margin(line))

    def _deeper(self, line: Line) -> None:
        self.indents.append(line.width)
        self.kinds.append(line.kind)
        place = line.tokens[0].span
        if len(self.indents) > MAX_BLOCKS and not self.chunk.unreadable:
            self.chunk.unreadable = True
            self._report(syntax.NestedTooDeep, place)
        start = Span(self.path, place.line, place.column, place.line, place.column)
        self.chunk.tokens.append(lexeme("INDENT", "", start, self.problems))

    def _shallower(self, line: Line) -> None:
        width = line.width
        inner = self.indents[-1]
        while len(self.indents) > 1 and self.indents[-1] > width:
            inner = self.indents[-1]
            if self.indents[-2] < width and inner - width <= width - self.indents[-2]:
                break
            self.indents.pop()
            self.kinds.pop()
            self.chunk.tokens.append(self._mark("DEDENT", self.chunk.tokens[-1].span))
        if self.indents[-1] != width:
            if len(self.indents) == 1 and width < self.indents[0]:
                self.indents[0] = width
                return
            outer = self.indents[-2] if self.indents[-1] > width else self.indents[-1]
            choices = f"{outer} or {inner}" if outer != inner else f"{inner}"
            self._report(syntax.UnmatchedIndent, line.tokens[0].span, choices=choices)

    def _end_chunk(self) -> None:
        tokens = self.chunk.tokens
        if tokens:
            last = tokens[-1].span
            depth = sum((token.type == "INDENT") - (token.type == "DEDENT") for token in tokens if not token.value)
            tokens.extend(self._mark("DEDENT", last) for _ in range(depth))
            tokens.append(self._mark("$END", last))
            self.chunks.append(self.chunk)
        self.chunk = Chunk()
        self.mixed = False

    # --- brackets -----------------------------------------------------------------------------------

    def _count(self, marks: list[Lexeme]) -> None:
        """Pair the brackets of a line and see that nothing in it is too deep to be read by a person or walked by us."""
        for token in marks:
            kind = token.type
            if kind in ("OPEN", "OPEN_LIST"):
                self.open.append(token)
                if len(self.open) > MAX_BRACKETS and not self.chunk.unreadable:
                    self.chunk.unreadable = True
                    self._report(syntax.NestedTooDeep, token.span)
            elif kind in ("CLOSE", "CLOSE_LIST"):
                self._close(token)
            elif kind == "COMMA":
                self.signs = 0
            elif kind in _NESTING:
                self.signs += 1
                if self.signs > MAX_SIGNS and not self.chunk.unreadable:
                    self.chunk.unreadable = True
                    self._report(syntax.TooLong, token.span)

    def _close(self, token: Lexeme) -> None:
        if not self.open:
            self._report(syntax.StrayBracket, token.span, closing=token.value)
        elif (self.open[-1].type == "OPEN") == (token.type == "CLOSE"):
            self.open.pop()
        elif len(self.open) > 1 and (self.open[-2].type == "OPEN") == (token.type == "CLOSE"):
            unclosed = self.open.pop()
            self.open.pop()
            self._report(syntax.UnclosedBracket, unclosed.span, closing=_closing(unclosed))
        else:
            self._report(syntax.StrayBracket, token.span, closing=token.value)

    def _unclosed(self) -> None:
        bracket = self.open[0]
        self._report(syntax.UnclosedBracket, bracket.span, closing=_closing(bracket))
        self.open = []

    def _bracket_was_forgotten(self, line: Line) -> bool:
        """Whether a line that stands inside of brackets is plainly a line of its own.

        It is indented no deeper than the line the bracket stands in, and begins like one of the language's lines.
        """
        first = line.tokens[0]
        if line.width > self.indents[-1] or first.value not in _BEGINNINGS:
            return False
        return len(line.tokens) == 1 or line.tokens[1].type not in ("COLON", "COMMA", "CLOSE", "CLOSE_LIST")

    # --- places ---------------------------------------------------------------------------------------

    def _doc(self, line: int) -> str:
        own = self.scanned.own_lines
        above = line - 1
        while above in own:
            above -= 1
        return "\n".join(own[number] for number in range(above + 1, line)) if above + 1 < line else ""

    def _mark(self, kind: str, last: Span) -> Lexeme:
        end = Span(self.path, last.end_line, last.end_column, last.end_line, last.end_column)
        return lexeme(kind, "", end, self.problems)

    def _margin(self, line: Line) -> Span:
        place = line.tokens[0].span
        return Span(self.path, place.line, 1, place.line, max(2, place.column))

    def _report(self, rule: type[Rule], span: Span, **words: Any) -> None:
        self.problems.append(rule.at(span, **words))
        self.wrong_lines.add(span.line)


def _closing(bracket: Lexeme) -> str:
    return ")" if bracket.type == "OPEN" else "]"


# --- lines whose first words need a second look ---------------------------------------------------------

_OPERATORS = frozenset({("STARTS", "WITH"), ("ENDS", "WITH"), ("DOES", "NOT")})
_VALUES = frozenset({"COUNT", "SUM", "AVERAGE", "SMALLEST", "LARGEST", "TIME"})


def look_twice(tokens: list[Lexeme]) -> None:
    """Tell apart, in place, what lines beginning with ``expect``, ``start when confirms`` and ``confirms`` are about."""
    if tokens[0].type == "EXPECT":
        _read_expectation(tokens)
    elif tokens[0].type == "START":
        _read_start(tokens)
    elif tokens[0].value == "confirms" and _is_word(tokens, 1) and tokens[1].value != "happens":
        tokens[0] = renamed(tokens[0], "CONFIRMS")


def _read_expectation(tokens: list[Lexeme]) -> None:
    """``expect email welcome`` is about messages, ``expect email is known`` about values.

    One word more than the parser sees ahead tells them apart, so the first token is renamed here.
    """
    kinds = [token.type for token in tokens[:6]] + ["NEWLINE"] * 6
    rest = 2 if kinds[1] == "NO" else 1
    if kinds[rest + 1] == "DOTTED" and tokens[rest].value == "action":
        tokens[rest] = renamed(tokens[rest], "EXPECTED_ACTION")
    elif kinds[1] == "NO":
        if kinds[2] != "EVENT":
            tokens[0] = renamed(tokens[0], "EXPECT_MESSAGE")
    elif kinds[1] == "NUMBER":
        if _is_word(tokens, 2):
            tokens[0] = renamed(tokens[0], "EXPECT_MESSAGE")
    elif _is_word(tokens, 1) and not (kinds[1] == "EXIT" and _is_word(tokens, 2) and _is_word(tokens, 3)):
        phrase = kinds[1] in _VALUES and kinds[2] in ("OF", "SINCE")
        operator = (kinds[2], kinds[3]) in _OPERATORS and kinds[5] != "CONTAINING"
        if not phrase and not operator and (kinds[2] in ("NEWLINE", "AT", "WITH") or _is_word(tokens, 2)):
            tokens[0] = renamed(tokens[0], "EXPECT_MESSAGE")


def _read_start(tokens: list[Lexeme]) -> None:
    """``start when confirms TOPIC``: a topic and a field may both be called anything, even ``changes``."""
    if len(tokens) > 3 and tokens[1].type == "WHEN" and tokens[2].value == "confirms" and _is_word(tokens, 3):
        tokens[2] = renamed(tokens[2], "CONFIRMS")


def _is_word(tokens: list[Lexeme], index: int) -> bool:
    return index < len(tokens) and tokens[index].soft
