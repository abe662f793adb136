from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main

CDNOW = Path(__file__).parents[3] / "examples" / "cdnow"


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["describe", *(str(word) for word in words)])


def test_one_flow():
    ran = run("win_back", CDNOW)
    assert ran.exit_code == 0
    assert ran.stdout.startswith("flow win_back\n  Nothing has to happen for this flow to start:")
    assert "  They leave at once, wherever they are, when a purchase happens.\n" in ran.stdout
    assert ran.stdout.endswith("  Then, step by step:\n    - Send the email “We miss you”.\n")
    assert max(len(line) for line in ran.stdout.splitlines()) <= 100


def test_without_a_flow_everything_is_described(monkeypatch: pytest.MonkeyPatch):
    subjects = [line for line in run(CDNOW).stdout.splitlines() if line and not line.startswith(" ")]
    assert {"flow win_back", "flow second_purchase", "segment quiet", "value spent_this_year", "policy"} <= set(subjects)
    monkeypatch.chdir(CDNOW)
    assert [line for line in run().stdout.splitlines() if line and not line.startswith(" ")] == subjects
    assert run("win_back").stdout == run("win_back", CDNOW).stdout


def test_json_has_one_entry_for_each_sentence():
    document = json.loads(run("win_back", CDNOW, "--format", "json").stdout)
    lines = (CDNOW / "winback.flow").read_text().splitlines()
    stop = next(each for each in document["sentences"] if each["text"].startswith("They leave at once"))
    assert stop["file"] == "winback.flow"
    assert lines[stop["line"] - 1].strip() == "stop when purchase"
    assert set(stop) == {"subject", "text", "file", "line", "depth"}
    assert document["sentences"][-1] == {
        "subject": "flow win_back", "text": "Send the email “We miss you”.", "file": "winback.flow",
        "line": lines.index("    send email win_back") + 1, "depth": 1,
    }  # fmt: skip


def test_wrong_names_and_folders():
    ran = run("win_bak", CDNOW)
    assert (ran.exit_code, ran.stderr) == (1, 'triggerfish: there is no flow win_bak; did you mean "win_back"?\n')
    assert run("win_back", CDNOW / "nowhere").exit_code == 2
    assert run("a", "b", "c").exit_code == 2
