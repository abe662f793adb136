"""Names that are not written like names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix
from triggerfish.dsl.tokens import Lexeme


def check_names(tokens: Iterable[Lexeme]) -> list[Diagnostic]:
    """One message for each name that has capitals, accents or other letters than a to z."""
    found = []
    for token in tokens:
        if token.type in ("NAME", "DOTTED") and not (token.islower() and token.isascii()) and not _plain(token):
            better = snake_case(token.value)
            fix = Fix(f"write `{better}`", (Edit(token.span, better),), False)
            found.append(syntax.BadName.at(token.span, fix=fix, word=token.value, better=better))
    return found


def snake_case(word: str) -> str:
    """``BigSpenders`` as ``big_spenders``; letters that have no place in a name become ``_``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word)
    return re.sub(r"[^a-z0-9_.]", "_", spaced.lower()) or "name"


def _plain(token: Lexeme) -> bool:
    return re.fullmatch(r"[a-z0-9_.]*", token.value) is not None
