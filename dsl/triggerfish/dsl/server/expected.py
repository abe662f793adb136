"""What the grammar allows at the cursor."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from lark import Token, UnexpectedToken
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParserState

from triggerfish.dsl.grammar import Grammar, grammar
from triggerfish.dsl.layout import lay_out
from triggerfish.dsl.server.finder import HERE
from triggerfish.dsl.tokens import Lexeme

_BREAKS = frozenset({"NEWLINE", "INDENT", "DEDENT"})
_MOST_RETRIES = 8


@dataclass(frozen=True, slots=True)
class Expected:
    """``terminals`` may come next; ``line`` are the words of the line before the cursor."""

    terminals: frozenset[str]
    line: tuple[Lexeme, ...]
    language: Grammar

    @property
    def words(self) -> list[str]:
        """The words of the language among them, as they are written."""
        found = [self.language.written.get(terminal, "") for terminal in self.terminals]
        return sorted(word for word in found if word.replace(" ", "").replace("-", "").isalpha())


def expected(before: str) -> Expected:
    """``before`` is the text of a declaration up to the word the cursor is in."""
    language = grammar()
    layout = lay_out(before + HERE, "", language.words, language.phrases)
    tokens = next((list(chunk.tokens) for chunk in reversed(layout.chunks) if _here(chunk.tokens) is not None), [])
    place = _here(tokens)
    if place is None:
        return Expected(frozenset(), (), language)
    tokens = tokens[:place]
    line = _line(tokens)
    if not [token for token in tokens if token.type not in _BREAKS]:
        return Expected(language.declarations, (), language)
    terminals = _after(tokens, language)
    if line and line[0].type == "EXPECT_MESSAGE":
        plain = copy.copy(tokens)
        plain[tokens.index(line[0])] = _as(line[0], "EXPECT")
        terminals |= _after(plain, language)
    if line and line[0].type == "EXPECT" and len(line) == 1:
        terminals |= _after([*tokens[:-1], _as(line[0], "EXPECT_MESSAGE")], language)
    return Expected(frozenset(terminals), line, language)


def _as(token: Lexeme, kind: str) -> Lexeme:
    other = copy.copy(token)
    other.type = kind
    return other


def _here(tokens: Sequence[Lexeme]) -> int | None:
    return next((index for index, token in enumerate(tokens) if HERE in token.value), None)


def _line(tokens: Sequence[Lexeme]) -> tuple[Lexeme, ...]:
    last = next((index for index in range(len(tokens), 0, -1) if tokens[index - 1].type in _BREAKS), 0)
    return tuple(tokens[last:])


def _after(tokens: list[Lexeme], language: Grammar) -> set[str]:
    """The terminals that may follow; lines above that cannot be read are passed over."""
    for _ in range(_MOST_RETRIES):
        stack, wrong = _fed(tokens, language)
        if wrong is None:
            return _allowed(stack, language)
        shorter = _without_line(tokens, wrong)
        if shorter is None:
            return set()
        tokens = shorter
    return set()


def _fed(tokens: Sequence[Lexeme], language: Grammar) -> tuple[list[int], int | None]:
    configuration = copy.copy(language.configuration)
    configuration.callbacks = {}
    state = ParserState(configuration, None, None, None)  # type: ignore[arg-type] # tokens are fed
    for index, token in enumerate(tokens):
        for kind in (token.type, "NAME") if token.soft else (token.type,):
            if kind in configuration.states[state.state_stack[-1]]:
                kept = list(state.state_stack)
                try:
                    state.feed_token(Token(kind, ""))
                    break
                except UnexpectedToken:
                    state = ParserState(configuration, None, kept, [])  # type: ignore[arg-type] # as above
        else:
            return [], index
        state.value_stack.clear()
    return list(state.state_stack), None


def _without_line(tokens: list[Lexeme], wrong: int) -> list[Lexeme] | None:
    """The tokens without the line around one of them; the line of the cursor itself is needed."""
    first = wrong
    while first and tokens[first - 1].type not in _BREAKS:
        first -= 1
    last = wrong
    while last < len(tokens) and tokens[last].type != "NEWLINE":
        last += 1
    if last >= len(tokens) or first == 0:
        return None
    last += 1
    depth = 0
    while last < len(tokens) and (depth or tokens[last].type == "INDENT"):
        depth += (tokens[last].type == "INDENT") - (tokens[last].type == "DEDENT")
        last += 1
    return [*tokens[:first], *tokens[last:]]


def _allowed(stack: list[int], language: Grammar) -> set[str]:
    configuration = copy.copy(language.configuration)
    configuration.callbacks = {}
    found = set()
    for terminal in configuration.states[stack[-1]]:
        if not terminal.isupper() or terminal == "BAD_LINE":
            continue
        state = ParserState(configuration, None, stack[:], [])  # type: ignore[arg-type] # as above
        try:
            state.feed_token(Token(terminal, ""))
        except UnexpectedToken:
            continue
        if terminal == "NAME" or not _only_a_name(state.state_stack[-1], language):
            found.add(terminal)
    return found


def _only_a_name(state: int, language: Grammar) -> bool:
    """Whether the keyword just read can be nothing but a name here."""
    actions = language.configuration.states[state].values()
    return bool(actions) and all(action is not Shift and rule.origin.name in ("word", "field_word") for action, rule in actions)
