"""Texts beside what the formatter makes of them."""

from __future__ import annotations

import re
import textwrap
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


def test_the_example_of_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs" / "formatting.md").read_text(encoding="utf-8")
    blocks = [
        textwrap.dedent(block)
        for block in re.findall(r"^    flow cart.*\n(?:    .*\n|\n(?=    ))+", page, re.MULTILINE)
    ]
    assert format_text(blocks[0], "a.flow").text == blocks[1]
