"""The store: one object for the tables, by concern, and the one transaction that ties them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

from sqlalchemy import Connection

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.store.announcements import Announcements
from triggerfish.runtime.store.backlog import Backlog
from triggerfish.runtime.store.batch import Batch, Move
from triggerfish.runtime.store.batches import Batches
from triggerfish.runtime.store.candidates import Candidates
from triggerfish.runtime.store.cursors import Cursors
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.erasure import Erasure
from triggerfish.runtime.store.events import EventLog, EventRow
from triggerfish.runtime.store.identities import Identities
from triggerfish.runtime.store.journal import FactRow, Journal, fact_row
from triggerfish.runtime.store.listening import Listening
from triggerfish.runtime.store.outbox import OutboxTable
from triggerfish.runtime.store.profiles import Profiles
from triggerfish.runtime.store.programs import Programs
from triggerfish.runtime.store.quarantine import Quarantine, Refused
from triggerfish.runtime.store.releases import Releases
from triggerfish.runtime.store.retention import Retention
from triggerfish.runtime.store.revision import ensure_current
from triggerfish.runtime.store.shards import Shards
from triggerfish.runtime.store.suppressions import Suppressions
from triggerfish.runtime.store.tallies import Tallies


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
        self.shards = Shards(self.database)
        self.events = EventLog(self.database, self.shards)
        self.profiles = Profiles(self.database, self.shards)
        self.identities = Identities(self.database)
        self.journal = Journal(self.database)
        self.tallies = Tallies(self.database, self.shards)
        self.outbox = OutboxTable(self.database, self.events)
        self.programs = Programs(self.database)
        self.backlog = Backlog(self.database)
        self.batches = Batches(self.database)
        self.cursors = Cursors(self.database)
        self.quarantine = Quarantine(self.database)
        self.releases = Releases(self.database)
        self.announcements = Announcements(self.database, self.shards)
        self.listening = Listening(self.database, self.shards)
        self.candidates = Candidates(self.database)
        self.retention = Retention(self.database)
        self.suppressions = Suppressions(self.database)
        self.erasure = Erasure(self.database, self.shards, self.profiles, self.suppressions, self.batches)

    def commit(self, batch: Batch) -> int:
        """Write everything or nothing; the number of deliveries left out because their key was there already.

        That number is 0 unless the machine errs.
        Raises Conflict when the people or the cursor were changed since they were read, or another program was put in
        force; and StoreUnavailable.
        """
        with self.database.write() as connection:
            if batch.program is not None:
                self.programs.hold(connection, batch.program)
            self._move(connection, batch.moves)
            self.profiles.write(connection, batch.changes)
            self.listening.write(connection, batch.listening)
            self._facts(connection, batch.facts)
            written = self.outbox.write(connection, batch.deliveries)
            if batch.released:
                self.releases.write(connection, batch.seen, batch.released)
            if batch.wide:
                self.announcements.write(connection, batch.wide)
            if batch.told is not None:
                self.announcements.move(connection, *batch.told)
            for other, person in batch.merged:
                self.identities.move(connection, other, person)
                self.identities.write(connection, [("profile", other, person)])
            number = self.batches.write(
                connection, batch.notes, batch.received, batch.program, batch.cuts, number=bool(batch.given)
            )
            if batch.given:
                self.events.write(connection, batch.given, number)
            if batch.recorded:
                self.events.write(connection, batch.recorded)
            if batch.refused:
                self.quarantine.write(connection, batch.refused, batch.received)
            if batch.failed:
                lowest = self.journal.lowest_numbers(connection, sorted({person for person, _, _ in batch.failed}))
                self._facts(connection, _error_facts(batch.failed, lowest))
        return len(batch.deliveries) - written

    def _facts(self, connection: Connection, facts: Sequence[FactRow]) -> None:
        self.journal.write(connection, facts)
        self.tallies.write(connection, facts)

    def _move(self, connection: Connection, moves: Sequence[Move]) -> None:
        moves = [move for move in moves if move.old != move.new]
        self.cursors.move(connection, [(move.shard, move.old, move.new) for move in moves if move.shard is not None])
        for move in moves:
            if move.shard is None:
                self.cursors.move_replay(connection, move.old, move.new)

    def take_in(
        self,
        rows: Sequence[EventRow],
        refused: Sequence[Refused],
        links: Sequence[tuple[str, str, str]],
        received: int,
        first: Sequence[EventRow] = (),
    ) -> int:
        """Store what came in, what was refused, and who turned out to be whom, in one transaction.

        ``rows`` are made by ``event_row``. Gives the number of those whose message id was not known before. ``first`` are
        rows that stand before them and are not counted: who is whom, who may not be written to.
        """
        fresh = {row[0] for row in first} - {*self.events.known([row[0] for row in first])} if first else set()
        with self.database.write() as connection:
            if links:
                self.identities.write(connection, links)
            if refused:
                self.quarantine.write(connection, refused, received)
            # Both at once: the shards concerned are locked in one order.
            return self.events.write(connection, [*first, *rows]) - len(fresh)

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
