"""The page of all mistakes is what the rules say."""

from __future__ import annotations

from pathlib import Path

from triggerfish.dsl.diagnostics.all import RULES
from triggerfish.dsl.diagnostics.reference import installed_rules, reference
from triggerfish.dsl.lint.rules import RULES as LINT

PAGE = Path(__file__).parents[3] / "docs" / "errors.md"


def test_every_rule_is_found():
    codes = {rule.code for rule in installed_rules()}
    assert codes >= {rule.code for rule in (*RULES, *LINT)}
    assert codes >= {"TF451", "TF801"}, "rules of the runtime"


def test_page_is_up_to_date():
    again = "run: python -m triggerfish.dsl.diagnostics.reference docs/errors.md"
    assert PAGE.read_text(encoding="utf-8") == reference(installed_rules()), again


def test_every_rule_says_what_to_do():
    """A diagnostic may have a better help of its own; this one is always there."""
    assert [rule.code for rule in installed_rules() if not rule.help] == []
