"""What the checker has found so far."""

from __future__ import annotations

from collections.abc import Iterable

from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix, Related, Rule
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.expressions import Word


class Report:
    """Collects diagnostics; the very same one twice counts once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Span, str], Diagnostic] = {}

    def add(self, diagnostic: Diagnostic) -> None:
        """Adds a diagnostic unless it is already there."""
        self._found.setdefault((diagnostic.code, diagnostic.span, diagnostic.message), diagnostic)

    def unknown(
        self,
        rule: type[Rule],
        word: Word,
        candidates: Iterable[str],
        *,
        hint: str | None = None,
        related: tuple[Related, ...] = (),
        **words: str,
    ) -> None:
        """A name that does not exist, with the likeliest other one; ``hint`` is for where none is near."""
        near = nearest(word.text, candidates)
        if near is None:
            self.add(rule.at(word.span, hint=hint, related=related, fix=None, name=word.text, **words))
            return
        fix = Fix(f"Write {near}", (Edit(word.span, near),), safe=False)
        self.add(rule.at(word.span, hint=f"did you mean {near}?", related=related, fix=fix, name=word.text, **words))

    @property
    def failed(self) -> bool:
        """Whether there is any error."""
        return any(found.severity == "error" for found in self._found.values())

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All of them, by file and place."""
        return tuple(sorted(self._found.values(), key=lambda found: (found.span, found.code)))


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """The candidate a person most likely meant."""
    return closest(word, list(candidates))
