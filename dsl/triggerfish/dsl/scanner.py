"""From text to words: lines of tokens, comments, and what cannot be a word at all."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix, Rule
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import FOREIGN, RESERVED, SCAN, Lexeme, lexeme
from triggerfish.dsl.tree import Comment

TAB = 4
MAX_DIGITS = 15


@dataclass(slots=True)
class Line:
    """A line of the file that holds more than a comment."""

    width: int
    """Its indentation in columns; a tab leads to the next multiple of four."""
    kind: str
    """What it is indented by: ``""``, ``"space"``, ``"tab"`` or ``"mixed"``."""
    tokens: list[Lexeme] = field(default_factory=list)
    marks: list[Lexeme] = field(default_factory=list)
    """Those of the tokens that nest: brackets, commas, operators."""


@dataclass(slots=True)
class Scan:
    """What was found in a text."""

    lines: list[Line]
    comments: list[Comment]
    own_lines: dict[int, str]
    """The comments that stand alone, by line."""
    problems: list[Diagnostic]
    wrong_lines: set[int]


def scan(text: str, path: str, words: Mapping[str, str], phrases: Mapping[tuple[str, str], str]) -> Scan:
    """Cut ``text`` into words. Never raises; what has no meaning is reported and left out."""
    scanner = _Scanner(text, path, words, phrases)
    scanner.run()
    return Scan(scanner.lines, scanner.comments, scanner.own_lines, scanner.problems, scanner.wrong_lines)


_MARKS = frozenset(
    {"OPEN", "CLOSE", "OPEN_LIST", "CLOSE_LIST", "COMMA", "PLUS", "MINUS", "STAR", "SLASH", "NOT", "OF", "SINCE"}
)
_SIGNS = frozenset({"symbol", "opening", "closing"})
_LITERALS = {"text": "TEXT", "curly_text": "TEXT", "mixed_text": "TEXT", "percent": "PERCENT", "number": "NUMBER"}


class _Scanner:
    def __init__(self, text: str, path: str, words: Mapping[str, str], phrases: Mapping[tuple[str, str], str]) -> None:
        self.text = text
        self.path = path
        self.words = words
        self.phrases = phrases
        self.soft = {terminal for word, terminal in words.items() if word.isalpha() and word not in RESERVED} | {"NAME"}
        self.phrase_starts = {words[before] for before, _ in phrases if before in words}
        self.lines: list[Line] = []
        self.line: Line | None = None
        self.comments: list[Comment] = []
        self.own_lines: dict[int, str] = {}
        self.problems: list[Diagnostic] = []
        self.wrong_lines: set[int] = set()
        self.odd_line = 0
        self.number = 1
        self.skip = 0
        self.line_start = 1 if text.startswith("\ufeff") else 0

    def run(self) -> None:
        words = self.words
        for match in SCAN.finditer(self.text, self.line_start):
            kind = match.lastgroup
            if kind is None or kind == "end":
                break
            start, end = match.span(kind)
            if start < self.skip and kind != "newline":
                continue
            if kind == "word":
                value = match[kind]
                terminal = words.get(value)
                if terminal is None:
                    terminal = "DOTTED" if "." in value else "NAME"
                self._add(terminal, value, start, end)
            elif kind == "newline":
                self.number += 1
                self.line_start = end
                self.line = None
            elif kind in _SIGNS:
                value = match[kind]
                self._add(words[value], value, start, end)
            elif kind in _LITERALS:
                self._literal(kind, match[kind], start, end)
            else:
                getattr(self, f"_{kind}")(match[kind], start, end)

    def _span(self, start: int, end: int) -> Span:
        begin = self.line_start - 1
        return Span(self.path, self.number, start - begin, self.number, end - begin)

    def _add(self, terminal: str, value: str, start: int, end: int) -> Lexeme:
        begin = self.line_start - 1
        number = self.number
        token = lexeme(terminal, value, Span(self.path, number, start - begin, number, end - begin), self.problems)
        line = self.line
        if line is None:
            self.line = line = self._begin_line(start)
        elif line.tokens and (before := line.tokens[-1]).type in self.phrase_starts:
            phrase = self.phrases.get((before.value, value))
            if phrase is not None:
                token = lexeme(phrase, f"{before.value} {value}", before.span.to(token.span), self.problems)
                line.tokens[-1] = token
                return token
        if terminal in _MARKS:
            line.marks.append(token)
        token.soft = terminal in self.soft
        line.tokens.append(token)
        return token

    def _begin_line(self, start: int) -> Line:
        margin = self.text[self.line_start : start]
        width = 0
        for space in margin:
            width = (width // TAB + 1) * TAB if space == "\t" else 0 if space == "\f" else width + 1
        tabs = "\t" in margin
        kind = "" if not margin else "space" if not tabs else "tab" if margin.strip("\t") == "" else "mixed"
        line = Line(width, kind)
        self.lines.append(line)
        return line

    def _report(
        self, rule: type[Rule], span: Span, *, hint: str | None = None, fix: Fix | None = None, **words: Any
    ) -> None:
        self.problems.append(rule.at(span, hint=hint, fix=fix, **words))
        self.wrong_lines.update(range(span.line, span.end_line + 1))

    # --- what is neither a word nor a sign ----------------------------------------------------------------

    def _opt_in(self, value: str, start: int, end: int) -> None:
        self._add("OPT_IN", value, start, end)

    def _comment(self, value: str, start: int, end: int) -> None:
        body = value[1:].removeprefix(" ").rstrip()
        own = not self.text[self.line_start : start].strip()
        self.comments.append(Comment(body, own, self._span(start, end)))
        if own:
            self.own_lines[self.number] = body

    def _literal(self, kind: str, value: str, start: int, end: int) -> None:
        if kind in ("number", "percent") and len(value.rstrip("% ").replace(".", "")) > MAX_DIGITS:
            self._report(syntax.NumberTooLong, self._span(start, end))
            value = "0%" if kind == "percent" else "0"
        self._add(_LITERALS[kind], value, start, end)

    def _long_text(self, value: str, start: int, end: int) -> None:
        token = self._add("TEXT", value, start, end)
        breaks = list(re.finditer(r"\r\n|\n|\r", value))
        if breaks:
            self.number += len(breaks)
            self.line_start = start + breaks[-1].end()
            last = end - self.line_start + 1
            token.span = Span(self.path, token.span.line, token.span.column, self.number, last)
            token.end_line, token.end_column = self.number, last

    def _endless(self, value: str, start: int, end: int) -> None:
        self._long_text(value, start, end)
        first = Span(self.path, self.number, 1, self.number, 4)
        if self.line is not None:
            place = self.line.tokens[-1].span
            first = Span(self.path, place.line, place.column, place.line, place.column + 3)
        self._report(syntax.UnclosedLongText, first)

    def _unclosed(self, value: str, start: int, end: int) -> None:  # noqa: ARG002 - one signature for all kinds
        body = value.rstrip()
        self._report(syntax.UnclosedText, self._span(start, start + len(body)))
        self._add("TEXT", body + '"', start, start + len(body))

    def _single_text(self, value: str, start: int, end: int) -> None:
        if self._bare_text():
            return
        span = self._span(start, end)
        double = '"' + value[1:-1].replace('"', '\\"') + '"'
        self._report(syntax.WrongQuotes, span, fix=Fix("use double quotation marks", (Edit(span, double),), True))
        self._add("TEXT", double, start, end)

    def _date(self, value: str, start: int, end: int) -> None:
        try:
            right = len(value) == 10 and dt.date.fromisoformat(value) is not None
        except ValueError:
            right = False
        if not right:
            self._report(syntax.NoSuchDate, self._span(start, end), word=value)
            value = "2000-01-01"
        self._add("DATE", value, start, end)

    def _foreign_date(self, value: str, start: int, end: int) -> None:
        """``24.12.2026``, ``12/24/2026``, ``2026/12/24``: a date as other places write it."""
        right = dates_meant(value)
        span = self._span(start, end)
        hint = f"dates are written year-month-day: {' or '.join(right)}" if right else None
        fix = Fix(f"write {right[0]}", (Edit(span, right[0]),), False) if len(right) == 1 else None
        if right:
            self._report(syntax.OtherWords, span, hint=hint, fix=fix, said=value, better=right[0])
        else:
            self._report(syntax.NoSuchDate, span, word=value)
        self._add("DATE", right[0] if right else "2000-01-01", start, end)

    def _clock(self, value: str, start: int, end: int) -> None:
        if clock_value(value) is None:
            self._report(syntax.NoSuchTime, self._span(start, end), word=value)
            value = "0:00"
        self._add("CLOCK", value, start, end)

    def _foreign(self, value: str, start: int, end: int) -> None:
        if self._bare_text():
            return
        meant = FOREIGN[value]
        if meant == "-" and self.line is not None and self.line.tokens[-1].type == "CLOCK":
            meant = "to"
        span = self._span(start, end)
        text = meant if meant != "to" else " to "
        fix = Fix(f"write `{meant}`", (Edit(span, text),), False)
        self._report(syntax.ForeignSign, span, hint=f"write `{meant}`", fix=fix, sign=value, word=meant)
        for word in meant.split():
            self._add(self.words[word], word, start, end)

    def _odd(self, value: str, start: int, end: int) -> None:
        if self.odd_line == self.number or self._bare_text():
            return
        self.odd_line = self.number
        span = self._span(start, end)
        last = not self.text[end : self._line_end(end)].split("#", 1)[0].strip()
        usual = unicodedata.normalize("NFKC", value)
        hint, fix = None, None
        if last and usual in (".", ";", "!", "?", "\u3002"):
            hint = "leave it out: a line needs no sign at its end"
            fix = Fix("leave it out", (Edit(span, ""),), True)
        elif usual != value and usual.isascii() and usual.strip():
            hint = f"write `{usual}`"
            fix = Fix(hint, (Edit(span, usual),), True)
        elif value in _ODD:
            hint = _ODD[value]
        self._report(syntax.OddCharacter, span, hint=hint, fix=fix, what=character_name(value))

    def _line_end(self, start: int) -> int:
        found = re.compile(r"[\r\n]|\Z").search(self.text, start)
        return found.start() if found is not None else len(self.text)

    def _bare_text(self) -> bool:
        """A text without its quotation marks, with signs in it: read as the text to the end of the line."""
        line = self.line
        if line is None or not _is_bare(line.tokens):
            return False
        first = line.tokens[1].span
        start = self.line_start + first.column - 1
        body = self.text[start : self._line_end(start)].rstrip()
        if '"' in body:
            return False
        self.skip = start + len(body)
        span = self._span(start, self.skip)
        before = line.tokens[0].value
        fix = Fix("put it in quotation marks", (Edit(span, f'"{body}"'),), False)
        said = f"{before} {body}"
        del line.tokens[1:]
        line.marks.clear()
        self._report(
            syntax.OtherWords, span, fix=fix, said=said if len(said) <= 60 else f"{said[:59]}…", better=f'{before} "{body}"'
        )
        self._add("TEXT", f'"{body}"', start, self.skip)
        return True


_TEXTS = frozenset("subject preview title body text sms push sender headline".split())
_ODD = {
    **dict.fromkeys("$€£¥", "write the amount without its currency"),
    ".": "in names a dot stands between two words, without spaces; a line needs no sign at its end",
    "%": "write the percent sign directly after its number: 50%",
    **dict.fromkeys(
        "{}", "`{{ … }}` belongs inside of a text, between quotation marks; blocks are made by indentation"
    ),
    ";": "each sentence has a line of its own",
}


def _is_bare(tokens: list[Lexeme]) -> bool:
    return len(tokens) > 1 and tokens[0].value in _TEXTS and tokens[1].type not in ("TEXT", "FILE", "COLON", "IN")


def dates_meant(word: str) -> list[str]:
    """The dates, written year-month-day, that ``24.12.2026``, ``12/24/2026`` or ``3/4/2026`` can mean."""
    first, second, third = (int(part) for part in re.split(r"[./]", word))
    if first > 31:
        orders = [(first, second, third)]
    elif "." in word:
        orders = [(third, second, first)]
    else:
        orders = [(third, first, second), (third, second, first)]
    found: dict[str, None] = {}
    for year, month, day in orders:
        try:
            found[dt.date(year, month, day).isoformat()] = None
        except ValueError:
            continue
    return list(found)


def clock_value(word: str) -> tuple[int, int] | None:
    """Hour and minute of ``21:30``, ``9am`` or ``9:30 pm``, or None if there is no such time."""
    found = re.fullmatch(r"([0-9]{1,2})(?::([0-9]{2}))? ?([ap]m)?", word)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[3] == "pm" else 0)
    return (hour, minute) if hour < 24 and minute < 60 else None


def character_name(character: str) -> str:
    """How a message speaks of one character: as itself, or by number and name where it cannot be seen."""
    if character.isprintable() and not character.isspace():
        return f"`{character}`"
    name = unicodedata.name(character, "")
    return f"the invisible character U+{ord(character):04X}" + (f" ({name.lower()})" if name else "")
