"""``triggerfish test --format json`` of files that do not compile."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from triggerfish.runtime.cli import main


def test_mistakes_are_one_document_too(tmp_path: Path) -> None:
    (tmp_path / "shop.flow").write_text("event begin\n\nflow f\n    start when begn\n    set plan to 1\n")
    shown = CliRunner().invoke(main, ["test", str(tmp_path), "--format", "json"])
    assert shown.exit_code == 1
    found = json.loads(shown.stdout)
    assert (found["passed"], found["failed"], found["tests"]) == (0, 0, [])
    assert found["diagnostics"][0]["file"] == "shop.flow"
    assert found["diagnostics"][0]["line"] == 4
    assert "begn" in shown.stderr


def test_right_files_have_no_diagnostics(tmp_path: Path) -> None:
    (tmp_path / "shop.flow").write_text('event begin\n\ntest "t"\n    at 2026-03-02 10:00\n    begin happens\n    expect no messages\n')
    shown = CliRunner().invoke(main, ["test", str(tmp_path), "--format", "json"])
    assert shown.exit_code == 0
    assert "diagnostics" not in json.loads(shown.stdout)


def test_what_concerns_a_whole_folder_has_no_line(tmp_path: Path) -> None:
    shown = CliRunner().invoke(main, ["check", str(tmp_path), "--format", "github"])
    assert shown.stdout.startswith("::error file=")
    assert "line=" not in shown.stdout
    found = json.loads(CliRunner().invoke(main, ["check", str(tmp_path), "--format", "json"]).stdout)["diagnostics"][0]
    assert (found["line"], found["column"], found["end_line"], found["end_column"]) == (0, 0, 0, 0)


def test_a_story_writes_lists_as_flows_do(tmp_path: Path) -> None:
    (tmp_path / "shop.flow").write_text(
        "event carted\n    items  list\n        sku    text\n        price  number\n\n"
        'test "t"\n    at 2026-03-02 10:00\n    carted happens with items: [(sku: "a", price: 60)]\n    expect 1 message\n'
    )
    shown = CliRunner().invoke(main, ["test", str(tmp_path)])
    assert 'carted happened with items: [(sku: "a", price: 60)]' in shown.stdout
