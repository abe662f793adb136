"""The grammar is free of conflicts, and everything that must know all of it does."""

from __future__ import annotations

import pytest
from lark.lexer import PatternStr
from lark.parsers.lalr_analysis import Shift

from triggerfish.dsl.builder import Builder
from triggerfish.dsl.grammar import build, grammar, source
from triggerfish.dsl.speech import SPOKEN
from triggerfish.dsl.tokens import RESERVED


def test_no_conflicts() -> None:
    build(strict=True)  # raises on the first shift/reduce conflict; reduce/reduce conflicts always raise


def test_strict_finds_conflicts(monkeypatch: pytest.MonkeyPatch) -> None:
    ambiguous = source().replace('word "where" expression', "") + '\nextra: sum "+" sum\n'
    ambiguous = ambiguous.replace("?sum: product", "?sum: product | extra", 1)
    monkeypatch.setattr("triggerfish.dsl.grammar.source", lambda: ambiguous)
    with pytest.raises(Exception, match=r"(?i)shift/reduce|reduce/reduce"):
        build(strict=True)


def test_every_rule_has_a_builder() -> None:
    called = {
        rule.alias or rule.origin.name
        for rule in grammar().lark.rules
        if not (rule.options.expand1 and not rule.alias and len(rule.expansion) == 1)
    }
    assert {name for name in called if not hasattr(Builder, name)} == set()
    methods = {name for kind in Builder.__mro__[1:-1] for name in vars(kind) if not name.startswith("_")}
    assert methods - called == set()


def test_every_terminal_can_be_spoken_of() -> None:
    states = grammar().lark.parse_interactive().parser_state.parse_conf.states
    named = {symbol for actions in states.values() for symbol in actions if symbol.isupper()}
    fixed = {terminal.name for terminal in grammar().lark.terminals if isinstance(terminal.pattern, PatternStr)}
    assert named - fixed == set(SPOKEN)


def test_reserved_words_are_in_the_language() -> None:
    assert set(grammar().words) >= RESERVED


def test_names_list_exactly_the_keywords_that_share_a_place_with_a_name() -> None:
    """Where a keyword and a name are both possible, the table has to know both; elsewhere the parser falls back."""
    lark = grammar().lark
    listed = {rule.expansion[0].name for rule in lark.rules if rule.origin.name == "word"} - {"NAME"}
    keywords = {kind for word, kind in grammar().words.items() if word.isalpha() and word not in RESERVED}
    states = lark.parse_interactive().parser_state.parse_conf.states
    shared = {
        kind
        for actions in states.values()
        if "NAME" in actions
        for kind in keywords & set(actions)
        if Shift in (actions["NAME"][0], actions[kind][0])
    }
    assert shared <= listed
