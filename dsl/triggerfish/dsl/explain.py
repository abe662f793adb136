"""What to say about a word that cannot stand where it stands."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lark import Token, UnexpectedToken
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParserState

from triggerfish.dsl.cures import advice
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.grammar import Grammar
from triggerfish.dsl.layout import CONTINUES
from triggerfish.dsl.names import snake_case
from triggerfish.dsl.rewording import reword, said, shortened
from triggerfish.dsl.span import Span
from triggerfish.dsl.speech import listed, quoted
from triggerfish.dsl.tokens import RESERVED, Lexeme, lexeme

Stack = list[Any]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is wrong, and, where that is plain, how to go on reading: with ``mended`` in place of some tokens."""

    diagnostic: Diagnostic
    first: int = 0
    last: int = 0
    mended: tuple[Lexeme, ...] | None = None


_LOOK_BACK = 6
_HEADERS = frozenset(
    "start only again per expire stop goal priority urgency exclusive about holdout status timezone release when "
    "moved".split()
)


class Explainer:
    """Knows the language and can try what the parser would have accepted."""

    def __init__(self, language: Grammar) -> None:
        self.language = language
        self.states = language.configuration.states
        self.trial = copy.copy(language.configuration)
        self.trial.callbacks = {}

    # --- trying -----------------------------------------------------------------------------------

    def _feed(self, stack: Stack, kind: str, *, soft: bool = False) -> Stack | None:
        state = ParserState(self.trial, None, stack[:], [])  # type: ignore[arg-type]
        for terminal in (kind, "NAME") if soft else (kind,):
            if soft and terminal == kind and kind not in self.states[state.state_stack[-1]]:
                continue
            try:
                state.feed_token(Token(terminal, ""))
            except UnexpectedToken:
                continue
            return list(state.state_stack)
        return None

    def _expected(self, stack: Stack) -> set[str]:
        """The terminals that may come next, without the keywords that would only be names there."""
        found = set()
        for terminal in self.states[stack[-1]]:
            if not terminal.isupper() or terminal == "BAD_LINE":
                continue
            after = self._feed(stack, terminal)
            if after is not None and not self._only_name(after, terminal):
                found.add(terminal)
        return found

    def _only_name(self, stack: Stack, terminal: str) -> bool:
        if terminal == "NAME":
            return False
        actions = self.states[stack[-1]].values()
        return bool(actions) and all(action is not Shift and rule.origin.name in ("word", "field_word") for action, rule in actions)

    # --- saying ---------------------------------------------------------------------------------------

    def declaration(self, tokens: Sequence[Lexeme]) -> Explanation:
        """A line at the left margin that begins no declaration."""
        first = tokens[0]
        known = [self.language.written[kind] for kind in self.language.declarations]
        meant = closest(first.value, known) if first.type == "NAME" else None
        if meant:
            return self._misspelt(tokens, 0, meant)
        hint = None
        if first.value in CONTINUES:
            hint = "indent the line, if it continues the one above"
        elif first.value in self.language.words and first.soft:
            hint = "indent this line below the declaration it belongs to"
        return Explanation(syntax.UnknownDeclaration.at(first.span, hint=hint, what=quoted(first)))

    def indent(self, tokens: Sequence[Lexeme], index: int) -> Diagnostic:
        """``tokens[index]`` is an INDENT that must not be there."""
        first, second = tokens[index + 1], tokens[index + 2]
        hint = None
        if second.type == "COLON":
            hint = "if these are values for the line above, end that line with `with`"
        return syntax.UnexpectedIndent.at(first.span, hint=hint)

    def explain(self, tokens: Sequence[Lexeme], start: int, index: int, states: Stack) -> Explanation:
        """``tokens[index]`` is wrong in the line that begins at ``start``.

        Before that line the parser was in ``states``.
        """
        stacks = [states]
        for token in tokens[start:index]:
            stack = self._feed(stacks[-1], token.type, soft=token.soft)
            if stack is None:
                break
            stacks.append(stack)
        line = _Line(tokens, start, min(index, start + len(stacks) - 1), stacks)
        expected = self._expected(stacks[-1])
        return (
            self._continuation(line)
            or self._slip(line, whole=True)
            or self._other_words(line, expected)
            or self._phrase(line)
            or self._advice(line)
            or self._slip(line)
            or self._hyphen(line)
            or Explanation(self._special(line, expected) or self._plainly(line, expected))
        )

    def _other_words(self, line: _Line, expected: set[str]) -> Explanation | None:
        """A sentence as people say it elsewhere, where it can be read once it is put right."""
        if line.bad.type == "EQUALS" and "IS" in expected:
            return None
        sentence = line.sentence
        found = reword(sentence, self.language, lambda tokens: self._reads(line.stacks[0], tokens))
        if found is None:
            return None
        diagnostic = syntax.OtherWords.at(found.span, fix=found.fix, said=shortened(sentence), better=found.better)
        return Explanation(diagnostic, line.start, line.start + len(sentence) - 1, found.tokens)

    def _reads(self, stack: Stack, tokens: Sequence[Lexeme]) -> bool:
        after: Stack | None = stack
        for token in tokens:
            after = self._feed(after, token.type, soft=token.soft) if after is not None else None
        return after is not None and self._feed(after, "NEWLINE") is not None

    def _advice(self, line: _Line) -> Explanation | None:
        hint = advice(said(line.sentence))
        if hint is None:
            return None
        whole = line.sentence[0].span.to(line.sentence[-1].span)
        return Explanation(syntax.OtherWords.at(whole, hint=hint, said=shortened(line.sentence), better=""))

    def _slip(self, line: _Line, *, whole: bool = False) -> Explanation | None:
        """A misspelt word: the wrong one, or one before it that was taken for a name.

        With ``whole`` the line must have no other mistake.
        """
        places = list(range(line.index, max(line.start, line.index - _LOOK_BACK) - 1, -1))
        if line.start not in places:
            places.append(line.start)
        for place in places:
            token = line.tokens[place]
            if token.type == "TEXT" or not token.value[:1].isalpha() or token.value in RESERVED:
                continue
            if place < line.index and token.type != "NAME":
                continue
            stack = line.before(place)
            known = {
                self.language.written[kind]: kind
                for kind in self._expected(stack)
                if self.language.written.get(kind, "").isalpha()
            }
            rest = line.tokens[place + 1 : line.start + len(line.sentence) + 1 if whole else line.index + 1]
            near = [word for word in known if closest(token.value, (word,))]
            meant = closest(token.value, [word for word in near if self._leads_on(stack, known[word], rest)])
            if meant:
                return self._misspelt(line.tokens, place, meant)
        return None

    def _leads_on(self, stack: Stack, kind: str, rest: Sequence[Lexeme]) -> bool:
        after = self._feed(stack, kind)
        for token in rest:
            if after is None:
                return False
            after = self._feed(after, token.type, soft=token.soft)
        return after is not None

    def _misspelt(self, tokens: Sequence[Lexeme], place: int, meant: str) -> Explanation:
        token = tokens[place]
        fix = Fix(f"write `{meant}`", (Edit(token.span, meant),), False)
        diagnostic = syntax.Misspelt.at(token.span, fix=fix, word=token.value, suggestion=meant)
        before = tokens[place - 1] if place else None
        phrase = self.language.phrases.get((before.value, meant)) if before is not None else None
        if before is not None and phrase is not None:
            whole = lexeme(phrase, f"{before.value} {meant}", before.span.to(token.span), token.sink, before.doc)
            return Explanation(diagnostic, place - 1, place, (whole,))
        mended = lexeme(self.language.words[meant], meant, token.span, token.sink, token.doc)
        mended.soft = meant not in RESERVED
        return Explanation(diagnostic, place, place, (mended,))

    def _phrase(self, line: _Line) -> Explanation | None:
        """``in lsat 7 days``: the first of two words that belong together is there, the second is not."""
        for place in (line.index, line.index - 1):
            if place < line.start:
                continue
            first, second = line.tokens[place], line.tokens[place + 1 : place + 2]
            expected = self._expected(line.before(place))
            seconds = [
                after
                for (before, after), kind in self.language.phrases.items()
                if before == first.value and kind in expected
            ]
            if not seconds or not second:
                continue
            meant = closest(second[0].value, seconds) if second[0].value else None
            if meant:
                return self._misspelt(line.tokens, place + 1, meant)
            if place == line.index:
                hint = "here may stand " + " or ".join(f"`{first.value} {word}`" for word in sorted(seconds))
                return Explanation(_unexpected(first, "alone here", hint))
        return None

    def _continuation(self, line: _Line) -> Explanation | None:
        if line.previous is None and line.bad.value in CONTINUES:
            if {"NAME", "FROM"} <= self.states[line.stacks[-1][-1]].keys():  # a field, which may have other reserved names
                return Explanation(syntax.ReservedName.at(line.bad.span, word=line.bad.value))
            hint = "indent this line deeper than the one it continues"
            return Explanation(_unexpected(line.bad, _where(None), hint))
        return None

    def _hyphen(self, line: _Line) -> Explanation | None:
        """``flow cart-recovery``: a name with hyphens."""
        before = line.previous
        if line.bad.type != "MINUS" or before is None or not before.soft:
            return None
        last = line.index - 1
        while (
            line.tokens[last + 1].type == "MINUS"
            and line.tokens[last + 2].value[:1].isalnum()
            and _touching(line.tokens[last], line.tokens[last + 1])
            and _touching(line.tokens[last + 1], line.tokens[last + 2])
        ):
            last += 2
        if last < line.index:
            return None
        parts = [token.value for token in line.tokens[line.index - 1 : last + 1]]
        place = before.span.to(line.tokens[last].span)
        better = snake_case("".join(parts))
        fix = Fix(f"write `{better}`", (Edit(place, better),), False)
        diagnostic = syntax.BadName.at(place, fix=fix, word="".join(parts), better=better)
        mended = lexeme("NAME", better, place, before.sink, before.doc)
        mended.soft = True
        return Explanation(diagnostic, line.index - 1, last, (mended,))

    def _special(self, line: _Line, expected: set[str]) -> Diagnostic | None:
        bad, before = line.bad, line.previous
        if bad.type == "EQUALS" and "IS" in expected:
            fix = Fix("write `is`", (Edit(bad.span, "is"),), False)
            return syntax.ForeignSign.at(bad.span, hint="write `is`", fix=fix, sign="=", word="is")
        if before is None:
            if bad.value in _HEADERS and "SEND" in expected:
                return syntax.HeaderAfterStep.at(bad.span, word=bad.value)
            if bad.type == "ELSE" and "OTHERWISE" in expected:
                return syntax.Misspelt.at(bad.span, word="else", suggestion="otherwise")
            if bad.type == "OTHERWISE" and "ELSE" in expected:
                return syntax.Misspelt.at(bad.span, word="otherwise", suggestion="else")
        if bad.value in RESERVED and "NAME" in expected and "NUMBER" not in expected and len(expected) < 8:
            return syntax.ReservedName.at(bad.span, word=bad.value)
        hint = None
        if (bad.soft or bad.type == "DOTTED") and "TEXT" in expected and "NAME" not in expected:
            hint = f'texts stand between quotation marks: "{bad.value}"'
        elif bad.type == "WHERE" and before is not None and "IN_LAST" in expected:
            hint = f"to narrow an event put it in brackets: `({before.value} where …)`"
        elif before is not None and bad.soft and "OF" in expected:
            hint = f"write `{before.value} of {bad.value}`"
        return _unexpected(bad, _where(before), hint) if hint else None

    def _plainly(self, line: _Line, expected: set[str]) -> Diagnostic:
        bad, before = line.bad, line.previous
        may = listed(expected, self.language.written)
        if bad.type in ("NEWLINE", "DEDENT", "$END") and before is not None:
            end = before.span
            place = Span(end.file, end.end_line, end.end_column, end.end_line, end.end_column + 1)
            return syntax.UnfinishedLine.at(place, hint=f"after {quoted(before)} there must be {may}")
        return _unexpected(bad, _where(before), f"here may stand {may}" if may else None)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line up to its wrong token; ``stacks[n]`` is the parser's before the n-th token of the line."""

    tokens: Sequence[Lexeme]
    start: int
    index: int
    stacks: list[Stack]

    @property
    def bad(self) -> Lexeme:
        return self.tokens[self.index]

    @property
    def previous(self) -> Lexeme | None:
        return self.tokens[self.index - 1] if self.index > self.start else None

    @property
    def sentence(self) -> Sequence[Lexeme]:
        end = self.start
        while self.tokens[end].type not in ("NEWLINE", "$END"):
            end += 1
        return self.tokens[self.start : end]

    def before(self, place: int) -> Stack:
        return self.stacks[place - self.start]


def _unexpected(bad: Lexeme, where: str, hint: str | None) -> Diagnostic:
    return syntax.UnexpectedWord.at(bad.span, hint=hint, what=quoted(bad), where=where)


def _where(before: Lexeme | None) -> str:
    return f"after {quoted(before)}" if before is not None else "at the beginning of this line"


def _touching(left: Lexeme, right: Lexeme) -> bool:
    return left.span.end_column == right.span.column and left.span.end_line == right.span.line
