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


@pytest.mark.skipif(not (FOLDER.parent / "examples" / "cdnow").is_dir(), reason="the example's data is not there")
def test_durable_processing_consumes_everything():
    shown = run("durable.py", "--customers", "60", "--rounds", "1")
    assert "share of the raw limit" in shown


def test_programs_say_what_they_do():
    for name in ("run.py", "startup.py"):
        assert "--quick" in run(name, "--help")
