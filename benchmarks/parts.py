"""Where the time of the whole path goes: what each of its parts takes by itself, without the parts that it calls."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time
from typing import Any
from unittest import mock

from triggerfish.runtime.engine.turn import Turn
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.announcements import Announcements
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.cursors import Cursors
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.events import EventLog
from triggerfish.runtime.store.journal import Journal
from triggerfish.runtime.store.outbox import OutboxTable
from triggerfish.runtime.store.profiles import Profiles
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.store.tallies import Tallies

PARTS: tuple[tuple[str, type, str], ...] = (
    ("append: making rows", EventLog, "append"),
    ("write events", EventLog, "write"),
    ("read events", EventLog, "arrived"),
    ("read events", EventLog, "replayed"),
    ("load people", Profiles, "load"),
    ("find who is due", Profiles, "due"),
    ("the machine", Machine, "advance"),
    ("gather effects", Batch, "take"),
    ("turn", Turn, "inputs"),
    ("turn", Turn, "timers"),
    ("write people", Profiles, "write"),
    ("write the journal", Journal, "write"),
    ("count facts", Tallies, "write"),
    ("write the outbox", OutboxTable, "write"),
    ("begin a replay", EventLog, "begin_replay"),
    ("begin a replay", EventLog, "ahead"),
    ("positions", Cursors, "positions"),
    ("positions", Cursors, "move"),
    ("positions", Cursors, "move_replay"),
    ("announcements", Announcements, "shards"),
    ("announcements", Announcements, "before"),
    ("announcements", Announcements, "next"),
    ("commit", Store, "commit"),
)


class Parts:
    """Seconds of processor time by part; ``rest`` is what is in none of them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inside = ["rest"]
        self._since = process_time()

    def enter(self, name: str) -> None:
        self._count()
        self._inside.append(name)

    def leave(self) -> None:
        self._count()
        self._inside.pop()

    def _count(self) -> None:
        now = process_time()
        name = self._inside[-1]
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = process_time()

    def clear(self) -> None:
        self._count()
        self.seconds.clear()

    def table(self, inputs: int) -> str:
        self._count()
        lines = [f"  {name:24} {seconds / inputs * 1e6:6.1f} µs" for name, seconds in sorted(self.seconds.items(), key=lambda one: -one[1])]
        return "\n".join([*lines, f"  {'all':24} {sum(self.seconds.values()) / inputs * 1e6:6.1f} µs"])


@contextmanager
def parts() -> Iterator[Parts]:
    """Every call of a part is timed while this lasts."""
    found, patches = Parts(), []
    for name, owner, method in PARTS:
        patches.append(mock.patch.object(owner, method, _timed(found, name, getattr(owner, method))))
    # The end of a transaction is the end of a ``with`` statement.
    patches.append(mock.patch.object(Database, "_transaction", _ended(found, Database._transaction)))  # noqa: SLF001 - what begins and ends all of them
    for patch in patches:
        patch.start()
    found.clear()
    try:
        yield found
    finally:
        for patch in patches:
            patch.stop()


def _timed(found: Parts, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def timed(*given: Any, **named: Any) -> Any:
        found.enter(name)
        try:
            return function(*given, **named)
        finally:
            found.leave()

    return timed


def _ended(found: Parts, function: Callable[..., Any]) -> Callable[..., Any]:
    @contextmanager
    def transaction(self: Database, *, write: bool, flush: bool = False) -> Iterator[Any]:
        name = "commit" if write else "begin and end a read"
        found.enter(name)
        with function(self, write=write, flush=flush) as connection:
            found.leave()
            yield connection
            found.enter(name)
        found.leave()

    return transaction
