"""What to say about a word that cannot stand where it stands."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from lark import Token, UnexpectedToken
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParseConf, ParserState

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.grammar import Grammar
from triggerfish.dsl.layout import CONTINUES
from triggerfish.dsl.span import Span
from triggerfish.dsl.speech import listed, quoted
from triggerfish.dsl.tokens import RESERVED, Lexeme

Stack = list[Any]

_LOOK_BACK = 6
_HEADERS = frozenset(
    "start only again per expire stop goal priority urgency exclusive about holdout status timezone release when moved".split()
)


class Explainer:
    """Knows the language and can try what the parser would have accepted."""

    def __init__(self, language: Grammar, configuration: ParseConf[Any]) -> None:
        self.language = language
        self.states = configuration.states
        self.start = [configuration.start_state]
        self.trial = copy.copy(configuration)
        self.trial.callbacks = {}

    @property
    def declarations(self) -> frozenset[str]:
        """The terminals a declaration may begin with."""
        return frozenset(self.states[self.start[0]]) - {"BAD_LINE"}

    # --- trying -----------------------------------------------------------------------------------

    def _feed(self, stack: Stack, kind: str, soft: bool = False) -> Stack | None:
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
        return bool(actions) and all(action is not Shift and rule.origin.name == "word" for action, rule in actions)

    # --- saying ---------------------------------------------------------------------------------------

    def declaration(self, tokens: Sequence[Lexeme]) -> Diagnostic:
        """A line at the left margin that begins no declaration."""
        first = tokens[0]
        known = [self.language.written[kind] for kind in self.declarations if kind in self.language.written]
        meant = closest(first.value, known) if first.type == "NAME" or first.value not in self.language.words else None
        if meant:
            return self._misspelt(first, meant)
        hint = None
        if first.value in CONTINUES:
            hint = "indent the line, if it continues the one above"
        elif first.value in self.language.words and first.soft:
            hint = f"if this line belongs to the declaration above, indent it; {syntax.UnknownDeclaration.help}"
        return syntax.UnknownDeclaration.at(first.span, hint=hint, what=quoted(first))

    def indent(self, tokens: Sequence[Lexeme], index: int, line: int) -> Diagnostic:
        """``tokens[index]`` is an INDENT that must not be there, below the line that begins at ``line``."""
        first, second = tokens[index + 1], tokens[index + 2]
        hint = None
        if second.type == "COLON":
            hint = "if these are values for the line above, end that line with `with`"
        return syntax.UnexpectedIndent.at(first.span, hint=hint)

    def explain(self, tokens: Sequence[Lexeme], start: int, index: int, states: Stack) -> Diagnostic:
        """``tokens[index]`` is wrong in the line that begins at ``start``, before which the parser was in ``states``."""
        stacks = [states]
        for token in tokens[start:index]:
            stack = self._feed(stacks[-1], token.type, token.soft)
            if stack is None:
                break
            stacks.append(stack)
        index = min(index, start + len(stacks) - 1)
        bad = tokens[index]
        expected = self._expected(stacks[-1])
        return (
            self._phrase(tokens, start, index, stacks)
            or self._slip(tokens, start, index, stacks)
            or self._special(tokens, start, index, expected)
            or self._unfinished(tokens, start, index, expected)
            or self._unexpected(bad, tokens[index - 1] if index > start else None, expected)
        )

    def _slip(self, tokens: Sequence[Lexeme], start: int, index: int, stacks: list[Stack]) -> Diagnostic | None:
        """A misspelt word: the wrong one, or one before it that was taken for a name."""
        places = list(range(index, max(start, index - _LOOK_BACK) - 1, -1))
        if start not in places:
            places.append(start)
        for place in places:
            token = tokens[place]
            if not token.value[:1].isalpha() or (place < index and token.type != "NAME") or token.type == "TEXT":
                continue
            known = {
                self.language.written[kind]: kind
                for kind in self._expected(stacks[place - start])
                if self.language.written.get(kind, "").isalpha()
            }
            fitting = [
                word
                for word, kind in known.items()
                if closest(token.value, (word,)) and self._leads_on(stacks[place - start], kind, tokens[place + 1 : index + 1])
            ]
            meant = closest(token.value, fitting)
            if meant:
                return self._misspelt(token, meant)
        return None

    def _leads_on(self, stack: Stack, kind: str, rest: Sequence[Lexeme]) -> bool:
        after = self._feed(stack, kind)
        for token in rest:
            if after is None:
                return False
            after = self._feed(after, token.type, token.soft)
        return after is not None

    def _misspelt(self, token: Lexeme, meant: str) -> Diagnostic:
        fix = Fix(f"write `{meant}`", (Edit(token.span, meant),), False)
        return syntax.Misspelt.at(token.span, fix=fix, word=token.value, suggestion=meant)

    def _phrase(self, tokens: Sequence[Lexeme], start: int, index: int, stacks: list[Stack]) -> Diagnostic | None:
        """``in lsat 7 days``: the first of two words that belong together is there, the second is not."""
        for place in (index, index - 1):
            if place < start or place + 1 >= len(tokens):
                continue
            first, second = tokens[place], tokens[place + 1]
            seconds = {
                after: kind
                for (before, after), kind in self.language.phrases.items()
                if before == first.value and kind in self._expected(stacks[place - start])
            }
            if not seconds or (place < index and first.type != "NAME" and not seconds):
                continue
            meant = closest(second.value, seconds) if second.value else None
            if meant:
                return self._misspelt(second, meant)
            if place == index:
                choices = " or ".join(f"`{first.value} {word}`" for word in sorted(seconds))
                return syntax.UnexpectedWord.at(
                    first.span, hint=f"here may stand {choices}", what=quoted(first), where="alone here"
                )
        return None

    def _special(self, tokens: Sequence[Lexeme], start: int, index: int, expected: set[str]) -> Diagnostic | None:
        bad = tokens[index]
        before = tokens[index - 1] if index > start else None
        if bad.type == "EQUALS" and "IS" in expected:
            fix = Fix("write `is`", (Edit(bad.span, "is"),), False)
            return syntax.ForeignSign.at(bad.span, hint="write `is`", fix=fix, sign="=", word="is")
        if bad.type == "MINUS" and before is not None and before.soft:
            after = tokens[index + 1]
            if _touching(before, bad) and _touching(bad, after) and after.value[:1].isalnum():
                name = f"{before.value}-{after.value}"
                place = before.span.to(after.span)
                return syntax.BadName.at(place, word=name, better=name.replace("-", "_").lower())
        if before is None and bad.value in CONTINUES:
            hint = "indent this line deeper than the one it continues"
            return syntax.UnexpectedWord.at(bad.span, hint=hint, what=quoted(bad), where="at the beginning of this line")
        if before is None and bad.value in _HEADERS and "SEND" in expected:
            return syntax.HeaderAfterStep.at(bad.span, word=bad.value)
        if before is None and bad.type == "ELSE" and "OTHERWISE" in expected:
            return self._misspelt(bad, "otherwise")
        if before is None and bad.type == "OTHERWISE" and "ELSE" in expected:
            return self._misspelt(bad, "else")
        if bad.value in RESERVED and "NAME" in expected and before is not None and "NUMBER" not in expected:
            return syntax.ReservedName.at(bad.span, word=bad.value)
        if bad.soft and "TEXT" in expected and "NAME" not in expected:
            hint = f'texts stand between quotation marks: "{bad.value}"'
            return syntax.UnexpectedWord.at(bad.span, hint=hint, what=quoted(bad), where=_where(before))
        return None

    def _unfinished(
        self, tokens: Sequence[Lexeme], start: int, index: int, expected: set[str]
    ) -> Diagnostic | None:
        bad = tokens[index]
        if bad.type not in ("NEWLINE", "DEDENT", "$END") or index == start:
            return None
        end = tokens[index - 1].span
        place = Span(end.file, end.end_line, end.end_column, end.end_line, end.end_column + 1)
        may = listed(expected, self.language.written)
        return syntax.UnfinishedLine.at(place, hint=f"after {quoted(tokens[index - 1])} there must be {may}")

    def _unexpected(self, bad: Lexeme, before: Lexeme | None, expected: set[str]) -> Diagnostic:
        may = listed(expected, self.language.written)
        return syntax.UnexpectedWord.at(
            bad.span, hint=f"here may stand {may}" if may else None, what=quoted(bad), where=_where(before)
        )


def _where(before: Lexeme | None) -> str:
    return f"after {quoted(before)}" if before is not None else "at the beginning of this line"


def _touching(left: Lexeme, right: Lexeme) -> bool:
    return left.span.end_column == right.span.column and left.span.end_line == right.span.line
