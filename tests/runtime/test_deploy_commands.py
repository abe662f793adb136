"""plan, deploy, rollback and versions on the command line, and what `run` makes of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main

TEXT = """
event begin

flow walk
    start when begin
    wait 2 days as pause
    wait 1 day
"""


def invoke(*arguments: object, code: int = 0, given: str | None = None) -> Result:
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=given)
    assert result.exit_code == code, result.output
    return result


def listed(shop: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(invoke("versions", shop, "--format", "json").stdout)["versions"]
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "a.flow").write_text(TEXT)
    return tmp_path


def test_run_deploys_by_itself_until_somebody_uses_deploy(shop: Path) -> None:
    assert "nothing has been put in force yet" in invoke("versions", shop).stdout
    assert "program version 1 is in force" in invoke("run", shop, "--once").stderr
    (shop / "a.flow").write_text(TEXT.replace("1 day", "3 days"))
    assert "program version 2 is in force" in invoke("run", shop, "--once").stderr
    (shop / "a.flow").write_text(TEXT.replace("1 day", "4 days"))
    assert "version 3 is in force" in invoke("deploy", shop, "--yes").stdout
    (shop / "a.flow").write_text(TEXT.replace("1 day", "5 days"))
    assert "version 3 runs, which was deployed; the folder differs" in invoke("run", shop, "--once").stderr
    (shop / "a.flow").write_text("flow")
    assert "what the folder holds has mistakes" in invoke("run", shop, "--once").stderr
    assert [each["how"] for each in listed(shop)] == ["run", "run", "deploy"]


def test_with_explicit_deploys_run_needs_one_and_no_files(shop: Path) -> None:
    (shop / "triggerfish.toml").write_text('[runtime]\ndeploy = "explicit"\n')
    assert "nothing has been deployed here yet" in invoke("run", shop, "--once", code=2).output
    invoke("deploy", shop, "--yes")
    (shop / "a.flow").unlink()
    invoke("run", shop, "--once")
    (shop / "triggerfish.toml").write_text('[runtime]\ndeploy = "sometimes"\n')
    assert "'automatic' or 'explicit'" in invoke("run", shop, "--once", code=2).output


def test_a_saved_plan_is_carried_out_without_a_question_or_refused(shop: Path) -> None:
    invoke("run", shop, "--once")
    invoke("track", "ana", "begin", "-C", shop)
    invoke("run", shop, "--until-idle")
    plan = shop / "plan.json"
    (shop / "a.flow").write_text(TEXT.replace("2 days as pause", "1 hour as pause"))
    shown = json.loads(invoke("plan", shop, "--move", "-o", plan, "--format", "json").stdout)
    assert shown == json.loads(plan.read_text())
    (walk,) = shown["flows"]
    assert (walk["change"], walk["inside"], walk["people"][0]["goes_on"]) == ("changed", 1, {"pause": 1})
    (shop / "a.flow").write_text(TEXT.replace("2 days as pause", "2 hours as pause"))
    assert "the program has changed since the plan was made" in invoke("deploy", shop, "--plan", plan, code=1).output
    (shop / "a.flow").write_text(TEXT.replace("2 days as pause", "1 hour as pause"))
    assert "version 2 is in force" in invoke("deploy", shop, "--plan", plan).stdout
    assert "version 2 is in force by now" in invoke("deploy", shop, "--plan", plan, code=1).output
    invoke("run", shop, "--until-idle")
    assert "goes on in version 2 of walk (entered in version 1)" in invoke("explain", "ana", shop).stdout
    plan.write_text("{}")
    assert "is no plan" in invoke("deploy", shop, "--plan", plan, code=1).output


def test_nothing_is_deployed_without_consent(shop: Path) -> None:
    invoke("run", shop, "--once")
    (shop / "a.flow").write_text(TEXT.replace("1 day", "3 days"))
    invoke("deploy", shop, given="n\n", code=1)
    assert len(listed(shop)) == 1
    invoke("deploy", shop, given="y\n")
    assert "is in force already; nothing was changed" in invoke("deploy", shop).stdout
    assert len(listed(shop)) == 2


def test_people_at_a_step_that_is_gone_need_more_than_yes(shop: Path) -> None:
    invoke("track", "ana", "begin", "-C", shop)
    invoke("run", shop, "--until-idle")
    (shop / "a.flow").write_text(TEXT.replace("    wait 2 days as pause\n", ""))
    refused = invoke("deploy", shop, "--move", "--yes", code=1).output
    assert "1 person is at steps that are gone" in refused
    assert "--leave-orphans" in refused
    invoke("deploy", shop, "--move", "--yes", "--leave-orphans", "--exit-orphans", code=2)
    invoke("deploy", shop, "--yes", "--exit-orphans", code=2)
    invoke("deploy", shop, "--move", "--yes", "--exit-orphans")
    invoke("run", shop, "--until-idle")
    assert "left walk (step removed: version 2 has no 'wait 2 days as pause')" in invoke("explain", "ana", shop).stdout


def test_a_rollback_makes_the_version_before_the_newest_again(shop: Path) -> None:
    assert "there is no earlier version" in invoke("rollback", shop, code=1).output
    invoke("deploy", shop, "--yes")
    (shop / "a.flow").write_text(TEXT.replace("1 day", "3 days"))
    invoke("deploy", shop, "--yes")
    back = json.loads(invoke("rollback", shop, "--yes", "--format", "json").stdout)
    assert back == {"version": 3, "before": 2, "changed": True, "back_to": 1}
    first, second, third = listed(shop)
    assert (third["hash"], third["how"], third["in_force"]) == (first["hash"], "rollback", True)
    assert "which is version 2 again" in invoke("rollback", 2, shop, "--yes").stdout
    assert listed(shop)[-1]["hash"] == second["hash"]
    assert "there is no version 9" in invoke("rollback", 9, shop, code=1).output


def test_run_keeps_only_the_versions_at_hand_that_somebody_is_inside_of(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triggerfish.runtime.store.store import Store

    for days in range(2, 8):
        (shop / "a.flow").write_text(TEXT.replace("2 days", f"{days} days"))
        if days in (2, 5):
            invoke("track", f"p{days}", "begin", "-C", shop)
        invoke("run", shop, "--once")
    with Store(f"sqlite:///{shop / '.triggerfish' / 'triggerfish.db'}") as store:
        used = [each.options.used for each in store.programs.versions()]
    assert used == [(), (1,), (1, 2), (1, 2, 3), (1, 4), (1, 4, 5)]


def test_people_are_shown_at_the_step_of_the_version_they_are_in(shop: Path) -> None:
    invoke("track", "ana", "begin", "-C", shop)
    invoke("run", shop, "--once")
    (shop / "a.flow").write_text(TEXT.replace("flow walk\n", "flow walk\n    # first\n    again after 1 day\n").replace("    wait 2 days", "    wait 9 days\n    wait 2 days"))
    invoke("deploy", shop, "--yes")
    (shop / "a.flow").write_text("flow")  # what the folder holds has no say
    shown = json.loads(invoke("people", "show", "ana", shop, "--format", "json").stdout)["flows"][0]
    assert (shown["step"], shown["line"]) == ("wait 2 days as pause", 6)
    assert "ana" in invoke("people", "list", shop).stdout


def test_a_plan_tells_of_windows_longer_than_events_are_kept(shop: Path) -> None:
    (shop / "triggerfish.toml").write_text('[retention]\nevents = "30 days"\n')
    (shop / "a.flow").write_text(TEXT + "\nsegment keen\n    did begin at least 2 times in last 90 days\n")
    said = "flows look back further at begin than [retention] keeps events (30 days)"
    assert said in invoke("plan", shop).stderr
    assert said in invoke("deploy", shop, "--yes").stderr
