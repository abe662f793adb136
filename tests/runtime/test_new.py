"""Projects made by ``triggerfish new`` run at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main
from triggerfish.runtime.cli.commands.new import FOLDER, TEMPLATES

EFFECTS = {"lead-qualification": 2}
"""How many actions the sample events of a template bring about."""


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_every_folder_is_a_template_and_has_a_description() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_new_project_checks_tests_and_runs(name: str, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    assert run("new", shop, "--template", name).exit_code == 0
    assert len((shop / "README.md").read_text().splitlines()) <= 12

    checked = json.loads(run("check", shop, "--format", "json").stdout)
    assert checked["ok"]
    assert checked["diagnostics"] == []

    assert run("fmt", shop, "--check").exit_code == 0

    complete = run("test", shop, "--format", "json", "--fail-under", "100")
    assert complete.exit_code == 0
    tested = json.loads(complete.stdout)
    assert tested["failed"] == 0
    assert tested["passed"] >= 3

    assert run("ingest", shop / "events.jsonl", shop).exit_code == 0
    ran = json.loads(run("run", shop, "--clock", "events", "--format", "json").stdout)
    sent = sum(ran["sent"].values())
    assert sent >= 2
    # What actions do is delivered too, and is no message.
    assert set(ran["delivered"]) == {"sent"}
    assert ran["delivered"]["sent"] == sent + EFFECTS.get(name, 0)
    assert len(list((shop / ".triggerfish" / "outbox").glob("*.eml"))) == sent
    # What its README says next.
    command = next(line.split() for line in (shop / "README.md").read_text().splitlines() if "triggerfish explain" in line)
    explained = run(*command[1:-1], shop)
    assert explained.exit_code == 0
    assert "delivery: sent" in explained.stdout


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.flow").write_text("mine")
    refused = run("new", tmp_path)
    assert refused.exit_code == 2
    assert "nothing is overwritten" in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.flow"]
    assert run("new", tmp_path / "mine.flow").exit_code == 2


def test_an_empty_folder_will_do(tmp_path: Path) -> None:
    made = run("new", tmp_path, "--format", "json")
    assert made.exit_code == 0
    assert "cart.flow" in json.loads(made.stdout)["files"]


def test_the_list(tmp_path: Path) -> None:
    assert run("new", "--list").stdout.splitlines()[0].startswith("cart ")
    listed = json.loads(run("new", "--list", "--format", "json").stdout)
    assert [one["name"] for one in listed["templates"]] == list(TEMPLATES)


def test_a_misspelt_template(tmp_path: Path) -> None:
    refused = run("new", tmp_path / "shop", "--template", "welcom")
    assert refused.exit_code == 2
    assert 'Did you mean "welcome"?' in refused.stderr
    assert not (tmp_path / "shop").exists()


def test_a_folder_is_needed() -> None:
    assert run("new").exit_code == 2


def test_what_to_try_next_can_be_pasted(tmp_path: Path) -> None:
    made = run("new", tmp_path / "my shop")
    assert f"triggerfish check '{tmp_path / 'my shop'}'" in made.stdout
