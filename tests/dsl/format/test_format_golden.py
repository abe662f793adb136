"""Texts beside what the formatter makes of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.dsl.format import format_text

CASES = sorted(Path(__file__).parent.glob("*.flow"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_golden(case: Path, rewrite: bool) -> None:
    formatted = format_text(case.read_bytes().decode(), case.name)
    assert formatted.diagnostics == ()
    expected = case.with_suffix(".expected")
    if rewrite:
        expected.write_text(formatted.text, encoding="utf-8", newline="")
    assert formatted.text == expected.read_text(encoding="utf-8")
    assert format_text(formatted.text, case.name).text == formatted.text


def test_there_are_cases() -> None:
    assert len(CASES) >= 8
