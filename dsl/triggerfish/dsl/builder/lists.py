"""Lists, blocks and options, and the small tools all builders share.

While it is being read, a list is a chain of pairs ``(what came before, item)``: the parser may be rewound to any point
of it, so nothing may be changed in place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Related
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import expressions as e

Children = list[Any]
Chain = tuple[Any, Any] | None


class WrongLineError(Exception):
    """A line means nothing although its words fit together; the parser skips it and keeps the diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


@dataclass(frozen=True, slots=True)
class Below:
    """The block below a line. ``span`` is the empty range at its end; ``written`` is False where there is none.

    ``items`` may hold BAD_LINE tokens for lines that were reported already.
    """

    items: tuple[Any, ...]
    written: bool
    span: Span

    def of(self, *kinds: type) -> tuple[Any, ...]:
        return tuple(item for item in self.items if isinstance(item, kinds))

    @property
    def good(self) -> tuple[Any, ...]:
        return tuple(item for item in self.items if not isinstance(item, Lexeme))


def span(children: Sequence[Any]) -> Span:
    """From the first child to the last."""
    first: Span = children[0].span
    last: Span = children[-1].span
    return Span(first.file, first.line, first.column, last.end_line, last.end_column)


def between(first: Any, last: Any) -> Span:
    """From one token or node to another, both included."""
    start: Span = first.span
    return start.to(last.span)


def items(chain: Chain) -> tuple[Any, ...]:
    """What a chain holds, in the order written."""
    found = []
    while chain is not None:
        chain, item = chain
        found.append(item)
    found.reverse()
    return tuple(found)


def name(token: Lexeme) -> e.Word:
    """The tree node of a name."""
    return e.Word(str(token), token.span)


def names(chain: Chain) -> tuple[e.Word, ...]:
    """The tree nodes of a list of names."""
    return tuple(name(token) for token in items(chain))


def amount(token: Lexeme) -> int | float:
    """The number that a NUMBER or PERCENT token writes."""
    text = token.value.rstrip("% ")
    return float(text) if "." in text else int(text)


def whole(token: Lexeme, what: str, low: int = 1) -> int:
    """A whole number that is at least ``low``; anything else is reported and mended."""
    value = amount(token)
    if isinstance(value, int) and value >= low:
        return value
    mended = max(low, round(value))
    limits = f" of at least {low}" if low else ""
    token.sink.append(syntax.NotWhole.at(token.span, what=what, range=limits, example=mended))
    return mended


def chosen(token: Lexeme, what: str, choices: Sequence[str]) -> str:
    """The token's word if it is among ``choices``; otherwise the line is wrong."""
    word = token.value
    if word in choices:
        return str(word)
    meant = closest(word, choices)
    listed = ", ".join(f"`{choice}`" for choice in choices)
    hint = f"did you mean `{meant}`?" if meant else None
    raise WrongLineError(syntax.NotOneOf.at(token.span, hint=hint, word=word, what=what, choices=listed))


UNITS = {
    plural: unit
    for unit in ("second", "minute", "hour", "day", "week", "month", "year")
    for plural in (unit, f"{unit}s")
}


def period(token: Lexeme, choices: Sequence[str]) -> str:
    """The singular of a unit of time that must be one of ``choices``."""
    unit = UNITS[token.value]
    if unit not in choices:
        listed = ", ".join(f"`{choice}`" for choice in choices)
        raise WrongLineError(syntax.NotOneOf.at(token.span, word=token.value, what="period for this", choices=listed))
    return unit


def options(chain: Chain, spoken: dict[str, str]) -> dict[str, Children]:
    """The options of a line by the terminal they begin with; ``spoken`` says how a message speaks of each."""
    found: dict[str, Children] = {}
    for option in items(chain):
        token: Lexeme = option[0]
        if token.type in found:
            what = spoken.get(token.type, f"`{token.value}`")
            first = Related(found[token.type][0].span, "here for the first time")
            token.sink.append(syntax.SaidTwice.at(token.span, related=(first,), what=what))
        else:
            found[token.type] = option
    return found


def last(found: dict[str, Children], key: str) -> Any:
    """The last word of an option, or None where it was not written."""
    option = found.get(key)
    return option[-1] if option else None


def nothing_below(head: Lexeme, below: Below, what: str, wanted: str) -> None:
    """Report a block that must not be left out."""
    if not below.written:
        head.sink.append(syntax.NothingBelow.at(head.span, what=what, below=wanted))


class Lists:
    @staticmethod
    def nothing(_: Children) -> None:
        return None

    @staticmethod
    def none_yet(_: Children) -> Chain:
        return None

    @staticmethod
    def only(c: Children) -> Any:
        return c[0]

    @staticmethod
    def second(c: Children) -> Any:
        return c[1]

    @staticmethod
    def mark(_: Children) -> bool:
        return True

    @staticmethod
    def no_mark(_: Children) -> bool:
        return False

    @staticmethod
    def bad_line(c: Children) -> Lexeme:
        token: Lexeme = c[0]
        return token

    @staticmethod
    def first(c: Children) -> Chain:
        return (None, c[0])

    @staticmethod
    def two(c: Children) -> Chain:
        return ((None, c[0]), c[2])

    @staticmethod
    def more(c: Children) -> Chain:
        return (c[0], c[1])

    @staticmethod
    def more_after_comma(c: Children) -> Chain:
        return (c[0], c[2])

    @staticmethod
    def option(c: Children) -> Chain:
        return (c[0], c[1:])

    @staticmethod
    def nothing_below(c: Children) -> Below:
        return Below((), False, c[0].span)

    @staticmethod
    def below(c: Children) -> Below:
        return Below(items(c[2]), True, c[3].span)
