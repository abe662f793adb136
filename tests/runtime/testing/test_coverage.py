"""``test --coverage``: what no test came to, at its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main

FLOWS = """\
profile
    plan  one of "free", "pro", "team" = "free"

event signed_up
event paid

topic offers "Offers" for sms

message hello
    sms "Hello"

flow welcome
    start when signed_up
    about offers
    send sms hello
    wait up to 2 days for paid
    if plan is "pro"
        send sms hello
        wait 1 day
    else if plan is "team"
        exit "team"
    choose by plan
        "free"
            set plan to "pro"
        otherwise
            set plan to "free"

flow thanks
    start when paid
    about offers
    send sms hello
"""
FREE = """
test "free" for welcome
    at 2026-03-02 10:00
    signed_up happens
    after 3 days
    expect plan is "pro"
"""
PRO = """
test "pro" for welcome
    given plan: "pro"
    at 2026-03-02 10:00
    signed_up happens
    paid happens
    after 3 days
    expect plan is "free"
"""
TEAM = """
test "team"
    given plan: "team"
    at 2026-03-02 10:00
    paid happens
    signed_up happens
    after 3 days
    expect exit from welcome "team"
"""


@pytest.fixture
def run(tmp_path: Path):
    def running(tests: str, *options: str) -> Result:
        (tmp_path / "shop.flow").write_text(FLOWS + tests)
        return CliRunner().invoke(main, ["test", str(tmp_path), *options])

    return running


def missed(result: Result) -> list[tuple[str, int, str]]:
    flows = json.loads(result.stdout)["coverage"]["flows"]
    return [(piece["kind"], piece["line"], piece["text"]) for flow in flows for piece in flow["missed"]]


def test_each_missed_step_and_branch_is_at_its_line(run):
    result = run(FREE, "--coverage", "--format", "json")
    assert result.exit_code == 0
    assert missed(result) == [
        ("branch", 16, "wait up to 2 days for paid: paid"),
        ("branch", 17, 'if plan is "pro"'),
        ("step", 18, "send sms hello"),
        ("step", 19, "wait 1 day"),
        ("branch", 20, 'else if plan is "team"'),
        ("step", 21, 'exit "team"'),
        ("branch", 22, "choose by plan: otherwise"),
        ("step", 26, 'set plan to "free"'),
        ("step", 31, "send sms hello"),
    ]
    welcome, thanks = json.loads(result.stdout)["coverage"]["flows"]
    assert (welcome["steps"], welcome["steps_reached"]) == (9, 5)
    assert (welcome["branches"], welcome["branches_reached"]) == (7, 3)
    assert welcome["percent"] == 50.0
    assert thanks["percent"] == 0.0


def test_tests_add_up(run):
    result = run(FREE + PRO + TEAM, "--coverage", "--format", "json")
    assert missed(result) == []
    assert json.loads(result.stdout)["coverage"]["percent"] == 100


def test_an_else_that_is_not_written_is_a_branch_too(run):
    result = run(PRO + TEAM, "--coverage", "--format", "json")
    assert ("branch", 17, 'if plan is "pro": else') in missed(result)


def test_shown_to_people(run):
    result = run(FREE, "--coverage")
    assert "welcome     50 %  5 of 9 steps, 3 of 7 branches\n" in result.stdout
    assert '  shop.flow:20: no test takes: else if plan is "team"\n' in result.stdout
    assert "  shop.flow:31: no test comes to: send sms hello\n" in result.stdout
    assert result.stdout.endswith("coverage: 47 %\n1 passed\n")


def test_fail_under(run):
    assert run(FREE, "--fail-under", "47").exit_code == 0
    too_little = run(FREE, "--fail-under", "47.5")
    assert too_little.exit_code == 1
    assert "coverage is 47 %, and --fail-under asks for 47.5 %" in too_little.stderr
    assert run(FREE, "--fail-under", "101").exit_code == 2


def test_failed_tests_still_fail(run):
    assert run(FREE.replace('is "pro"', 'is "team"'), "--coverage").exit_code == 1


def test_without_the_option_nothing_is_measured(run):
    result = run(FREE, "--format", "json")
    assert "coverage" not in json.loads(result.stdout)
