"""Diagnostics as text, JSON, GitHub commands and SARIF."""

from __future__ import annotations

import json

import pytest

from triggerfish.dsl.diagnostics.model import Diagnostic, Edit, Fix, Related
from triggerfish.dsl.diagnostics.render import render_github, render_json, render_sarif, render_text
from triggerfish.dsl.parser import parse
from triggerfish.dsl.span import NOWHERE, Span

SOURCE = "flow cart\n    start when added_to_crat\n"
WORD = Span("cart.flow", 2, 16, 2, 29)
FOUND = Diagnostic(
    "TF101",
    "error",
    "there is no event `added_to_crat`",
    WORD,
    "did you mean `added_to_cart`?",
    (Related(Span("events.flow", 3, 7, 3, 20), "this one is declared"),),
    Fix("write `added_to_cart`", (Edit(WORD, "added_to_cart"),), False),
)
WARNED = Diagnostic("TF999", "warning", "a, b: 100%", Span("odd name,1.flow", 1, 1, 1, 2))


def test_text() -> None:
    assert render_text([FOUND], {"cart.flow": SOURCE}, color=False) == (
        "cart.flow:2:16: error[TF101] there is no event `added_to_crat`\n"
        "   2 |     start when added_to_crat\n"
        "     |                ^^^^^^^^^^^^^\n"
        "     see: events.flow:3:7: this one is declared\n"
        "     help: did you mean `added_to_cart`?\n"
    )


def test_text_without_source() -> None:
    assert render_text([WARNED], {}, color=False) == "odd name,1.flow:1:1: warning[TF999] a, b: 100%\n"
    assert render_text([FOUND], {"cart.flow": ""}, color=False).count("|") == 0
    assert render_text([Diagnostic("TF1", "info", "x", NOWHERE)], {}, color=False) == ":1:1: info[TF1] x\n"


def test_color_only_adds_color() -> None:
    colored = render_text([FOUND], {"cart.flow": SOURCE}, color=True)
    assert "\x1b[1;31m" in colored
    plain = colored
    for paint in ("\x1b[1;31m", "\x1b[1m", "\x1b[2m", "\x1b[1;32m", "\x1b[0m"):
        plain = plain.replace(paint, "")
    assert plain == render_text([FOUND], {"cart.flow": SOURCE}, color=False)


@pytest.mark.parametrize(
    ("line", "column", "end", "shown", "mark"),
    [
        ("a b", 3, 4, "a b", "  ^"),
        ("\ta\tb", 4, 5, "    a   b", "        ^"),
        ("日本 b", 4, 5, "日本 b", "     ^"),
        ("日本", 2, 3, "日本", "  ^^"),
        ("e\u0301 b", 4, 5, "e\u0301 b", "  ^"),
        ("“a” b", 5, 6, "“a” b", "    ^"),
        ("a\x1bb c", 5, 6, "a\ufffdb c", "    ^"),
        ("a", 2, 3, "a", " ^"),
        ("", 1, 1, "", "^"),
    ],
)
def test_mark_is_under_the_word(line: str, column: int, end: int, shown: str, mark: str) -> None:
    text = render_text([Diagnostic("TF1", "error", "m", Span("a", 1, column, 1, end))], {"a": line}, color=False)
    _, source, under = text.rstrip("\n").split("\n")
    assert source == f"   1 | {shown}".rstrip()
    assert under == f"     | {mark}"


def test_span_over_several_lines_is_marked_on_the_first() -> None:
    text = render_text([Diagnostic("TF1", "error", "m", Span("a", 1, 3, 2, 2))], {"a": "a bc\r\nd"}, color=False)
    assert text.split("\n")[1:3] == ["   1 | a bc", "     |   ^^"]


@pytest.mark.parametrize("column", [1, 300, 5_000, 9_990])
def test_long_lines_are_cut(column: int) -> None:
    line = "".join(chr(97 + n % 26) for n in range(10_000))
    text = render_text([Diagnostic("TF1", "error", "m", Span("a", 1, column, 1, column + 5))], {"a": line}, color=False)
    _, source, under = text.rstrip("\n").split("\n")
    assert len(source) < 180
    assert source[under.index("^") :].startswith(line[column - 1 : column + 4])
    assert under.count("^") == 5


def test_json_counts_the_last_column_in() -> None:
    document = json.loads(render_json([FOUND]))
    assert document == {
        "ok": False,
        "diagnostics": [
            {
                "code": "TF101",
                "severity": "error",
                "message": "there is no event `added_to_crat`",
                "help": "did you mean `added_to_cart`?",
                "file": "cart.flow",
                "line": 2,
                "column": 16,
                "end_line": 2,
                "end_column": 28,
                "related": [
                    {
                        "file": "events.flow",
                        "line": 3,
                        "column": 7,
                        "end_line": 3,
                        "end_column": 19,
                        "message": "this one is declared",
                    }
                ],
                "fix": {
                    "title": "write `added_to_cart`",
                    "safe": False,
                    "edits": [
                        {
                            "file": "cart.flow",
                            "line": 2,
                            "column": 16,
                            "end_line": 2,
                            "end_column": 28,
                            "text": "added_to_cart",
                        }
                    ],
                },
            }
        ],
    }


def test_json_is_fine_with_warnings() -> None:
    assert json.loads(render_json([WARNED]))["ok"] is True
    assert json.loads(render_json([])) == {"ok": True, "diagnostics": []}
    assert json.loads(render_json([WARNED]))["diagnostics"][0]["help"] is None


def test_github() -> None:
    assert render_github([WARNED]) == (
        "::warning file=odd name%2C1.flow,line=1,col=1,endLine=1,endColumn=2,title=TF999::a, b: 100%25\n"
    )
    assert "%0Adid you mean" in render_github([FOUND])
    assert render_github([FOUND]).count("\n") == 1


def test_sarif() -> None:
    log = json.loads(render_sarif([FOUND, WARNED]))
    assert log["version"] == "2.1.0"
    run = log["runs"][0]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["TF101", "TF999"]
    first, second = run["results"]
    assert rules[first["ruleIndex"]] == first["ruleId"] == "TF101"
    assert first["level"] == "error"
    assert second["level"] == "warning"
    location = first["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "cart.flow", "uriBaseId": "%SRCROOT%"}
    assert location["region"] == {"startLine": 2, "startColumn": 16, "endLine": 2, "endColumn": 29}
    assert second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "odd%20name%2C1.flow"
    assert first["relatedLocations"][0]["message"]["text"] == "this one is declared"
    replacement = first["fixes"][0]["artifactChanges"][0]["replacements"][0]
    assert replacement["insertedContent"]["text"] == "added_to_cart"


def test_sarif_describes_its_rules() -> None:
    _, found = parse("segment a\n    b ==\n", "a.flow")
    rule = json.loads(render_sarif(found))["runs"][0]["tool"]["driver"]["rules"][0]
    assert rule["name"] == "ForeignSign"
    assert rule["shortDescription"]["text"]
