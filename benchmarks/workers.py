"""Several workers on PostgreSQL: inputs per second through the engine with one and with two, against a bare loop.

All inputs are in the event log already, as after an outage, and each worker is a process of its own; what it took to append them is told
as well. The bare loop is the least durable processing can do on that server: events in, states read, changed and
written, in batches of 1,000, the states as large as the machine's; *same rows* also writes the journal and the outbox rows that the machine wrote.

Each measurement begins with a copy of a database that was filled beforehand with so many people and what they did before.

    python benchmarks/workers.py ADDRESS [--flows shop|cdnow] [--quick] [--profiles N] [--events N] [--rounds N]

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
def database(server: str, kind: str = "", template: str | None = None) -> Iterator[str]:
    """A new database, perhaps a copy of another, gone at the end. Its name is this process's own: several may measure on one server."""
    name = f"triggerfish_benchmark_{os.getpid()}{kind}"
    url = make_url(server).set(drivername="postgresql+psycopg")
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    copied = f" TEMPLATE {make_url(template).database}" if template else ""
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}{copied}")
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

    def read(self, connection: Connection, since: int) -> None:
        self.state = float(connection.exec_driver_sql("SELECT avg(length(state)) FROM profiles").scalar_one())
        facts = f"SELECT * FROM journal WHERE at > {since} ORDER BY at, person, number"
        self.facts = [tuple(row) for row in connection.exec_driver_sql(facts)]
        self.deliveries = [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM outbox WHERE at > {since} ORDER BY seq")]


def last(inputs: sample.Inputs) -> int:
    """When the last of them happened."""
    return max(one.at for _, one in inputs)


def fill(address: str, flows: str, before: sample.Inputs) -> float:
    """Lets a database of ours hold what was before; the mean size of a state."""
    with Store(address, upgrade=True) as store:
        for batch in raw_limit.batches(before):
            store.events.append(batch, 1)
        Run(Engine(store, Machine(sample.PROGRAMS[flows]()), Standing(last(before)))).until_idle()
        with store.database.read() as connection:
            return float(connection.exec_driver_sql("SELECT avg(length(state)) FROM profiles").scalar_one())


def ours(
    server: str, template: str, flows: str, inputs: sample.Inputs, workers: int, written: Written | None = None, since: int = 0
) -> tuple[float, float]:
    """Seconds to append what comes in, and seconds that so many workers take for what then lies in the log."""
    with database(server, template=template) as address:
        with Store(address) as store:
            began = perf_counter()
            for batch in raw_limit.batches(inputs):
                store.events.append(batch, 1)
            appended = perf_counter() - began
        ready = multiprocessing.Barrier(workers + 1)
        now = last(inputs)
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
                written.read(connection, since)
            engine.dispose()
    return appended, seconds


def fill_bare(address: str, before: sample.Inputs, state: float) -> None:
    """Lets a database of the bare loop hold what was before, in states of that size."""
    import psycopg

    with psycopg.connect(address.replace("+psycopg", "")) as connection:
        types = {"INTEGER PRIMARY KEY": "BIGSERIAL PRIMARY KEY", "INTEGER": "BIGINT", "BLOB": "BYTEA", " WITHOUT ROWID": ""}
        for statement in (raw_limit.EVENTS, raw_limit.PROFILES, raw_limit.DUE, *raw_limit.MORE):
            for ours_, theirs in types.items():
                statement = statement.replace(ours_, theirs)  # noqa: PLW2901
            connection.execute(statement)
        connection.commit()
    bare(address, before, Written(), ballast=max(0, round(state) - BARE_STATE))


def bare(address: str, inputs: sample.Inputs, written: Written, *, same_rows: bool = False, ballast: int = 0) -> float:
    """Seconds of the bare loop."""
    import psycopg

    insert, upsert = raw_limit.INSERT.replace("?", "%s"), raw_limit.UPSERT.replace("?", "%s").replace("version = version", "version = profiles.version")
    rows = {"journal": written.facts, "outbox": written.deliveries} if same_rows else {}
    shares = -(-len(inputs) // raw_limit.BATCH)
    with psycopg.connect(address.replace("+psycopg", "")) as connection:
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


def measure(server: str, flows: str, profiles: int, events: int, rounds: int) -> dict[str, Any]:
    before, [inputs] = sample.stretches(flows, profiles, 1, events)
    written, number = Written(), len(inputs)
    seconds: dict[str, list[float]] = {"bare loop": [], "same rows": [], "1 worker": [], "1 worker, with appending": [], "2 workers": []}
    appended: list[float] = []
    with database(server, "_ours") as template, database(server, "_bare") as raw:
        state = fill(template, flows, before)
        fill_bare(raw, before, state)
        ours(server, template, flows, inputs, 1, written, last(before))
        for _ in range(rounds):
            with database(server, template=raw) as address:
                seconds["bare loop"].append(bare(address, inputs, written) / number)
            for workers in (1, 2):
                before_, took = ours(server, template, flows, inputs, workers)
                appended.append(before_ / number)
                seconds["1 worker" if workers == 1 else "2 workers"].append(took / number)
                if workers == 1:
                    seconds["1 worker, with appending"].append((before_ + took) / number)
            with database(server, template=raw) as address:
                seconds["same rows"].append(bare(address, inputs, written, same_rows=True) / number)
    return {"timings": timing.Timings(seconds), "append": statistics.median(appended), "written": written, "inputs": number, "profiles": profiles}


def report(found: dict[str, Any]) -> None:
    timings, written, number = found["timings"], found["written"], found["inputs"]
    print(f"Workers on PostgreSQL, {number} inputs among {found['profiles']:,} people (delivery excluded); {timing.machine()}")
    print(f"  per input {len(written.facts) / number:.1f} facts and {len(written.deliveries) / number:.2f} outbox rows; a state has {written.state:.0f} bytes")
    for name in timings.seconds:
        print(f"  {name:25} {1 / timings.median(name):9,.0f} inputs/s   {timings.ratio('bare loop', name)} x the bare loop")
    print(f"  appending them before: {1 / found['append']:,.0f} inputs/s; the bare loop does that too")
    print(f"  two workers: {timings.ratio('1 worker', '2 workers')} x one; aim 1.7")
    print(f"  one worker: {timings.ratio('same rows', '1 worker')} x the bare loop with the same rows")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", metavar="ADDRESS")
    parser.add_argument("--quick", action="store_true", help="500 people, 2,000 events, 1 round")
    parser.add_argument("--flows", choices=list(sample.PROGRAMS), default="shop", help="which program (default: shop)")
    parser.add_argument("--profiles", type=int, help="people who are there beforehand (default: 100,000)")
    parser.add_argument("--events", type=int, help="events of the shop (default: 30,000)")
    parser.add_argument("--rounds", type=int)
    options = parser.parse_args(arguments)
    profiles, events = options.profiles or (500 if options.quick else 100_000), options.events or (2_000 if options.quick else 30_000)
    found = measure(options.server, options.flows, profiles, events, options.rounds or (1 if options.quick else 5))
    report(found)
    return found


if __name__ == "__main__":
    main()
