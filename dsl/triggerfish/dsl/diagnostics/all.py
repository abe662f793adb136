"""Every kind of mistake there is, in the order of their codes."""

from __future__ import annotations

from types import ModuleType

from triggerfish.dsl.diagnostics import files, flows, messages, names, notyet, policy, syntax, tests, types
from triggerfish.dsl.diagnostics.model import Rule


def _rules(module: ModuleType) -> list[type[Rule]]:
    return [
        one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Rule) and one.__module__ == module.__name__
    ]


RULES: tuple[type[Rule], ...] = tuple(
    sorted(
        (
            rule
            for module in (syntax, names, types, flows, messages, tests, policy, files, notyet)
            for rule in _rules(module)
        ),
        key=lambda rule: rule.code,
    )
)
