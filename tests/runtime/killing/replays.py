"""Replays of history (``run --clock events``) that are killed and started again until they are through."""

from __future__ import annotations

import random
import shutil
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from killing.databases import Databases, Files
from killing.forks import command, killed, start
from killing.outcome import Outcome
from killing.shop import history, history_project
from triggerfish.runtime.store.store import Store

KILLS_A_ROUND = 12
"""So often is one replay killed; then another one begins."""

_QUERIES = {
    "journal": "select * from journal order by person, number",
    "states": "select id, state, due_at from profiles order by id",
    "outbox": "select key, person, target, at, status, data, context from outbox order by key",
    "events": "select id, person, kind, name, at, fields, origin from events order by seq",
    "rejected": "select id, raw from rejected order by id",
}


def contents(address: str, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that must not depend on kills, nor on the kind of database; wall-clock columns are left out."""
    with Store(address) as store, store.database.read() as connection:
        found = {name: [tuple(row) for row in connection.exec_driver_sql(query)] for name, query in _QUERIES.items()}
    mails = (folder / ".triggerfish" / "outbox").glob("*.eml")
    found["mails"] = sorted((mail.name, mail.read_bytes().count(b"Message-ID")) for mail in mails)
    return found


def replays(databases: Databases, folder: Path, kills: int, *, people: int = 60, seed: int = 1) -> Outcome:
    """Kill so often, and compare each replay with an undisturbed one, which is on SQLite always."""
    outcome, chance = Outcome(), random.Random(seed)
    folder.mkdir(exist_ok=True)
    history(folder / "events.jsonl", people)
    undisturbed = folder / "undisturbed"
    files = Files(folder)
    _take_in(files.empty("undisturbed"), undisturbed, folder)
    began = time.monotonic()
    _finish(_replay(undisturbed, folder), folder)
    whole = time.monotonic() - began
    expected = contents(f"sqlite:///{folder / 'undisturbed.db'}", undisturbed)
    template = databases.empty("template")
    _take_in(template, folder / "template", folder)
    runs = rounds = 0
    while outcome.kills["replay"] < kills and not outcome.problems:
        rounds += 1
        killed_here, project = 0, folder / "killed"
        shutil.rmtree(project, ignore_errors=True)
        address = databases.copy(template, f"killed_{rounds}")
        history_project(project, address)
        while True:
            process = _replay(project, folder)
            runs += 1
            if killed_here < min(KILLS_A_ROUND, kills - outcome.kills["replay"] + killed_here):
                process.join(chance.uniform(0, 0.7 * whole))
                if killed(process):
                    killed_here += 1
                    outcome.kills["replay"] += 1
                    continue
            _finish(process, folder)
            break
        found = contents(address, project)
        for name, rows in expected.items():
            outcome.compare(f"{name} of replay {rounds}", rows, found[name])
    outcome.figures = {"starts": runs, "replays": rounds, **{name: len(rows) for name, rows in expected.items()}}
    return outcome


def _take_in(address: str, project: Path, folder: Path) -> None:
    history_project(project, address)
    _finish(start(command, (), "ingest", str(folder / "events.jsonl"), str(project), log=folder / "log"), folder)


def _finish(process: BaseProcess, folder: Path) -> None:
    process.join(120)
    if process.exitcode != 0:
        raise RuntimeError(f"it ended with {process.exitcode}: {(folder / 'log').read_text()[-2_000:]}")


def _replay(project: Path, folder: Path) -> BaseProcess:
    return start(command, (), "run", "--clock", "events", str(project), log=folder / "log")
