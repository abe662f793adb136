"""Every kind of mistake has an example that shows it, and that example put right."""

from __future__ import annotations

import re

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.all import RULES
from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.model import Rule
from triggerfish.dsl.project import compile_sources

FILES = {"vip.csv": "id\nu1\n", "empty.csv": ""}
CHECKED = [rule for rule in RULES if not rule.code.startswith("TF0")]
ABOUT_TEXT = [rule for rule in CHECKED if rule.wrong]


def codes(text: str, catalog: Catalog) -> set[str]:
    loaded = compile_sources({"case.flow": text, "prelude.flow": PRELUDE}, catalog, FILES.get)
    return {one.code for one in loaded.diagnostics}


def test_codes_are_unique():
    every = [rule.code for rule in RULES]
    assert len(every) == len(set(every))
    assert all(re.fullmatch(r"TF\d{3}", code) for code in every)


def test_examples_are_only_missing_where_no_text_can_show_the_mistake():
    assert {rule.code for rule in CHECKED if not rule.wrong} == {"TF703", "TF704", "TF705"}


@pytest.mark.parametrize("rule", ABOUT_TEXT, ids=lambda rule: rule.code)
def test_wrong_example_provokes_exactly_its_rule(rule: type[Rule], catalog: Catalog):
    assert codes(rule.wrong, catalog) - ({"TF902"} - {rule.code}) == {rule.code}


@pytest.mark.parametrize("rule", ABOUT_TEXT, ids=lambda rule: rule.code)
def test_right_example_is_clean(rule: type[Rule], catalog: Catalog):
    assert codes(rule.right, catalog) - {"TF902"} == set()


@pytest.mark.parametrize("rule", CHECKED, ids=lambda rule: rule.code)
def test_rule_says_why_it_is_a_mistake(rule: type[Rule]):
    assert rule.reason.endswith(".")
    assert not rule.message.endswith(".")
