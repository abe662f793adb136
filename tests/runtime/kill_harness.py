"""Kills a replay with SIGKILL at random moments, starts it again until it is through, and compares what it left.

Run as a program: ``kill_harness.py FOLDER KILLS SEED [MODULE:FUNCTION]``. The function gives ``(machine, inputs)``: a machine and
the history as ``(person, input)``. Prints one line of JSON: how many kills there were, how many runs, and whether all
databases came out like that of an undisturbed run.
"""

from __future__ import annotations

import importlib
import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.schema import events, journal, outbox, profiles
from triggerfish.runtime.store.store import Store

EVENTS_A_BATCH = 40


def fake_history() -> tuple[Any, list[tuple[str, Input]]]:
    """The small machine, with a person it cannot digest, and a history out of order."""
    from fake_machine import FakeMachine

    chance = random.Random(5)
    inputs = []
    for number in range(3_000):
        name = "poison" if number % 500 == 7 else "order_completed"
        at = chance.randrange(400 * 86_400) * 1_000
        inputs.append((f"p{chance.randrange(600)}", Input("event", name, at, f"m{number}", {"total": number})))
    return FakeMachine(frozenset({"poison"})), inputs


def replay(path: Path, machine: Any) -> None:
    """One run, in a process of its own."""
    with Store(f"sqlite:///{path}") as store:
        Run(Engine(store, machine, WallClock(), events_a_batch=EVENTS_A_BATCH, people_a_batch=50)).until_idle("events")


def spawn(path: Path, machine: Any) -> int:
    """Start a run; its process id. Forked, so that not every run has to import everything."""
    child = os.fork()
    if child == 0:
        try:
            replay(path, machine)
        except BaseException as error:  # noqa: BLE001
            print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
            os._exit(1)
        os._exit(0)
    return child


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All that must not depend on interruptions."""
    recorded = [events.c.id, events.c.person, events.c.name, events.c.at, events.c.fields]
    queries = {
        "journal": journal.select().order_by(journal.c.person, journal.c.number),
        "outbox": outbox.select().with_only_columns(*[c for c in outbox.c if c.name != "updated_at"]).order_by("seq"),
        "recorded": events.select().with_only_columns(*recorded).order_by(events.c.seq),
        "profiles": profiles.select().order_by(profiles.c.id),
    }
    with Store(f"sqlite:///{path}") as store, store.database.read() as connection:
        found = {name: [tuple(row) for row in connection.execute(query)] for name, query in queries.items()}
        found["cursor"] = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM cursors")]
        found["rejected"] = [tuple(row) for row in connection.exec_driver_sql("SELECT id, raw FROM rejected")]
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    return found


def copy(source: Path, target: Path) -> Path:
    for suffix in ("-wal", "-shm"):
        Path(f"{target}{suffix}").unlink(missing_ok=True)
    shutil.copy(source, target)
    return target


def main(folder: Path, kills: int, seed: int, factory: str) -> dict[str, object]:
    module, _, function = factory.partition(":")
    machine, inputs = getattr(importlib.import_module(module), function)()
    template = folder / "template.db"
    with Store(f"sqlite:///{template}") as store:
        store.events.append(inputs, 1)
    began = time.perf_counter()
    os.waitpid(spawn(copy(template, folder / "undisturbed.db"), machine), 0)
    whole = time.perf_counter() - began
    expected = contents(folder / "undisturbed.db")
    chance = random.Random(seed)
    killed = runs = 0
    same = True
    while killed < kills:
        path, done = copy(template, folder / "killed.db"), False
        while not done:
            child = spawn(path, machine)
            runs += 1
            if killed < kills:
                time.sleep(chance.uniform(0, whole / 4))
                os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
            if os.WIFSIGNALED(status):
                killed += 1
            elif os.WEXITSTATUS(status) == 0:
                done = True
            else:
                return {"failed": os.WEXITSTATUS(status)}
        same = same and contents(path) == expected
    sizes = {name: len(rows) for name, rows in expected.items()}
    return {"kills": killed, "runs": runs, "same": same, "seconds": round(whole, 2), "rows": sizes}


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "kill_harness:fake_history"]
    print(json.dumps(main(Path(arguments[0]), int(arguments[1]), int(arguments[2]), arguments[3])))  # noqa: T201
