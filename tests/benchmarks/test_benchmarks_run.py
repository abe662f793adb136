"""The benchmark programs run, and what they compare agrees; their figures are nobody's business here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent.parent / "benchmarks"


def run(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], check=False, cwd=FOLDER, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_conditions_agree_and_are_timed():
    shown = run("conditions.py", "--quick", "--rounds", "1")
    assert "all agree on 301 inputs" in shown
    assert "100 rules over 20 event types" in shown


def test_durable_processing_consumes_everything():
    shown = run("durable.py", "--profiles", "60", "--events", "300", "--rounds", "1")
    assert "inputs among 60 people" in shown
    assert "share of the raw limit" in shown


@pytest.mark.skipif(not (FOLDER.parent / "examples" / "cdnow").is_dir(), reason="the example's data is not there")
def test_durable_processing_of_real_purchases_consumes_everything():
    assert "share of the raw limit" in run("durable.py", "--flows", "cdnow", "--profiles", "60", "--rounds", "1")


def test_what_the_parts_of_the_whole_path_take():
    shown = run("durable.py", "--profiles", "60", "--events", "300", "--parts")
    assert "the machine" in shown
    assert "write people" in shown


def test_the_cost_of_many_flows_is_compared_with_that_of_few():
    shown = run("flows.py", "--quick", "--rounds", "1")
    assert shown.count("x 10 flows") == 4
    assert "100 flows: compiled in" in shown


def test_everybody_who_is_due_is_woken_by_all_contenders():
    shown = run("waits.py", "--people", "200", "--rounds", "1")
    assert "triggerfish" in shown
    assert "APScheduler" in shown


def test_everybody_is_acted_on_and_the_lateness_told():
    shown = run("punctual.py", "--rate", "100", "--seconds", "1")
    assert "SQLite  " in shown
    assert "SQLite, 100 events a second" in shown


def test_what_people_cost_who_wait():
    shown = run("waiting.py", "--people", "200")
    assert "with       200 people waiting and nobody due" in shown
    assert "profiles" in shown


def test_programs_say_what_they_do():
    for name in ("run.py", "startup.py", "flows.py", "waits.py", "punctual.py", "waiting.py", "workers.py"):
        assert "--quick" in run(name, "--help")


def test_several_workers_consume_everything(postgresql):
    shown = run("workers.py", postgresql.server, "--profiles", "60", "--events", "300", "--rounds", "1")
    assert "1 worker " in shown
    assert "2 workers " in shown


@pytest.mark.parametrize(
    "arguments",
    [("waits.py", "--people", "100", "--rounds", "1"), ("waiting.py", "--people", "100"), ("punctual.py", "--rate", "100", "--seconds", "1", "--events", "0")],
    ids=["waits", "waiting", "punctual"],
)
def test_on_postgresql_too(postgresql, arguments):
    name, *others = arguments
    assert "  PostgreSQL" in run(name, postgresql.server, *others)


def test_a_simulation_goes_through_everything():
    shown = run("simulation.py", "--events", "600", "--rounds", "1")
    assert "660 events of 60 people" in shown
    assert "over all cores" in shown
