"""The web pages are built without a warning, ask nothing of any other server, and have the anchors that links lead to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from page_blocks import PAGES, ROOT

from triggerfish.dsl.diagnostics.reference import installed_rules

LOADS = re.compile(r"""<(?:script|img|iframe|source)\b[^>]*\bsrc=["']?(?:https?:)?//|<link\b[^>]*\brel="stylesheet"[^>]*\bhref="(?:https?:)?//|@import|preconnect""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    for page in PAGES:
        if page != ROOT / "README.md":
            name = page.relative_to(ROOT / "docs" if page.is_relative_to(ROOT / "docs") else ROOT)
            made = site / (name.with_name("index.html") if name.name == "README.md" else name.with_suffix(".html"))
            assert made.is_file(), name


def test_every_page_is_reached_from_the_first(site: Path) -> None:
    text = (site / "index.html").read_text()
    for page in site.rglob("*.html"):
        if page.name != "404.html":
            assert f'href="{page.relative_to(site)}"' in text, page


def test_nothing_is_loaded_from_another_server(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = LOADS.search(page.read_text("utf-8"))
        assert found is None, f"{page.name}: {found and found[0]}"
    for style in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", style.read_text("utf-8")), style


def test_what_loads_from_another_server_is_noticed() -> None:
    assert LOADS.search('<script src="https://cdn.example/x.js">')
    assert LOADS.search('<link href="x.css" rel="stylesheet" href="//fonts.example/x.css">')
    assert not LOADS.search('<a href="https://example.com">')


def test_every_message_has_its_anchor(site: Path) -> None:
    text = (site / "errors.html").read_text("utf-8")
    for rule in installed_rules():
        assert f'id="{rule.code.lower()}"' in text, rule.code


def test_flows_are_coloured(site: Path) -> None:
    text = (site / "cookbook.html").read_text("utf-8")
    assert '<span class="kd">flow</span>' in text
    assert "language-flow" in text


def test_tables_show_no_backslashes(site: Path) -> None:
    text = (site / "operations.html").read_text("utf-8")
    assert "text|json" in text
    assert not re.search(r"<td>.*\\\|", text)


def test_the_search_knows_the_words(site: Path) -> None:
    index = (site / "search" / "search_index.js").read_text("utf-8")
    for word in ("holdout", "cart_recovery", "TF101", "win_back", "confirmed"):
        assert word in index, word
