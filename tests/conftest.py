"""Options and fixtures for all tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))  # for what several folders of tests share

pytest_plugins = ["postgresql"]

# The same cases every time, so that a change is judged by what it changed; TRIGGERFISH_EXPLORE=1 looks for new ones.
settings.register_profile("fixed", derandomize=True)
if os.environ.get("TRIGGERFISH_EXPLORE") != "1":
    settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite", action="store_true", help="write what comes out into the *.expected files of a corpus"
    )


@pytest.fixture
def rewrite(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be written instead of compared."""
    return bool(request.config.getoption("--rewrite"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    from postgresql import told_loudly

    told_loudly(terminalreporter)
