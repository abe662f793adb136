"""Names that are not written like names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix
from triggerfish.dsl.tokens import Lexeme


def check_names(tokens: Iterable[Lexeme], wrong_lines: Container[int]) -> list[Diagnostic]:
    """One message for each name that has capitals, accents or other letters than a to z.

    Lines on which something else is wrong are left out: the word may be no name at all.
    """
    found = []
    for token in tokens:
        if token.type in ("NAME", "DOTTED") and not _plain(token) and token.span.line not in wrong_lines:
            better = snake_case(token.value)
            fix = Fix(f"write `{better}`", (Edit(token.span, better),), False)
            found.append(syntax.BadName.at(token.span, fix=fix, word=token.value, better=better))
    return found


def snake_case(word: str) -> str:
    """``BigSpenders`` as ``big_spenders``, ``Größe`` as ``grosse``; what has no place in a name becomes ``_``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word)
    letters = unicodedata.normalize("NFKD", spaced.casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return re.sub(r"[^a-z0-9_.]", "_", bare)


def _plain(token: Lexeme) -> bool:
    return (token.islower() and token.isascii()) or re.fullmatch(r"[a-z0-9_.]*", token.value) is not None
