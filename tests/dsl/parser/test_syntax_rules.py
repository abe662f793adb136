"""Every kind of syntax mistake shows with its own example and not with the mended one."""

from __future__ import annotations

import inspect

import pytest

from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.model import Rule
from triggerfish.dsl.parser import parse

RULES = [
    rule
    for _, rule in inspect.getmembers(syntax, inspect.isclass)
    if issubclass(rule, Rule) and rule is not Rule and rule.__module__ == syntax.__name__
]


def test_codes_are_unique_and_in_the_range_of_syntax() -> None:
    codes = [rule.code for rule in RULES]
    assert len(codes) == len(set(codes))
    assert all(code.startswith("TF0") and len(code) == 5 and code.isascii() for code in codes)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_wrong_and_right(rule: type[Rule]) -> None:
    _, wrong = parse(rule.wrong, "wrong.flow")
    assert [diagnostic.code for diagnostic in wrong] == [rule.code]
    assert wrong[0].message
    assert wrong[0].help
    file, right = parse(rule.right, "right.flow")
    assert right == ()
    assert file.declarations


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_fix_mends(rule: type[Rule]) -> None:
    """Where a fix is offered, the mistake is gone once it is applied."""
    _, wrong = parse(rule.wrong, "wrong.flow")
    if wrong[0].fix is None:
        return
    lines = rule.wrong.split("\n")
    for edit in wrong[0].fix.edits:
        line = lines[edit.span.line - 1]
        lines[edit.span.line - 1] = line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :]
    assert parse("\n".join(lines), "fixed.flow")[1] == ()
