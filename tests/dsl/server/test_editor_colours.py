"""What colours words without the language server: the TextMate grammar of the VS Code extension, and the Pygments lexer."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Error, Keyword, Name, Number, Operator, String

from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.scanner import scan
from triggerfish.dsl.tokens import RESERVED

ROOT = Path(__file__).parents[3]
EXTENSION = ROOT / "editors" / "vscode"
FILES = sorted(
    [
        *ROOT.glob("runtime/triggerfish/runtime/templates/*/*.flow"),
        *ROOT.glob("examples/*/*.flow"),
        *ROOT.glob("tests/dsl/corpus/language/*.flow"),
        *ROOT.glob("tests/dsl/corpus/trees/*.flow"),
        *ROOT.glob("tests/scenarios/*/*.flow"),
    ]
)
LANGUAGE = grammar()
TYPES = frozenset("text number boolean date datetime duration timezone email phone url list one".split())
NUMBERS = frozenset({"NUMBER", "PERCENT", "CLOCK", "DATE"})


def _expectations(text):
    """Each word with its place, and what it plainly is."""
    found = scan(text, "f", LANGUAGE.words, LANGUAGE.phrases)
    for comment in found.comments:
        yield comment.span, "comment"
    for line in found.lines:
        for token, following in zip(line.tokens, [*line.tokens[1:], None], strict=True):
            names = str(following) == ":" or (token is line.tokens[0] and str(following) in TYPES)
            if token.type == "TEXT":
                yield token.span, "string"
            elif token.type in NUMBERS:
                yield token.span, "number"
            elif str(token) in RESERVED and not names:
                yield token.span, "keyword"
            elif token.type == "NAME" or names:
                yield token.span, "name"


def _node(package, what):
    """The program node, where it and a package of the extension are there; with TRIGGERFISH_NODE=required they must be."""
    node = shutil.which("node")
    reason = None
    if node is None:
        reason = f"node is not installed: NOBODY HAS {what}"
    elif not (EXTENSION / "node_modules" / package).exists():
        reason = f"run npm ci in editors/vscode: NOBODY HAS {what}"
    if reason is not None and os.environ.get("TRIGGERFISH_NODE") == "required":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)
    return node


def _textmate(files):
    node = _node("vscode-textmate", "LOOKED AT THE TEXTMATE GRAMMAR")
    done = subprocess.run(
        [node, "scripts/tokens.js", *map(str, files)], cwd=EXTENSION, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


WANTED = {
    "comment": ("comment.",),
    "string": ("string.",),
    "number": ("constant.numeric",),
    "keyword": ("keyword.", "constant.language"),
    "name": ("entity.", "variable.", "support.", "keyword.", "constant.language"),
}


def test_the_textmate_grammar_reads_every_example():
    read = _textmate(FILES)
    wrong = []
    for path in FILES:
        by_place = {(line, column): scopes for line, start, end, scopes in read[str(path)] for column in range(start, max(end, start + 1))}
        for span, what in _expectations(path.read_text(encoding="utf-8")):
            scopes = by_place[span.line - 1, span.column - 1]
            if not any(scope.startswith(WANTED[what]) for scope in scopes):
                wrong.append((path.name, span.line, span.column, what, scopes[1:]))
    assert wrong == []


def test_every_word_of_the_language_is_coloured():
    text = (EXTENSION / "syntaxes" / "triggerfish.tmLanguage.json").read_text(encoding="utf-8")
    lexer = get_lexer_by_name("triggerfish")
    for word in LANGUAGE.written.values():
        for one in word.split():
            if one.isalpha():
                singular = one.removesuffix("s")
                assert one in text or f"{singular}s?" in text, f"{one} is missing in the TextMate grammar"
                kinds = {kind for kind, value in lexer.get_tokens(f"{one}\nflow f\n    {one} x\n    x {one} x\n    x  {one}\n") if value == one}
                assert any(kind in Keyword or kind in Operator for kind in kinds), f"{one} is missing in the Pygments lexer"


def test_liquid_inside_of_texts(tmp_path):
    path = tmp_path / "a.flow"
    path.write_text('message m\n    sms "Hi {{ name | upcase }}"\n    push """\n    {% if plan == "pro" %}x{% endif %}\n    """\nevent e # last\n')
    read = {(line, start): scopes for line, start, _, scopes in _textmate([path])[str(path)]}
    assert read[1, 15][-1] == "variable.other.liquid.triggerfish"
    assert read[1, 22][-1] == "support.function.filter.liquid.triggerfish"
    assert read[3, 7][-1] == "keyword.control.liquid.triggerfish"
    assert read[3, 18][-1] == "string.quoted.single.liquid.triggerfish"
    assert read[5, 0][-1] == "keyword.declaration.triggerfish"
    assert read[5, 8][-1].startswith("comment.")


def test_the_pygments_lexer_reads_every_example():
    lexer = get_lexer_by_name("flow")
    kinds = {"comment": Comment, "string": String, "number": Number}
    wrong = []
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        starts, at = [0], 0
        for line in text.split("\n"):
            at += len(line) + 1
            starts.append(at)
        by_place = {}
        for index, kind, value in lexer.get_tokens_unprocessed(text):
            assert kind is not Error
            by_place |= dict.fromkeys(range(index, index + len(value)), kind)
        for span, what in _expectations(text):
            found = by_place[starts[span.line - 1] + span.column - 1]
            if what == "keyword":
                right = found in Keyword or found in Operator.Word
            elif what == "name":
                right = found in Name or found in Keyword or found in Operator.Word
            else:
                right = found in kinds[what]
            if not right:
                wrong.append((path.name, span.line, span.column, what, found))
    assert wrong == []


def test_the_extension_is_whole():
    package = json.loads((EXTENSION / "package.json").read_text(encoding="utf-8"))
    [grammar_] = package["contributes"]["grammars"]
    [language] = package["contributes"]["languages"]
    [snippets] = package["contributes"]["snippets"]
    for path in (grammar_["path"], language["configuration"], snippets["path"], package["main"], "README.md", "LICENSE"):
        assert (EXTENSION / path).is_file(), path
    assert "triggerfish.command" in package["contributes"]["configuration"]["properties"]
    assert json.loads((EXTENSION / grammar_["path"]).read_text(encoding="utf-8"))["scopeName"] == grammar_["scopeName"]
    assert json.loads((EXTENSION / snippets["path"]).read_text(encoding="utf-8"))


def test_the_extension_packages(tmp_path):
    node = _node("@vscode/vsce/vsce", "PACKAGED THE EXTENSION")
    vsce = EXTENSION / "node_modules" / "@vscode" / "vsce" / "vsce"
    assert subprocess.run([node, "--check", "src/extension.js"], cwd=EXTENSION, check=False).returncode == 0
    target = tmp_path / "triggerfish.vsix"
    options = ["package", "--no-git-tag-version", "--skip-license", "--allow-missing-repository", "--out", str(target)]
    done = subprocess.run([node, str(vsce), *options], cwd=EXTENSION, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(target) as package:
        names = set(package.namelist())
    assert names >= {
        "extension.vsixmanifest", "extension/package.json", "extension/src/extension.js", "extension/LICENSE.txt",
        "extension/syntaxes/triggerfish.tmLanguage.json", "extension/snippets/triggerfish.json",
        "extension/node_modules/vscode-languageclient/package.json",
    }  # fmt: skip
    assert not any("vscode-textmate" in name for name in names)


def _activated(program, folder):
    node = _node("vscode-languageserver-protocol", "STARTED THE EXTENSION")
    (folder / "a.flow").write_text("event e\n\nsegment s\n    did f ever\n", encoding="utf-8")
    done = subprocess.run(
        [node, "scripts/activate.js", program, str(folder), "a.flow"], cwd=EXTENSION, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_extension_starts_the_server_restarts_it_and_stops_it(tmp_path):
    program = tmp_path / "triggerfish"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m triggerfish.runtime.cli "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    report = _activated("${workspaceFolder}/triggerfish", tmp_path)
    assert report["errors"] == []
    assert report["diagnostics"] == {"a.flow": ["TF101"]}
    assert {"completionProvider", "hoverProvider", "renameProvider", "inlayHintProvider"} <= set(report["capabilities"])
    assert report["commands"] == ["triggerfish.restart"]
    assert (report["stopped"], report["exit"]) == (3, 0), "the command, a changed setting, and the end"
    assert {"scheme": "file", "language": "triggerfish"} in report["selectors"]


def test_the_extension_says_what_to_do_where_there_is_no_server(tmp_path):
    report = _activated(str(tmp_path / "nothing"), tmp_path)
    [message] = report["errors"]
    assert 'pip install "triggerfish[lsp]"' in message
    assert report["opened"] == [["workbench.action.openSettings", "triggerfish.command"]]
    assert report["stopped"] == 0
