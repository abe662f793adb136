"""A project and an editor for the tests of the language server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from lsp_editor import Editor
from lsp_project import FLOWS, SHOP


@pytest.fixture(scope="module")
def editor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project").resolve()
    (folder / "shop.flow").write_text(SHOP, encoding="utf-8")
    (folder / "flows.flow").write_text(FLOWS, encoding="utf-8")
    editor = Editor(folder)
    editor.open("shop.flow")
    editor.open("flows.flow")
    editor.open("draft.flow", "")
    yield editor
    assert editor.stop() == 0


@pytest.fixture
def shop(editor):
    """The editor with all files as they were."""
    for path, text in (("shop.flow", SHOP), ("flows.flow", FLOWS), ("draft.flow", "")):
        if editor.texts[path] != text:
            editor.type(path, text)
    return editor
