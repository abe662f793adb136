"""Wrong files and exactly what is said about them.

``TRIGGERFISH_REWRITE=1 pytest tests/dsl/check`` writes the expectations anew; review them as a diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.render import render_text
from triggerfish.dsl.project import compile_sources

CORPUS = Path(__file__).parent.parent / "corpus" / "check"
FILES = {"vip.csv": "id\nu1\nu2\n", "empty.csv": "id\n"}
CASES = sorted(path.stem for path in CORPUS.glob("*.flow"))


def test_corpus_is_there():
    assert len(CASES) >= 80


@pytest.mark.parametrize("case", CASES)
def test_case(case: str, catalog: Catalog):
    sources = {"case.flow": (CORPUS / f"{case}.flow").read_text(encoding="utf-8"), "prelude.flow": PRELUDE}
    loaded = compile_sources(sources, catalog, FILES.get)
    found = render_text(loaded.diagnostics, loaded.sources)
    expected = CORPUS / f"{case}.expected"
    if os.environ.get("TRIGGERFISH_REWRITE"):
        expected.write_text(found, encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8")
    errors = any(one.severity == "error" for one in loaded.diagnostics)
    assert (loaded.program is None) == errors
    assert loaded.diagnostics, "a case without a mistake belongs elsewhere"
