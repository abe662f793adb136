"""The parser table, built once from ``grammar.lark``, and the words it consists of."""

from __future__ import annotations

import copy
import functools
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from lark import Lark, Token
from lark.lexer import Lexer
from lark.parsers.lalr_analysis import Shift
from lark.parsers.lalr_parser_state import ParseConf

from triggerfish.dsl.builder import callbacks


@dataclass(frozen=True, slots=True)
class Grammar:
    """``words`` maps a keyword or sign to its terminal, ``phrases`` two words that are read as one."""

    lark: Lark
    configuration: ParseConf[Any]
    """The parser table and the builders, from which any number of independent parser states are made."""
    declarations: frozenset[str]
    """The terminals a declaration may begin with."""
    words: Mapping[str, str]
    phrases: Mapping[tuple[str, str], str]
    written: Mapping[str, str]
    """From a terminal to how it is written, where that is fixed: ``SEND`` to ``send``."""


class _NoLexer(Lexer):
    """Tokens come from ``layout``; Lark is only fed with them."""

    def __init__(self, conf: object) -> None:
        pass

    def lex(self, lexer_state: object, parser_state: object) -> Iterator[Token]:  # noqa: ARG002 - Lark's interface
        return iter(())


_BUILDING = threading.Lock()


def grammar() -> Grammar:
    """The grammar, built at the first call; safe to call from any thread."""
    with _BUILDING:
        return _grammar()


@functools.cache
def _grammar() -> Grammar:
    lark = build(cache=_cache_file())
    written = {
        terminal.name: terminal.pattern.value
        for terminal in lark.terminals
        if terminal.pattern is not None and terminal.pattern.type == "str"
    }
    phrases = {}
    for name, text in written.items():
        before, _, after = text.partition(" ")
        if after:
            phrases[before, after] = name
    words = {text: name for name, text in written.items() if " " not in text}
    configuration = _configuration(lark)
    declarations = frozenset(configuration.states[configuration.start_state]).intersection(written)
    return Grammar(lark, configuration, declarations, words, phrases, written)


def _configuration(lark: Lark) -> ParseConf[Any]:
    """Lark's own, with the builders under the very rule objects of the table: finding them is then quicker by half."""
    original: ParseConf[Any] = lark.parse_interactive().parser_state.parse_conf
    rules = [rule for actions in original.states.values() for action, rule in actions.values() if action is not Shift]
    configuration = copy.copy(original)
    builders = original.callbacks
    configuration.callbacks = {rule: builders[rule] for rule in rules}
    return configuration


def source() -> str:
    """The text of ``grammar.lark``."""
    return resources.files("triggerfish.dsl").joinpath("grammar.lark").read_text(encoding="utf-8")


def build(*, cache: str | bool = False, **options: Any) -> Lark:
    """A fresh parser; ``options`` go to Lark."""
    return Lark(
        source(),
        parser="lalr",
        lexer=_NoLexer,
        keep_all_tokens=True,
        maybe_placeholders=False,
        transformer=callbacks(),
        cache=cache,
        **options,
    )


def _cache_file() -> str | bool:
    """A file of this user and Python, or False where none can be written. Lark checks its content by hash."""
    try:
        base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or Path.home() / ".cache"
        folder = Path(base) / "triggerfish"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except (OSError, RuntimeError):
        return False
    return str(folder / f"grammar-{sys.version_info.major}{sys.version_info.minor}.table")
