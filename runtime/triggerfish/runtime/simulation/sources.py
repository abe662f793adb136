"""Where a simulation's events come from: files, as ``ingest`` reads them, or the project's own log."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import cast

from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.machine.inputs import InputKind
from triggerfish.runtime.simulation.spool import Spool
from triggerfish.runtime.store.events import EventLog, EventRow
from triggerfish.runtime.store.quarantine import Refused


class Identities:
    """Who is known by which other name, in memory; the latest statement wins."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], str] = {}

    def find(self, kind: str, values: Sequence[str]) -> dict[str, str]:
        """The profiles of those values that are known."""
        return {value: self._known[kind, value] for value in values if (kind, value) in self._known}

    def link(self, kind: str, value: str, person: str) -> None:
        """Remember one."""
        self._known[kind, value] = person


class Unsuppressed:
    """Nobody's address is suppressed from the outset."""

    def among(self, addresses: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these channels and addresses."""
        del addresses
        return set()


class Temporary:
    """Takes in what files hold, as the store would, and puts it into a spool."""

    def __init__(self, spool: Spool) -> None:
        self.identities = Identities()
        self.suppressions = Unsuppressed()
        self._spool = spool
        self._ids: set[int] = set()

    def take_in(
        self, rows: Sequence[EventRow], refused: Sequence[Refused], links: Sequence[tuple[str, str, str]], received: int,
        aliases: Sequence[EventRow] = (),
    ) -> int:
        """Keep a batch; the number of ``rows`` whose id was not known before."""
        del refused, received
        for link in links:
            self.identities.link(*link)
        self._add(aliases)
        return self._add(rows)

    def _add(self, rows: Sequence[EventRow]) -> int:
        new = 0
        for id_, person, kind, name, at, _, fields, _ in rows:
            if self._new(id_):
                self._spool.add(person, cast("InputKind", kind), name, at, id_, fields)
                new += 1
        return new

    def _new(self, id_: str) -> bool:
        # 64 bits of each id: among a hundred million, two that are taken for one happen once in 3,700 simulations.
        known = hash(id_)
        if known in self._ids:
            return False
        self._ids.add(known)
        return True


def spool_log(log: EventLog, spool: Spool) -> None:
    """Everything that came into a project.

    What actions answered then is left out: the simulation answers anew. Raises StoreUnavailable.
    """
    for one in log.came():
        if one.kind != "result":
            spool.add(*one)


class UpTo:
    """A clock for what is read: it is now, or the end of what is simulated, if that lies ahead."""

    def __init__(self, end: int | None) -> None:
        self._end = end
        self._wall = WallClock()

    def now(self) -> int:
        """The moment after which nothing can have happened."""
        return max(self._wall.now(), self._end or 0)

    def wait(self, stop: threading.Event, seconds: float) -> bool:
        """As the computer's clock does it."""
        return self._wall.wait(stop, seconds)
