"""Every kind of mistake the checker knows, in the order of their codes."""

from __future__ import annotations

from triggerfish.dsl.diagnostics import files, flows, messages, names, notyet, policy, tests, types
from triggerfish.dsl.diagnostics.model import Rule

RULES: tuple[type[Rule], ...] = (
    *names.RULES, *types.RULES, *flows.RULES, *messages.RULES, *tests.RULES, *policy.RULES, *files.RULES, *notyet.RULES,
)
