"""Waits that are due, per second: triggerfish, APScheduler with a job for each wait, procrastinate with a deferred task for each wait.

All of them find the same number of people whose wait has just ended, and each person leaves one row behind when woken, in a table of the same
database. What each does for one of them:

- *triggerfish*: up to 500 people in one transaction; per person the state is read, decoded, moved on, written back, and a row of the outbox and one or two of the
  journal are written.
- *APScheduler*: ``SQLAlchemyJobStore``; the scheduler reads the jobs that are due, removes each in a transaction of its own, and hands it to a
  thread, which inserts a row and commits.
- *procrastinate* (PostgreSQL only): a worker fetches each task in a transaction of its own, inserts a row and commits, and marks the task as done in
  another. Ten at a time.

    python benchmarks/waits.py [ADDRESS] [--quick] [--people N] [--rounds N]

ADDRESS is a PostgreSQL server where databases may be made: postgresql://localhost/postgres. Without it only SQLite is measured.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import logging
import sqlite3
import sys
import tempfile
import threading
import time
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))

import timing
import workers
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Engine as Database
from sqlalchemy import create_engine, event, make_url

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

NOW = 1_800_000_000_000
DAY = 86_400_000
SHARE = 10
"""Of the people the quick contender has, the others get one in so many: their rate is asked for, not their patience."""

SOURCE = """
event signed_up

topic service "About your account" for email

policy
    timezone "Europe/Paris"
    sender "Shop <shop@shop.example>"
    postal address "1 Rue X, 75001 Paris"

flow welcome
    start when signed_up
    about service

    wait 1 day
    send email hello

message hello "Hello"
    email
        subject "Hello"
        body "Hello."
"""


def program() -> Program:
    loaded = compile_sources({"waits.flow": SOURCE}, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.line}: {found.message}" for found in loaded.diagnostics))
    return loaded.program


def entering(person: str, at: int) -> list[tuple[str, Input]]:
    """Who has an address, and signs up."""
    known = Input("identify", "", at, f"i{person}", {"email": f"{person}@example.org"})
    return [(person, known), (person, Input("event", "signed_up", at, f"s{person}", {}))]


class Woken:
    """The table in which the peers leave a row for each person they wake."""

    def __init__(self, address: str) -> None:
        self.database = opened(address)
        with self.database.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE woken (person TEXT PRIMARY KEY)")

    def write(self, person: str) -> None:
        with self.database.begin() as connection:
            connection.exec_driver_sql(f"INSERT INTO woken VALUES ('{person}')")  # the names are ours

    def count(self) -> int:
        with self.database.begin() as connection:
            return int(connection.exec_driver_sql("SELECT count(*) FROM woken").scalar_one())


def opened(address: str) -> Database:
    """An engine with the settings that the store has."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_size=12)
    database = create_engine(url, connect_args={"timeout": 60})

    @event.listens_for(database, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "wal_autocheckpoint = 50000"):
            connection.execute(f"PRAGMA {pragma}")

    return database


def ours(address: str, machine: Machine, people: int) -> float:
    """Seconds per person."""
    with Store(address, upgrade=True) as store:
        engine = Engine(store, machine, workers.Standing(NOW))
        store.events.append([row for each in range(people) for row in entering(f"p{each}", NOW)], NOW)
        while engine.process_events(NOW):
            pass
        assert not engine.process_due(NOW)
        began = perf_counter()
        number = 0
        while some := engine.process_due(NOW + DAY):
            number += some
        seconds = perf_counter() - began
        assert number == people, f"{number} of {people} were woken"
        assert sum(store.outbox.counts().values()) == people
    return seconds / people


_woken: Woken | None = None


def wake(person: str) -> None:
    """What a job of the peers does."""
    assert _woken is not None
    _woken.write(person)


def with_apscheduler(address: str, people: int) -> float:
    """Seconds per person."""
    global _woken  # noqa: PLW0603 - a job that is kept in a database names a function of a module
    _woken = Woken(address)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    # On SQLite writers would only wait for each other.
    threads = 1 if address.startswith("sqlite") else 10
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(engine=opened(address))}, executors={"default": ThreadPoolExecutor(threads)}, timezone=dt.UTC
    )
    scheduler.start(paused=True)
    due = dt.datetime.now(dt.UTC)
    for each in range(people):
        scheduler.add_job(wake, "date", run_date=due, args=(f"p{each}",), misfire_grace_time=None)
    began = perf_counter()
    scheduler.resume()
    _until(people)
    seconds = perf_counter() - began
    scheduler.shutdown()
    _woken.database.dispose()
    return seconds / people


def _until(people: int) -> None:
    assert _woken is not None
    last = time.monotonic() + 300
    while _woken.count() < people:
        if time.monotonic() > last:
            raise SystemExit(f"after five minutes {_woken.count()} of {people} were woken")
        threading.Event().wait(0.02)


def with_procrastinate(address: str, people: int) -> float:
    """Seconds per person. Raises ImportError where it is not installed."""
    import procrastinate

    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    woken = Woken(address)
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=plain, min_size=1, max_size=12))

    async def run() -> float:
        async with app.open_async():
            await app.schema_manager.apply_schema_async()

            @app.task(name="wake")
            async def task(person: str) -> None:
                await app.connector.execute_query_async("INSERT INTO woken VALUES (%(person)s)", person=person)

            due = dt.datetime.now(dt.UTC)
            await task.configure(schedule_at=due).batch_defer_async(*({"person": f"p{each}"} for each in range(people)))
            began = perf_counter()
            await app.run_worker_async(wait=False, concurrency=10, install_signal_handlers=False, listen_notify=False)
            return perf_counter() - began

    seconds = asyncio.run(run())
    number = woken.count()
    woken.database.dispose()
    assert number == people, f"{number} of {people} were woken"
    return seconds / people


def rounds_on_sqlite(machine: Machine, people: int, rounds: int) -> timing.Timings:
    seconds: dict[str, list[float]] = {"triggerfish": [], "APScheduler": []}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            seconds["triggerfish"].append(ours(f"sqlite:///{folder}/ours.db", machine, people))
            seconds["APScheduler"].append(with_apscheduler(f"sqlite:///{folder}/theirs.db", people // SHARE))
    return timing.Timings(seconds)


def rounds_on_postgresql(server: str, machine: Machine, people: int, rounds: int) -> timing.Timings:
    seconds: dict[str, list[float]] = {"triggerfish": [], "APScheduler": [], "procrastinate": []}
    if find_spec("procrastinate") is None:
        seconds.pop("procrastinate")
        print("  procrastinate is not installed: left out")
    for _ in range(rounds):
        with workers.database(server) as address:
            seconds["triggerfish"].append(ours(address, machine, people))
        with workers.database(server) as address:
            seconds["APScheduler"].append(with_apscheduler(address, people // SHARE))
        with workers.database(server) as address:
            if "procrastinate" in seconds:
                seconds["procrastinate"].append(with_procrastinate(address, people // SHARE))
    return timing.Timings(seconds)


def report(database: str, timings: timing.Timings) -> None:
    print(f"  {database}")
    for name in timings.seconds:
        print(f"    {name:14} {1 / timings.median(name):9,.0f} people/s   {timings.ratio(name, 'triggerfish')} x as long")


def main(arguments: list[str] | None = None) -> dict[str, timing.Timings]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", metavar="ADDRESS", nargs="?")
    parser.add_argument("--quick", action="store_true", help="1,000 people, 1 round")
    parser.add_argument("--people", type=int)
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args(arguments)
    people, rounds = options.people or (1_000 if options.quick else 10_000), options.rounds or (1 if options.quick else 3)
    machine = Machine(program())
    print(f"Waits that are due, {people} people ({people // SHARE} for the peers); {timing.machine()}")
    found = {"SQLite": rounds_on_sqlite(machine, people, rounds)}
    if options.server:
        found["PostgreSQL"] = rounds_on_postgresql(options.server, machine, people, rounds)
    for name, timings in found.items():
        report(name, timings)
    return found


if __name__ == "__main__":
    main()
