"""From the text of a ``.flow`` file to its syntax tree and everything that is wrong with it.

The text is cut into declarations, and each is read for itself, so that a mistake in one leaves the others untouched.
Inside of a declaration a wrong line costs one message: the parser is rewound to the start of the line, which is
replaced, together with the block below it, by a BAD_LINE token.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lark import UnexpectedToken
from lark.parsers.lalr_parser_state import ParserState

from triggerfish.dsl.builder.lists import WrongLineError
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.diagnostics.syntax import Misspelt, OtherWords
from triggerfish.dsl.explain import Explainer, Explanation
from triggerfish.dsl.grammar import Grammar, grammar
from triggerfish.dsl.layout import Chunk, Layout, lay_out, look_twice
from triggerfish.dsl.margins import mend_margins
from triggerfish.dsl.names import check_names
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme, lexeme, renamed
from triggerfish.dsl.tree import Declaration, File

MAX_RESTARTS = 25
"""How often one declaration is read again from its start before it is given up."""
MAX_MISTAKES = 100
"""How many mistakes in one declaration are reported before the rest of it is given up."""

_BETWEEN_LINES = frozenset({"NEWLINE", "INDENT", "DEDENT"})


def parse(text: str, path: str) -> tuple[File, tuple[Diagnostic, ...]]:
    """Read one file; ``path`` is what diagnostics and spans call it.

    Never raises because of the text. The tree holds every declaration that could be read; the diagnostics are in
    the order of their places. Safe to call from several threads at once.
    """
    language = grammar()
    layout = lay_out(text, path, language.words, language.phrases)
    found: list[Diagnostic] = []
    declarations: list[Declaration] = []
    for chunk in mend_margins(layout.chunks, language, found):
        if chunk.unreadable:
            continue
        reader = _Reader(language, layout, chunk)
        declaration = reader.read()
        found += reader.found
        if declaration is not None:
            declarations.append(declaration)
            wrong_lines = layout.wrong_lines | {diagnostic.span.line for diagnostic in reader.found}
            found += check_names(chunk.tokens, wrong_lines)
    reworded = {one.span.line for one in found if one.code == OtherWords.code}
    found += [one for one in layout.problems if one.span.line not in reworded]
    ordered = sorted(dict.fromkeys(found), key=lambda diagnostic: (diagnostic.span, diagnostic.code))
    return File(path, tuple(declarations), layout.comments, layout.sentences), tuple(ordered)


@dataclass(slots=True)
class _LineStart:
    """The parser as it was before a line."""

    index: int
    states: list[Any]
    values: list[Any]


@dataclass(slots=True)
class _Position:
    """How far a declaration was read; line starts are kept by depth, with the line before at the same depth."""

    state: ParserState[Any]
    index: int = 0
    depth: int = 0
    starts: list[_LineStart] = field(default_factory=list)
    before: list[_LineStart | None] = field(default_factory=list)

    def begin_line(self) -> None:
        start = _LineStart(self.index, self.state.state_stack[:], self.state.value_stack[:])
        if len(self.starts) > self.depth:
            older: _LineStart | None = self.starts[self.depth]
            del self.starts[self.depth :]
            del self.before[self.depth :]
        else:
            older = None
        self.starts.append(start)
        self.before.append(older)


class _Reader:
    """Reads one declaration."""

    def __init__(self, language: Grammar, layout: Layout, chunk: Chunk) -> None:
        self.language = language
        self.layout = layout
        self.tokens: list[Lexeme] = chunk.tokens
        self.found: list[Diagnostic] = []
        self.restarts = 0
        self.mendings = 0
        self.mended_lines: set[int] = set()
        self.configuration = language.configuration

    def read(self) -> Declaration | None:
        explainer = Explainer(self.language)
        if self.tokens[0].type not in self.language.declarations:
            explanation = explainer.declaration(self.tokens)
            self._report(explanation.diagnostic, self.tokens[0].span)
            if explanation.mended is None:
                return None
            self.tokens = [*explanation.mended, *self.tokens[1:]]
        position = self._fresh()
        while True:
            try:
                return self._advance(position)
            except WrongLineError as wrong:
                if wrong.diagnostic not in self.found:
                    self.found.append(wrong.diagnostic)
                resumed = self._skip(position, self._index_of(wrong.diagnostic.span))
            except UnexpectedToken:
                resumed = self._recover(position, explainer)
            if resumed is None or len(self.found) > MAX_MISTAKES:
                return None
            position = resumed

    def _state(self, states: list[Any] | None = None, values: list[Any] | None = None) -> ParserState[Any]:
        return ParserState(self.configuration, None, states, values)  # type: ignore[arg-type] # tokens are fed

    def _fresh(self) -> _Position:
        return _Position(self._state())

    def _advance(self, position: _Position) -> Declaration:
        """Feed the parser until the declaration is complete, or a token or a line is wrong."""
        tokens = self.tokens
        state = position.state
        states = self.configuration.states
        after_line = True
        while True:
            token = tokens[position.index]
            kind = token.type
            if kind in _BETWEEN_LINES:
                after_line = True
            elif after_line:
                position.begin_line()
                after_line = False
            if kind == "$END":
                declaration: Declaration = state.feed_token(token, True)
                return declaration
            keyword = token.soft and kind != "NAME"
            if keyword and kind not in states[state.state_stack[-1]]:
                token, keyword = renamed(token, "NAME"), False
            try:
                state.feed_token(token)
            except UnexpectedToken:
                if not keyword or "NAME" not in states[state.state_stack[-1]]:
                    raise
                state.feed_token(renamed(token, "NAME"))
            if kind == "INDENT":
                position.depth += 1
            elif kind == "DEDENT":
                position.depth -= 1
            position.index += 1

    # --- mistakes ----------------------------------------------------------------------------------------

    def _recover(self, position: _Position, explainer: Explainer) -> _Position | None:
        index = position.index
        token = self.tokens[index]
        start = position.starts[-1]
        if token.type == "INDENT":
            self._report(explainer.indent(self.tokens, index), token.span)
            return self._without_block(index)
        explanation = explainer.explain(self.tokens, start.index, index, start.states)
        self._report(explanation.diagnostic, token.span)
        if explanation.mended is not None:
            return self._mended(position, start, explanation)
        return self._skip(position, index)

    def _mended(self, position: _Position, start: _LineStart, explanation: Explanation) -> _Position | None:
        """Read a line again with the word that was most probably meant; what else is wrong in it stays unsaid."""
        mended = explanation.mended
        if mended is None or self.mendings >= MAX_MISTAKES:
            return None
        self.mendings += 1
        self.mended_lines.add(self.tokens[start.index].span.line)
        end = start.index
        while self.tokens[end].type not in ("NEWLINE", "$END"):
            end += 1
        line = [*self.tokens[start.index : explanation.first], *mended, *self.tokens[explanation.last + 1 : end]]
        look_twice(line)
        self.tokens = [*self.tokens[: start.index], *line, *self.tokens[end:]]
        depth = self._depth(start.index)
        state = self._state(start.states[:], start.values[:])
        return _Position(state, start.index, depth, *_outer(position, depth, None))

    def _report(self, diagnostic: Diagnostic, place: Span) -> None:
        lines = range(self._line_of(place), place.end_line + 1)
        if any(line in self.layout.wrong_lines for line in lines):
            return
        if any(line in self.mended_lines for line in lines) and diagnostic.code != Misspelt.code:
            return
        if diagnostic not in self.found:
            self.found.append(diagnostic)

    def _line_of(self, place: Span) -> int:
        """The first line of the sentence a place belongs to."""
        first = self.tokens[0]
        for before, token in zip(self.tokens, self.tokens[1:], strict=False):
            if (token.span.line, token.span.column) > (place.line, place.column):
                break
            if before.type in _BETWEEN_LINES and token.type not in _BETWEEN_LINES:
                first = token
        return first.span.line

    def _without_block(self, index: int) -> _Position | None:
        """Go on behind a block that must not be there."""
        self.tokens = self.tokens[:index] + self.tokens[self._after_block(index) :]
        return self._restart()

    def _skip(self, position: _Position, index: int) -> _Position | None:
        """Put BAD_LINE in the place of the innermost line around a token that may be replaced."""
        kept = [start for start in (*position.starts, *position.before) if start is not None]
        kept.sort(key=lambda start: start.index, reverse=True)
        for start in kept:
            if not start.index <= index < self._after_line(start.index):
                continue
            state = self._state(start.states[:], start.values[:])
            if self._take_bad_line(state, start.index):
                depth = self._depth(start.index)
                return _Position(state, self._after_line(start.index), depth, *_outer(position, depth, start))
        return self._skip_from_start(index)

    def _take_bad_line(self, state: ParserState[Any], index: int) -> bool:
        try:
            state.feed_token(self._bad_line(index))
        except (UnexpectedToken, WrongLineError):
            return False
        return True

    def _skip_from_start(self, index: int) -> _Position | None:
        """A line that was read long ago turned out wrong: read again without it."""
        first = index
        while first and self.tokens[first - 1].type not in _BETWEEN_LINES:
            first -= 1
        if first == 0 or self.tokens[first].type == "BAD_LINE":
            return None
        self.tokens = [*self.tokens[:first], self._bad_line(first), *self.tokens[self._after_line(first) :]]
        return self._restart()

    def _restart(self) -> _Position | None:
        self.restarts += 1
        return self._fresh() if self.restarts <= MAX_RESTARTS else None

    # --- where lines and blocks end -------------------------------------------------------------------------

    def _bad_line(self, index: int) -> Lexeme:
        first = self.tokens[index]
        return lexeme("BAD_LINE", "", first.span, first.sink)

    def _after_line(self, index: int) -> int:
        while self.tokens[index].type not in ("NEWLINE", "$END"):
            index += 1
        index += 1
        if index < len(self.tokens) and self.tokens[index].type == "INDENT":
            return self._after_block(index)
        return min(index, len(self.tokens) - 1)

    def _after_block(self, index: int) -> int:
        depth = 0
        while True:
            kind = self.tokens[index].type
            depth += (kind == "INDENT") - (kind == "DEDENT")
            index += 1
            if depth == 0:
                return index

    def _depth(self, index: int) -> int:
        return sum((token.type == "INDENT") - (token.type == "DEDENT") for token in self.tokens[:index])

    def _index_of(self, place: Span) -> int:
        best = 0
        for index, token in enumerate(self.tokens):
            if (token.span.line, token.span.column) > (place.line, place.column):
                break
            if token.type not in _BETWEEN_LINES:
                best = index
        return best


def _outer(
    position: _Position, depth: int, start: _LineStart | None
) -> tuple[list[_LineStart], list[_LineStart | None]]:
    """The line starts around a line, as they were when it began, and its own if it is given."""
    starts, before = position.starts[:depth], position.before[:depth]
    return ([*starts, start], [*before, None]) if start is not None else (starts, before)
