"""Several workers on PostgreSQL: inputs per second through the engine with one and with two, against a bare loop.

All inputs are in the event log already, as after an outage, and each worker is a process of its own; what it took to append them is told
as well. The bare loop is the least durable processing can do on that server: events in, states read, changed and
written, in batches of 1,000, the states as large as the machine's; *same rows* also writes the journal and the outbox rows that the machine wrote.

    python benchmarks/workers.py ADDRESS [--flows shop|cdnow] [--quick] [--people N] [--rounds N]

ADDRESS is a PostgreSQL server where databases may be made: postgresql://localhost/postgres
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import raw_limit
import sample
import timing
from sqlalchemy import Connection, create_engine, make_url

from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

BARE_STATE = 150
"""Bytes, about."""


class Standing:
    """The moment of the last input."""

    def __init__(self, moment: int) -> None:
        self.moment = moment

    def now(self) -> int:
        return self.moment

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        return stop.wait(seconds)


@contextmanager
def database(server: str) -> Iterator[str]:
    """A new database, gone at the end. Its name is this process's own: several may measure on one server."""
    name = f"triggerfish_benchmark_{os.getpid()}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield url.set(database=name).render_as_string(hide_password=False)
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


def work(address: str, flows: str, now: int, ready: Barrier) -> None:
    with Store(address) as store:
        engine = Engine(store, Machine(sample.PROGRAMS[flows]()), Standing(now))
        ready.wait()
        Run(engine).until_idle()


class Written:
    """What the machine wrote: the mean size of a state, and the rows of the journal and of the outbox."""

    def __init__(self) -> None:
        self.state = 0.0
        self.facts: list[raw_limit.Row] = []
        self.deliveries: list[raw_limit.Row] = []

    def read(self, connection: Connection) -> None:
        self.state = float(connection.exec_driver_sql("SELECT avg(length(state)) FROM profiles").scalar_one())
        self.facts = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM journal ORDER BY at, person, number")]
        self.deliveries = [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM outbox ORDER BY seq")]


def ours(server: str, flows: str, inputs: sample.Inputs, workers: int, written: Written | None = None) -> tuple[float, float]:
    """Seconds to append what comes in, and seconds that so many workers take for what then lies in the log."""
    with database(server) as address:
        with Store(address, upgrade=True) as store:
            began = perf_counter()
            for batch in raw_limit.batches(inputs):
                store.events.append(batch, 1)
            appended = perf_counter() - began
        ready = multiprocessing.Barrier(workers + 1)
        now = max(one.at for _, one in inputs)
        processes = [multiprocessing.Process(target=work, args=(address, flows, now, ready)) for _ in range(workers)]
        for process in processes:
            process.start()
        ready.wait()
        began = perf_counter()
        for process in processes:
            process.join()
        seconds = perf_counter() - began
        with Store(address) as store:
            if store.events.ahead():
                raise SystemExit("not all inputs were consumed")
        if written is not None:
            engine = create_engine(address)
            with engine.connect() as connection:
                written.read(connection)
            engine.dispose()
    return appended, seconds


def bare(server: str, inputs: sample.Inputs, written: Written, *, same_rows: bool = False) -> float:
    """Seconds of the bare loop."""
    import psycopg

    with database(server) as address, psycopg.connect(address.replace("+psycopg", "")) as connection:
        types = {"INTEGER PRIMARY KEY": "BIGSERIAL PRIMARY KEY", "INTEGER": "BIGINT", "BLOB": "BYTEA", " WITHOUT ROWID": ""}
        for statement in (raw_limit.EVENTS, raw_limit.PROFILES, raw_limit.DUE, *raw_limit.MORE):
            for ours_, theirs in types.items():
                statement = statement.replace(ours_, theirs)  # noqa: PLW2901
            connection.execute(statement)
        connection.commit()
        insert, upsert = raw_limit.INSERT.replace("?", "%s"), raw_limit.UPSERT.replace("?", "%s").replace("version = version", "version = profiles.version")
        rows = {"journal": written.facts, "outbox": written.deliveries} if same_rows else {}
        # What a state of the bare loop has without ballast is little: a name and some times.
        ballast = max(0, round(written.state) - BARE_STATE)
        shares = -(-len(inputs) // raw_limit.BATCH)
        began = perf_counter()
        for number, batch in enumerate(raw_limit.batches(inputs)):
            with connection.cursor() as cursor:
                cursor.executemany(insert, raw_limit.rows(batch))
                people = list({person for person, _ in batch})
                states = dict(cursor.execute("SELECT id, state FROM profiles WHERE id = ANY(%s)", (people,)).fetchall())
                cursor.executemany(upsert, raw_limit.changed(batch, states, ballast))
                for table, all_ in rows.items():
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        for row in raw_limit.share(all_, number, shares):
                            copy.write_row(row)
            connection.commit()
        return perf_counter() - began


def measure(server: str, flows: str, inputs: sample.Inputs, rounds: int) -> dict[str, Any]:
    written, number = Written(), len(inputs)
    ours(server, flows, inputs, 1, written)
    seconds: dict[str, list[float]] = {"bare loop": [], "same rows": [], "1 worker": [], "1 worker, with appending": [], "2 workers": []}
    appended: list[float] = []
    for _ in range(rounds):
        seconds["bare loop"].append(bare(server, inputs, written) / number)
        for workers in (1, 2):
            before, took = ours(server, flows, inputs, workers)
            appended.append(before / number)
            seconds["1 worker" if workers == 1 else "2 workers"].append(took / number)
            if workers == 1:
                seconds["1 worker, with appending"].append((before + took) / number)
        seconds["same rows"].append(bare(server, inputs, written, same_rows=True) / number)
    return {"timings": timing.Timings(seconds), "append": statistics.median(appended), "written": written, "inputs": number}


def report(found: dict[str, Any]) -> None:
    timings, written, number = found["timings"], found["written"], found["inputs"]
    print(f"Workers on PostgreSQL, {number} inputs (delivery excluded); {timing.machine()}")
    print(f"  per input {len(written.facts) / number:.1f} facts and {len(written.deliveries) / number:.2f} outbox rows; a state has {written.state:.0f} bytes")
    for name in timings.seconds:
        print(f"  {name:25} {1 / timings.median(name):9,.0f} inputs/s   {timings.ratio('bare loop', name)} x the bare loop")
    print(f"  appending them before: {1 / found['append']:,.0f} inputs/s; the bare loop does that too")
    print(f"  two workers: {timings.ratio('1 worker', '2 workers')} x one; aim 1.7")
    print(f"  one worker: {timings.ratio('same rows', '1 worker')} x the bare loop with the same rows")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", metavar="ADDRESS")
    parser.add_argument("--quick", action="store_true", help="500 people, 1 round")
    parser.add_argument("--flows", choices=list(sample.PROGRAMS), default="shop", help="which program (default: shop)")
    parser.add_argument("--people", type=int, help="how many (default: 3,000)")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args(arguments)
    inputs = sample.inputs(options.flows, options.people or (500 if options.quick else 3_000))
    found = measure(options.server, options.flows, inputs, options.rounds or (1 if options.quick else 5))
    report(found)
    return found


if __name__ == "__main__":
    main()
