"""Live workers (``run``) that are killed while orders come in, waits fall due, and mail and requests go out; the server too, if wanted.

What comes out depends on the moment at which things happen, so times are left out of the comparison; and the inputs of some people
are replayed, which must give the very facts that were stored.
"""

from __future__ import annotations

import json
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import NamedTuple

from killing.databases import Databases, Files
from killing.forks import command, killed, start
from killing.outcome import Outcome
from killing.receivers import Received, Receivers
from killing.server import Server
from killing.shop import present, present_project, webhook_plugin
from killing.traces import Traces, traces
from triggerfish.runtime.store.errors import StoreError
from triggerfish.runtime.store.store import Store

CHUNK, PEOPLE = 12, 12
MESSAGES = 3
"""What one order sends: a mail, a request of an action, a message of a channel that deduplicates."""
AHEAD = 48
"""So many orders may be under way; what is killed must have something to do."""
PATIENCE = 150.0
HARMLESS = frozenset({
    "program_in_force", "folder_differs", "running", "stopping", "ended", "database_trouble", "database_back", "delivery_unknown",
    "delivery_taken_over", "delivery_retried", "library", "task_slow",
})  # fmt: skip
"""What a worker may say in its log; anything else is a fault of the runtime."""


class Running(NamedTuple):
    """A worker, and where it says what it does."""

    process: BaseProcess
    log: Path

    def wait(self) -> None:
        """Until it has begun its work, or has ended."""
        until = time.monotonic() + PATIENCE
        while self.process.is_alive() and '"event":"running"' not in _read(self.log) and time.monotonic() < until:
            time.sleep(0.01)


def _read(log: Path) -> str:
    return log.read_text() if log.exists() else ""


class Shop:
    """One database with its project, and the processes that work on it."""

    def __init__(self, folder: Path, address: str, receivers: Receivers, *, may_fail: bool = False) -> None:
        self.folder, self.address, self.may_fail = folder, address, may_fail
        present_project(folder, address, receivers.mail_port, receivers.url)
        self.plugins = webhook_plugin(folder.parent)
        self.problems: list[str] = []
        self.starts = 0

    def worker(self) -> Running:
        """Start one."""
        self.starts += 1
        log = self.folder / f"log-{self.starts}"
        return Running(start(command, self.plugins, "run", "--log-format", "json", str(self.folder), log=log), log)

    def taking_in(self, *chunks: int) -> BaseProcess:
        """Start to take in chunks of orders."""
        files = [self.folder.parent / f"{chunk}.jsonl" for chunk in chunks]
        for chunk, file in zip(chunks, files, strict=True):
            if not file.exists():
                present(file, chunk, CHUNK, PEOPLE)
        return start(command, self.plugins, "ingest", *map(str, files), str(self.folder), log=self.folder / "log-of-intake")

    def check(self, process: BaseProcess) -> None:
        """Note it if a process ended in a way it must not."""
        if process.exitcode not in ({0, -signal.SIGKILL, -signal.SIGTERM, *([3] if self.may_fail else [])}):
            self.problems.append(f"{process.name} ended with {process.exitcode}")

    def said(self) -> Counter[str]:
        """What the workers said, by kind of event."""
        found: Counter[str] = Counter()
        for line in "".join(_read(self.folder / f"log-{number}") for number in range(1, self.starts + 1)).splitlines():
            try:
                event = json.loads(line)["event"]
            except (ValueError, KeyError, TypeError):
                continue  # the last words of one that was killed, or the report of one that was not
            found[event] += 1
            if event not in HARMLESS:
                self.problems.append(line[:600])
        return found

    def until_idle(self, workers: int = 1) -> None:
        """Let workers work until nothing is left to do."""
        running = [self.worker() for _ in range(workers)]
        until, idle = time.monotonic() + PATIENCE, 0
        while idle < 3 and time.monotonic() < until:  # something may be on its way from one table to another
            time.sleep(0.1)
            self.replace(running)
            idle = idle + 1 if self._idle() else 0
        if not idle:
            self.problems.append("there is still something to do")
        self.stop(running)

    def replace(self, running: list[Running]) -> None:
        """Put others in the place of those that have ended, as whoever runs them would."""
        for place, one in enumerate(running):
            if not one.process.is_alive():
                self.check(one.process)
                running[place] = self.worker()

    def stop(self, running: list[Running]) -> None:
        """As an operator does it."""
        for one in running:
            one.process.terminate()
        for one in running:
            one.process.join(30)
            self.check(one.process)

    def _idle(self) -> bool:
        try:
            with Store(self.address) as store, store.database.read() as connection:
                left = connection.exec_driver_sql("SELECT count(*) FROM outbox WHERE status IN ('waiting', 'claimed', 'sending')")
                return not (left.scalar_one() or store.events.ahead() or store.profiles.earliest_due())
        except StoreError:
            return False


def workers(
    databases: Databases, folder: Path, kills: int, *, at_once: int, server: Server | None = None, disk: Path | None = None, seed: int = 1
) -> Outcome:
    """Kill so often: workers, and who takes in; with a ``server`` that as well, every other time.

    With ``disk``, a folder on the small file system that holds the database, that is filled up for some seconds instead.
    """
    outcome, began = Outcome(), time.monotonic()
    folder.mkdir(exist_ok=True)
    with Receivers() as receivers:
        shop = Shop(folder / "killed", databases.empty("killed"), receivers, may_fail=server is not None or disk is not None)
        chunks = _disturb(shop, receivers.received, outcome, kills, at_once, server, disk, random.Random(seed))
        outcome.figures["seconds until the last kill"] = round(time.monotonic() - began)
        if not shop.problems:
            shop.until_idle(at_once)
        outcome.figures["seconds until idle"] = round(time.monotonic() - began)
        said = shop.said()
        found, received = traces(shop.address), receivers.received
    with Receivers() as receivers:
        calm = Shop(folder / "undisturbed", Files(folder).empty("undisturbed"), receivers)
        calm.taking_in(*range(chunks)).join()
        calm.until_idle()
        calm.said()
        outcome.figures["seconds of all"] = round(time.monotonic() - began)
        expected = traces(calm.address)
        received_there = receivers.received
    outcome.problems += shop.problems + [f"undisturbed: {problem}" for problem in calm.problems]
    _compare(outcome, expected, found, received_there, received)
    outcome.figures |= {
        "starts": shop.starts, "orders": chunks * CHUNK, "transitions": len(found.facts), "mails": sum(received.mails.values()),
        "unknown": len(found.unknown), "requests": sum(received.requests.values()), "repeated requests": received.repeated,
        "said": dict(said),
    }  # fmt: skip
    return outcome


def _disturb(
    shop: Shop, received: Received, outcome: Outcome, kills: int, at_once: int, server: Server | None, disk: Path | None, chance: random.Random
) -> int:
    """The work under way and its disturbance; how many chunks of orders have been taken in."""
    chunk, taking_in, running = 0, shop.taking_in(0), [shop.worker() for _ in range(at_once)]
    while not shop.problems:
        if not taking_in.is_alive():
            taking_in.join()
            if taking_in.exitcode == 0 and outcome.kills.total() >= kills:
                break
            if taking_in.exitcode != 0 or (chunk + 1) * CHUNK - received.number // MESSAGES < AHEAD:
                shop.check(taking_in)
                chunk += taking_in.exitcode == 0
                taking_in = shop.taking_in(chunk)
        shop.replace(running)
        victim = chance.randrange(at_once)
        if chance.random() < 0.85:  # the others may be killed while they start
            running[victim].wait()
        time.sleep(chance.uniform(0, 0.6))
        if outcome.kills.total() >= kills:
            continue
        if disk is not None:
            fill_up(disk, 3)
            revive(server)
            outcome.kills["disk"] += 1
        elif server is not None and chance.random() < 0.5:
            server.stop()
            time.sleep(chance.choice([0, 0, 0.3]))
            server.start()
            outcome.kills["server"] += 1
        elif chance.random() < 0.1:
            outcome.kills["intake"] += killed(taking_in)
        else:
            outcome.kills["worker"] += killed(running[victim].process)
    shop.stop(running)
    return chunk + 1


def fill_up(folder: Path, seconds: float) -> None:
    """Let there be no room left on the file system of this folder for so long."""
    filler = folder / "filler"
    try:
        with filler.open("wb", buffering=0) as file:
            for size in (1_000_000, 4_096):
                with suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass
        time.sleep(seconds)
    finally:
        filler.unlink()


def revive(server: Server | None) -> None:
    """PostgreSQL ends itself where its own log finds no room."""
    if server is not None and not server.running():
        server.start()


def _compare(outcome: Outcome, expected: Traces, found: Traces, received_there: Received, received: Received) -> None:
    outcome.compare("transitions", expected.facts, found.facts)
    outcome.compare("profiles", expected.profiles, found.profiles)
    outcome.compare("events in the log", expected.events, found.events)
    outcome.compare("deliveries", expected.deliveries, found.deliveries)
    outcome.problems += expected.faults + found.faults + received.faults
    outcome.compare("messages where keys are known", sorted(received_there.taken.values()), sorted(received.taken.values()))
    twice = [subject for subject, number in received.mails.items() if number > 1]
    outcome.compare("mails sent twice", [], twice)
    lost = sorted({*received_there.mails} - {*received.mails})
    silently = [subject for subject in lost if subject not in found.unknown]
    outcome.compare("mails lost without a word", [], silently)
    killed_at = outcome.kills["worker"] + 2 * (outcome.kills["server"] + outcome.kills["disk"])
    if len(found.unknown) > killed_at:
        outcome.problems.append(f"{len(found.unknown)} mails of unknown fate after {killed_at} interruptions")

