"""Wrong files and the exact text of what is said about them.

``pytest tests/dsl/parser/test_syntax_corpus.py --rewrite`` writes the expectations anew; review them as a diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.dsl.diagnostics.render import render_text
from triggerfish.dsl.parser import parse

CASES = sorted((Path(__file__).parents[1] / "corpus" / "syntax").glob("*.flow"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_wrong_file(case: Path, rewrite: bool) -> None:
    text = case.read_bytes().decode("utf-8")
    _, diagnostics = parse(text, case.name)
    shown = render_text(diagnostics, {case.name: text}, color=False)
    expected = case.with_suffix(".expected")
    if rewrite:
        expected.write_bytes(shown.encode("utf-8"))
    assert diagnostics
    assert shown == expected.read_bytes().decode("utf-8")
    inner_words = ("NEWLINE", "INDENT", "DEDENT", "BAD_LINE", "$END", "DOTTED", "__ANON")
    assert not any(word in shown for word in inner_words)


def test_there_are_many() -> None:
    assert len(CASES) >= 60
