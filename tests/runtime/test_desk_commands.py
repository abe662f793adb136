"""The commands that people type at their desk: what they show, and what they say of a slip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main
from triggerfish.runtime.intake.moments import milliseconds, two_digits

PROGRAM = """\
profile
    plan  one of "free", "plus" = "free"

event signed_up
    seats  number

topic offers "Offers" for email

policy
    timezone "Europe/Paris"

score lead "Lead"
    start 10
    +20.04 signed_up
    level warm from 30

message hello
    email
        subject "Hello {{ plan }}"
        body "You have {{ event.seats }} seats"

flow welcome
    start when signed_up
    about offers
    wait 1 day
    send email hello

flow called
    start by hand with product_id text
    only if plan is "free"
        and lead > 5  # allow TF999: because it is only an example
    wait 2 days
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.flow").write_text(PROGRAM, encoding="utf-8")
    (tmp_path / "more.flow").write_text('segment new\n    plan is "fre"\n', encoding="utf-8")
    return tmp_path


@pytest.fixture
def sound(shop: Path) -> Path:
    (shop / "more.flow").unlink()
    return shop


def run(*words: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exit_code == code, result.output
    return result


def test_one_file_is_checked_as_part_of_its_project(shop: Path) -> None:
    (shop / "triggerfish.toml").write_text("", encoding="utf-8")
    inner = shop / "flows"
    inner.mkdir()
    (inner / "other.flow").write_text("segment mine\n    in segment newest\n", encoding="utf-8")
    found = json.loads(run("check", inner / "other.flow", "--format", "json", code=1).stdout)["diagnostics"]
    assert {one["file"] for one in found} == {"flows/other.flow"}
    assert "did you mean" not in run("check", shop / "shop.flow").stdout
    assert "no .flow file" in run("check", shop / "triggerfish.toml", code=2).stderr


def test_many_mistakes_are_cut_in_text_and_whole_in_json(sound: Path) -> None:
    (sound / "many.flow").write_text("segment many\n" + "    plan is 1\n" * 70, encoding="utf-8")
    shown = run("check", sound, code=1).stdout
    assert shown.count("error[") == 50
    assert "more; --all shows them" in shown
    assert run("check", sound, "--all", code=1).stdout.count("error[") == 70
    found = json.loads(run("check", sound, "--format", "json", code=1).stdout)["diagnostics"]
    assert sum(one["severity"] == "error" for one in found) == 70


def test_mail_without_sender_is_told_of(sound: Path) -> None:
    codes = {one["code"] for one in json.loads(run("check", sound, "--format", "json").stdout)["diagnostics"]}
    assert {"TF455", "TF456"} <= codes
    (sound / "triggerfish.toml").write_text('[email]\nsender = "Shop <hello@shop.example>"\n', encoding="utf-8")
    codes = {one["code"] for one in json.loads(run("check", sound, "--format", "json").stdout)["diagnostics"]}
    assert "TF455" not in codes
    (sound / "policy.flow").write_text('policy\n    postal address "1 Rue X, Paris"\n', encoding="utf-8")
    codes = {one["code"] for one in json.loads(run("check", sound, "--format", "json").stdout)["diagnostics"]}
    assert not {"TF455", "TF456"} & codes


def test_pictures_are_written_as_their_name_says(sound: Path) -> None:
    said = run("graph", "welcome", sound, "-o", sound / "x.png", code=2).stderr
    assert ".svg, .html or .mmd" in said
    assert not (sound / "x.png").exists()
    run("graph", "welcome", sound, "-o", sound / "x.html")
    assert "<html" in (sound / "x.html").read_text(encoding="utf-8")
    run("graph", "welcome", sound, "-o", sound / "x.mmd")
    assert (sound / "x.mmd").read_text(encoding="utf-8").lstrip("-").startswith(("flowchart", "\n", "%%", "graph"))


@pytest.mark.parametrize("text", ["2026-11-22 9:00", "2026-11-22T9:00", "2026-11-22 9:00:30"])
def test_hours_may_have_one_digit(text: str) -> None:
    from datetime import UTC

    padded = text.replace("9:00", "09:00")
    assert two_digits(text) == padded
    assert milliseconds(text, UTC) == milliseconds(padded, UTC) is not None


def test_hours_may_have_one_digit_on_the_command_line(sound: Path) -> None:
    run("track", "ana", "signed_up", "seats=3", "--at", "2026-11-20 9:00", "-C", sound)
    run("explain", "ana", sound, "--at", "2026-11-20 9:00")


def test_preview_takes_values_of_the_right_type(sound: Path) -> None:
    said = run("preview", "hello", sound, "--set", "event.seats=many", code=2).stderr
    assert "event.seats should be a number" in said
    assert "3 seats" in run("preview", "hello", sound, "--set", "event.seats=3", "--format", "json").stdout


def test_preview_says_why_a_mail_would_not_go_out(sound: Path) -> None:
    run("identify", "ana", "email=ana@example.com", "-C", sound)
    run("run", sound, "--once")
    shown = json.loads(run("preview", "hello", sound, "--for", "ana", "--set", "event.seats=3", "--format", "json").stdout)
    assert shown["would_not_go_out"] is None
    run("identify", "bo", "plan=plus", "-C", sound)
    run("run", sound, "--once")
    assert "no email to send to" in run("preview", "hello", sound, "--for", "bo", "--set", "event.seats=3").stdout


def test_entering_a_flow_by_hand(sound: Path) -> None:
    run("enter", "called", "ana", "product_id=p1", "-C", sound)
    run("run", sound, "--once")
    assert "entered called" in run("explain", "ana", "called", sound).stdout
    assert "takes no product" in run("enter", "called", "ana", "product=p1", "-C", sound, code=2).stderr
    assert "does not start by hand" in run("enter", "welcome", "ana", "-C", sound, code=1).stderr
    assert 'did you mean "called"' in run("enter", "caled", "ana", "-C", sound, code=1).stderr


def test_status_speaks_of_the_workspace_zone_and_of_who_is_next(sound: Path) -> None:
    run("enter", "called", "ana", "product_id=p1", "-C", sound)
    run("run", sound, "--once")
    shown = run("status", sound).stdout
    assert "(Europe/Paris)" in shown
    assert "ana in called" in shown
    following = json.loads(run("status", sound, "--format", "json").stdout)["next"]
    assert [(one["person"], one["flow"]) for one in following] == [("ana", "called")]


def test_scores_are_shown_with_their_level(sound: Path) -> None:
    run("track", "ana", "signed_up", "seats=3", "-C", sound)
    run("run", sound, "--once")
    assert "lead: 30 (warm)" in run("people", "show", "ana", sound).stdout
