"""What was wrong with a user's text, as a value.

Each kind of mistake is one subclass of ``Rule``; the error reference and its tests are generated from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from triggerfish.dsl.span import Span

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that helps to understand the first."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace the text of ``span`` by ``text``."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """``safe`` fixes never change what a correct program means."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool


@dataclass(frozen=True, slots=True)
class Diagnostic:
    code: str
    severity: Severity
    message: str
    span: Span
    help: str | None = None
    related: tuple[Related, ...] = ()
    fix: Fix | None = None


class Rule:
    """One kind of mistake. Subclasses fill the class variables; ``at`` makes a diagnostic of it.

    ``message`` and ``help`` are ``str.format`` templates for the keyword arguments of ``at``.
    """

    code: ClassVar[str]
    severity: ClassVar[Severity] = "error"
    message: ClassVar[str]
    help: ClassVar[str | None] = None
    reason: ClassVar[str]
    """Why this is a mistake, for the error reference."""
    wrong: ClassVar[str]
    """A small example that provokes it."""
    right: ClassVar[str]
    """The same, put right."""

    @classmethod
    def at(
        cls,
        span: Span,
        *,
        hint: str | None = None,
        related: tuple[Related, ...] = (),
        fix: Fix | None = None,
        **words: object,
    ) -> Diagnostic:
        """A diagnostic of this kind; ``hint`` replaces the rule's own help."""
        text = hint if hint is not None else cls.help.format(**words) if cls.help else None
        return Diagnostic(cls.code, cls.severity, cls.message.format(**words), span, text, related, fix)
