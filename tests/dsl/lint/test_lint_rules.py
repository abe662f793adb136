"""Every rule of the linter: its wrong example provokes it and nothing else, its right one nothing at all."""

from __future__ import annotations

import re

import pytest

from triggerfish.dsl.diagnostics.all import RULES
from triggerfish.dsl.diagnostics.model import Rule
from triggerfish.dsl.lint.rules import RULES as LINT


def test_codes_belong_to_one_rule_each():
    every = [rule.code for rule in (*RULES, *LINT)]
    assert len(every) == len(set(every))
    assert all(re.fullmatch(r"TF6[12]\d", rule.code) for rule in LINT)


@pytest.mark.parametrize("rule", LINT, ids=lambda rule: rule.code)
def test_wrong_example_provokes_its_rule(rule: type[Rule], found):
    wrong = {one.code for one in found(rule.wrong)}
    assert rule.code in wrong
    if rule.code != "TF623":  # the silencer without a reason does silence
        assert wrong <= {rule.code, "TF616"}


@pytest.mark.parametrize("rule", LINT, ids=lambda rule: rule.code)
def test_right_example_is_clean(rule: type[Rule], found):
    assert found(rule.right) == []


@pytest.mark.parametrize("rule", LINT, ids=lambda rule: rule.code)
def test_rule_says_why(rule: type[Rule]):
    assert rule.reason.endswith(".")
    assert not rule.message.endswith(".")
    assert rule.severity in {"warning", "info"}
