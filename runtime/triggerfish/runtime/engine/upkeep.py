"""What is older than is to be kept is cleared away, a little at a time, while everything else goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from triggerfish.runtime.store.retention import Retention

HOUR = 3_600_000
DAY = 24 * HOUR

Before = Callable[[str, int], int | None]
"""Gives the moment before which ``events`` or the ``journal`` go, at a moment; None: never."""


class Upkeep:
    """One pass over the tables after another, an hour between them; it goes on where it was, and anew after a restart.

    Where a pass looks at everything, as in the journal, there is one a day.
    """

    def __init__(self, retention: Retention, before: Before) -> None:
        self._before = before
        self._tables: list[tuple[str, str, Callable[..., Any]]] = [
            ("events", "events", retention.events), ("batches", "events", retention.batches),
            ("journal", "journal", retention.journal), ("outbox", "journal", retention.outbox),
        ]  # fmt: skip
        self._retention = retention
        self._done: dict[str, int] = {}
        self._table = 0
        self._after: Any = None
        self._next = 0
        self.deleted: Counter[str] = Counter()

    def step(self, now: int) -> bool:
        """One chunk, if its time has come; whether there is more to look at now. Raises StoreUnavailable."""
        if now < self._next:
            return False
        if self._table == 0 and self._after is None:
            self._retention.prepare(now)
        name, setting, clear = self._tables[self._table]
        before = self._before(setting, now)
        if before is not None and setting == "journal":
            before -= before % DAY
        if before is not None and (self._after is not None or before != self._done.get(name)):
            found = clear(before) if self._after is None else clear(before, self._after)
            self.deleted += Counter({name: found.deleted})
            self._after = found.after
            if self._after is None:
                self._done[name] = before
        if self._after is None:
            self._table = (self._table + 1) % len(self._tables)
            if self._table == 0:
                self._next = now + HOUR
        return self._table != 0 or self._after is not None
