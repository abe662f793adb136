"""Whatever is in a file and wherever the cursor stands: no feature fails."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from triggerfish.dsl.server import findings, folding, formatting, hints, hover, navigation, outline, rename, tokens
from triggerfish.dsl.server.completion import completion
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.project import Project
from triggerfish.plugins.manager import load_plugins

ROOT = Path(__file__).parents[3]
CATALOG = load_plugins().catalog()
CORPUS = ROOT / "tests" / "dsl" / "corpus"
FILES = sorted(
    [
        *CORPUS.glob("syntax/*.flow"),
        *CORPUS.glob("language/*.flow"),
        *CORPUS.glob("trees/*.flow"),
        *CORPUS.glob("check/*.flow"),
        *ROOT.glob("tests/scenarios/*/*.flow"),
    ]
)


def _everything(document, place):
    def to_uri(path):
        return f"file:///{path}"

    completion(document, place)
    hover.hover(document, place)
    navigation.definition(document, place, to_uri)
    navigation.references(document, place, to_uri, declaration=True)
    rename.prepare(document, place)


def _whole(document):
    def to_uri(path):
        return f"file:///{path}"

    everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))
    findings.diagnostics(document, to_uri)
    findings.code_actions(
        document, lsp.CodeActionParams(lsp.TextDocumentIdentifier(""), everywhere, lsp.CodeActionContext([])), to_uri
    )
    outline.outline(document)
    folding.folding(document)
    hints.hints(document, everywhere)
    formatting.formatting(document)
    data = tokens.tokens(document).data
    assert all(number >= 0 for number in data)
    lines = document.text.lines
    line = column = end = 0
    for index in range(0, len(data), 5):
        down, right, length = data[index : index + 3]
        column = right + (0 if down else column)
        assert length > 0
        assert down or column >= end, "tokens overlap"
        line, end = line + down, column + length
        assert end <= len(lines[line].encode("utf-16-le")) // 2


@pytest.mark.parametrize("part", range(8))
def test_every_feature_at_random_places_of_all_sorts_of_files(tmp_path, part):
    chance = random.Random(part)
    project = Project(tmp_path, CATALOG)
    for path in FILES[part::8]:
        text = path.read_bytes().decode("utf-8", "replace")
        project.edit("a.flow", text)
        document = Document(project.state(), "a.flow", "utf-16")
        _whole(document)
        lines = document.text.lines
        for _ in range(3):
            line = chance.randrange(len(lines))
            _everything(document, lsp.Position(line, chance.randrange(len(lines[line]) + 1)))
        line = chance.randrange(len(lines))
        cut = "\n".join([*lines[:line], lines[line][: chance.randrange(len(lines[line]) + 1)]])
        project.edit("a.flow", cut)
        document = Document(project.state(), "a.flow", "utf-16")
        _whole(document)
        _everything(document, document.text.position(len(document.text.lines), 10_000))


def test_formatting_edits_give_the_formatted_text(tmp_path):
    from triggerfish.dsl.format import format_text

    project = Project(tmp_path, CATALOG)
    checked = 0
    for path in sorted((ROOT / "tests" / "dsl" / "format").glob("*.flow")):
        text = path.read_text(encoding="utf-8")
        for variant in (text, text.rstrip("\n"), text + "\n\n"):
            project.edit("a.flow", variant)
            document = Document(project.state(), "a.flow", "utf-32")
            lines = document.text.lines
            starts = [0]
            for line in lines:
                starts.append(starts[-1] + len(line) + 1)
            after = variant
            for edit in sorted(formatting.formatting(document), key=lambda one: one.range.start.line, reverse=True):
                start = starts[edit.range.start.line] + edit.range.start.character
                end = starts[edit.range.end.line] + edit.range.end.character
                after = after[:start] + edit.new_text + after[end:]
            assert after == format_text(variant).text
            checked += after != variant
    assert checked > 3
