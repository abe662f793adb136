"""Imported once by the process that all others are forked from: runs a small project, so that whatever is made at first use is made.

Grammar, checker, the codec of programs and what commands import late are most of a command's start, and no part of what is
to be killed.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from pathlib import Path

import psycopg  # noqa: F401 - for those who use it
import sqlalchemy.dialects.postgresql.psycopg  # noqa: F401 - as above

import triggerfish.plugins.email.smtp
import triggerfish.plugins.http  # noqa: F401 - as above
from killing.shop import history, history_project
from triggerfish.runtime.cli import main


def run_once() -> None:
    """Take some events in and replay them."""
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        folder = Path(name)
        history_project(folder, "sqlite:///shop.db")
        history(folder / "events.jsonl", 2)
        for command in (["ingest", str(folder / "events.jsonl")], ["run", "--clock", "events"]):
            with contextlib.suppress(SystemExit):
                main([*command, str(folder)], prog_name="triggerfish")


run_once()
