"""All rules over one project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from triggerfish.dsl import tree
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.lint.rules import RULES
from triggerfish.dsl.lint.silence import silenced

FINDERS: tuple[Callable[[Project], Iterable[Diagnostic]], ...] = tuple(rule.find for rule in RULES if hasattr(rule, "find"))
"""Those that look at a project; the others are found on the way, or in comments."""


def lint(program: Program, files: Sequence[tree.File]) -> list[Diagnostic]:
    """What is allowed but hardly meant, in the order of places; comments are not looked at (see ``silenced``)."""
    project = Project(program, files)
    found: dict[tuple[str, object, str], Diagnostic] = {}
    for find in FINDERS:
        for one in find(project):
            found.setdefault((one.code, one.span, one.message), one)
    return sorted(found.values(), key=lambda one: (one.span, one.code))


def reviewed(
    program: Program | None, files: Sequence[tree.File], diagnostics: Sequence[Diagnostic]
) -> list[Diagnostic]:
    """The checker's diagnostics and the linter's, without those that comments allow.

    Without a program (there are errors) only the checker's are known.
    """
    more = lint(program, files) if program is not None else []
    return silenced([*diagnostics, *more], files, all_rules=program is not None)
