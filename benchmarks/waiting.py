"""What people who wait cost: bytes on the disk, memory, the time of a look when nobody is due, the time to start again.

Everybody has an address, has looked at two things and signed up, and waits thirty days in a flow that then asks three windows of history.

    python benchmarks/waiting.py [ADDRESS] [--quick] [--people N]

ADDRESS is a PostgreSQL server where databases may be made: postgresql://localhost/postgres. Without it only SQLite is measured.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import memory
import timing
import waits
import workers
from sqlalchemy import create_engine

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

NOW = waits.NOW
MONTH = 30 * waits.DAY
PEOPLE = 200_000
A_BATCH = 1_000
LOOKS = 50
TABLES = ("profiles", "events", "journal")

SOURCE = waits.SOURCE.replace(
    """    wait 1 day
    send email hello
""",
    """    wait 30 days
    if did product_viewed at least 3 times in last 7 days
        exit "looking"
    if sum of order_completed.total in last 90 days >= 100
        exit "buying"
    if did not page_viewed in last 30 days
        send email hello
""",
).replace(
    "event signed_up\n",
    """event signed_up

event product_viewed
    product_id  text

event page_viewed
    path  text

event order_completed
    total  number
""",
)


def machine() -> Machine:
    loaded = compile_sources({"waiting.flow": SOURCE}, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.line}: {found.message}" for found in loaded.diagnostics))
    return Machine(loaded.program)


def past(number: int) -> list[tuple[str, Input]]:
    """What happened to one person."""
    person = f"p{number:07}"
    views = [Input("event", "product_viewed", NOW - 1 - each, f"v{each}{person}", {"product_id": f"sku{each}"}) for each in range(2)]
    return [*waits.entering(person, NOW)[:1], *((person, one) for one in views), *waits.entering(person, NOW)[1:]]


def fill(store: Store, engine: Engine, first: int, last: int) -> None:
    for start in range(first, last, A_BATCH):
        some = range(start, min(start + A_BATCH, last))
        store.events.append([row for each in some for row in past(each)], NOW)
        while engine.process_events(NOW):
            pass


def look(engine: Engine) -> float:
    """Seconds for all that the runtime does each second, where nobody is due and nothing has come: the middle of many."""
    taken = []
    for _ in range(LOOKS):
        began = perf_counter()
        found = engine.process_due(NOW) + engine.process_events(NOW)
        engine.store.profiles.earliest_due()
        taken.append(perf_counter() - began)
        assert not found
    return statistics.median(taken)


def sizes(address: str) -> dict[str, int]:
    """Bytes of each table, its indexes included, and of everything."""
    database = create_engine(address)
    with database.connect() as connection:
        if database.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            asked = "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m ON m.name = s.name GROUP BY m.tbl_name"
        else:
            asked = """SELECT coalesce(whole.relname, part.relname), sum(pg_total_relation_size(part.oid)) FROM pg_class part
                LEFT JOIN pg_inherits ON inhrelid = part.oid LEFT JOIN pg_class whole ON whole.oid = inhparent
                WHERE part.relkind = 'r' AND part.relnamespace = 'public'::regnamespace GROUP BY 1"""
        found = {str(table): int(size) for table, size in connection.exec_driver_sql(asked)}
    database.dispose()
    return found


def rows(address: str) -> dict[str, int]:
    """How many each of the tables has."""
    database = create_engine(address)
    with database.connect() as connection:
        found = {table: int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()) for table in TABLES}
    database.dispose()
    return found


def again(address: str) -> None:
    """In a new process: the store is opened, and who is due is moved on; prints the seconds from its first line, and its memory."""
    began = perf_counter()
    moved = machine()
    before = memory.resident()
    with Store(address) as store:
        number = Engine(store, moved, workers.Standing(NOW + MONTH)).process_due(NOW + MONTH)
        done = perf_counter()
        assert number
        print(done - began, memory.resident() - before)


def measure(address: str, people: int) -> dict[str, Any]:
    """The figures with a hundredth of the people, and with all of them."""
    found: dict[str, Any] = {"people": people}
    with Store(address, upgrade=True) as store:
        engine = Engine(store, machine(), workers.Standing(NOW))
        few = max(people // 100, 1)
        fill(store, engine, 0, few)
        found["few"] = few, look(engine)
        fill(store, engine, few, people)
        found["all"] = people, look(engine)
        assert len(store.profiles.due(NOW + MONTH, 10)) == 10
        cells = [cell for _, cell in store.profiles.next_due(1_000)]
        found["state"] = statistics.mean(len(cell.state or b"") for cell in cells)
    found["sizes"], found["rows"] = sizes(address), rows(address)
    began = perf_counter()
    done = subprocess.run([sys.executable, __file__, "--again", address], check=True, capture_output=True, text=True)
    found["process"] = perf_counter() - began
    seconds, bytes_ = done.stdout.split()
    found["restart"], found["memory"] = float(seconds), int(bytes_)
    return found


def report(name: str, found: dict[str, Any]) -> None:
    people, all_ = found["people"], sum(found["sizes"].values())
    print(f"  {name}")
    tables = ", ".join(f"{table} {found['sizes'][table] / people:.0f}" for table in TABLES)
    print(f"    bytes a person on the disk, indexes included: {tables}; everything {all_ / people:.0f} ({all_ / people / 1000:.1f} GB a million); a state has {found['state']:.0f}")
    print("    bytes a row: " + ", ".join(f"{table} {found['sizes'][table] / found['rows'][table]:.0f}" for table in TABLES))
    for number, seconds in (found["few"], found["all"]):
        print(f"    a look with {number:>9,} people waiting and nobody due: {seconds * 1000:.2f} ms")
    print(f"    a new process: first batch of due people after {found['restart']:.2f} s, {found['process']:.2f} s with its imports; grew by {found['memory'] / 1e6:.0f} MB")


def main(arguments: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", metavar="ADDRESS", nargs="?")
    parser.add_argument("--quick", action="store_true", help="2,000 people")
    parser.add_argument("--people", type=int, help=f"how many (default: {PEOPLE:,})")
    parser.add_argument("--again", metavar="ADDRESS", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.again:
        again(options.again)
        return {}
    people = options.people or (2_000 if options.quick else PEOPLE)
    print(f"People who wait; {timing.machine()}")
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        found["SQLite"] = measure(f"sqlite:///{folder}/waiting.db", people)
    if options.server:
        with workers.database(options.server) as address:
            found["PostgreSQL"] = measure(address, people)
    for name, some in found.items():
        report(name, some)
    return found


if __name__ == "__main__":
    main()
