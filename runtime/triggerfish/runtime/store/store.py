"""The store: one object for the tables, by concern, and the one transaction that ties them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.cursors import Cursors
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.events import EventLog, EventRow
from triggerfish.runtime.store.identities import Identities
from triggerfish.runtime.store.journal import FactRow, Journal, fact_row
from triggerfish.runtime.store.outbox import OutboxTable
from triggerfish.runtime.store.profiles import Profiles
from triggerfish.runtime.store.programs import Programs
from triggerfish.runtime.store.quarantine import Quarantine, Refused
from triggerfish.runtime.store.revision import ensure_current


class Store:
    """A database, opened. Usable from several threads; ``close`` it at the end.

    ``address`` is a database URL (``sqlite:///path``, ``postgresql+psycopg://…``). A new SQLite file is given its
    tables, an older one is upgraded; any other must have been upgraded with ``triggerfish db upgrade``.
    Raises SchemaOutdated, SchemaTooNew, StoreUnavailable, or StoreError for an address that cannot work.
    """

    def __init__(self, address: str, *, upgrade: bool | None = None) -> None:
        self.database = Database(address)
        if upgrade is None:
            upgrade = self.database.dialect.name == "sqlite"
        try:
            ensure_current(self.database, upgrade=upgrade)
        except BaseException:
            self.database.close()
            raise
        self.events = EventLog(self.database)
        self.profiles = Profiles(self.database)
        self.identities = Identities(self.database)
        self.journal = Journal(self.database)
        self.outbox = OutboxTable(self.database, self.events)
        self.programs = Programs(self.database)
        self.cursors = Cursors(self.database)
        self.quarantine = Quarantine(self.database)

    def commit(self, batch: Batch) -> int:
        """Write everything or nothing; the number of deliveries left out because their key was there already.

        That number is 0 unless the machine errs.
        Raises Conflict when the people or the cursor were changed since they were read, and StoreUnavailable.
        """
        with self.database.write() as connection:
            if batch.move is not None and batch.move.old != batch.move.new:
                self.cursors.move(connection, batch.move.name, batch.move.old, batch.move.new)
            self.profiles.write(connection, batch.changes)
            self.journal.write(connection, batch.facts)
            written = self.outbox.write(connection, batch.deliveries)
            if batch.recorded:
                self.events.write(connection, batch.recorded)
            if batch.refused:
                self.quarantine.write(connection, batch.refused, batch.received)
            if batch.failed:
                lowest = self.journal.lowest_numbers(connection, sorted({person for person, _, _ in batch.failed}))
                self.journal.write(connection, _error_facts(batch.failed, lowest))
        return len(batch.deliveries) - written

    def take_in(
        self,
        rows: Sequence[EventRow],
        refused: Sequence[Refused],
        links: Sequence[tuple[str, str, str]],
        received: int,
    ) -> int:
        """Store what came in, what was refused, and who turned out to be whom, in one transaction.

        ``rows`` are made by ``event_row``. Gives the number of those whose message id was not known before.
        """
        with self.database.write() as connection:
            if links:
                self.identities.write(connection, links)
            if refused:
                self.quarantine.write(connection, refused, received)
            return self.events.write(connection, rows)

    def close(self) -> None:
        """Give the connections back."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _error_facts(failed: list[tuple[str, int, dict[str, str]]], lowest: dict[str, int]) -> list[FactRow]:
    rows: list[FactRow] = []
    for person, at, data in failed:
        number = min(lowest.get(person, 0), 0) - 1
        lowest[person] = number
        rows.append(fact_row(person, Fact(number, at, "error", "", 0, "", 0, dict(data))))
    return rows
