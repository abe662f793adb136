"""Good programs with one mistake each, as people make it: one error, and what it says.

``pytest tests/dsl/check/test_slips.py --rewrite`` writes the expectations anew; review them as a diff.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.diagnostics.render import render_text
from triggerfish.dsl.project import compile_sources

CASES = sorted((Path(__file__).parents[1] / "corpus" / "slips").glob("*.flow"))


def errors(text: str, catalog: Catalog) -> list[Diagnostic]:
    loaded = compile_sources({"case.flow": text, "prelude.flow": PRELUDE}, catalog)
    return [one for one in loaded.diagnostics if one.severity == "error"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_one_mistake_one_message(case: Path, catalog: Catalog, rewrite: bool) -> None:
    text = case.read_text(encoding="utf-8")
    found = errors(text, catalog)
    shown = render_text(found, {"case.flow": text})
    expected = case.with_suffix(".expected")
    if rewrite:
        expected.write_text(shown, encoding="utf-8")
    assert len(found) == 1, shown
    assert found[0].help
    assert shown == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_fix_leaves_no_other_mistake_in_its_line(case: Path, catalog: Catalog) -> None:
    text = case.read_text(encoding="utf-8")
    found = errors(text, catalog)[0]
    if found.fix is None:
        return
    lines = text.split("\n")
    for edit in sorted(found.fix.edits, key=lambda edit: edit.span, reverse=True):
        line = lines[edit.span.line - 1]
        lines[edit.span.line - 1] = line[: edit.span.column - 1] + edit.text + line[edit.span.end_column - 1 :]
    left = errors("\n".join(lines), catalog)
    assert left == []


def test_there_are_many() -> None:
    assert len(CASES) >= 60
