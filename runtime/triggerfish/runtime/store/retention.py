"""Old rows are taken out of the event log, the journal and the outbox, a chunk at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, select, tuple_

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import cursors, events, journal, outbox

ROWS = 1_000
"""So many rows are looked at in one transaction."""
OPEN = ("waiting", "claimed", "sending")


class Chunk(NamedTuple):
    """Rows that were deleted, and where to go on (None: it is through)."""

    deleted: int
    after: Any


class Retention:
    """Each call looks at one chunk, in the order of a primary key; what is behind ``after`` is looked at by the next."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def events(self, before: int, after: int = 0) -> Chunk:
        """Events that came in before a moment, and were handled. The log is in order of arrival: the first newer one ends it."""
        query = (
            select(events.c.seq, events.c.received, events.c.origin, cursors.c.seq.label("handled"), cursors.c.top)
            .join(cursors, cursors.c.shard == events.c.shard).where(events.c.seq > after).order_by(events.c.seq).limit(ROWS)
        )
        with self._database.write() as connection:
            rows = connection.execute(query).all()
            old = [row for row in rows if row.received < before]
            # While history is replayed, what of it was handled is known by its time alone.
            gone = [row.seq for row in old if row.origin == "machine" or (row.top == 0 and row.seq <= row.handled)]
            for some in chunks(gone):
                connection.execute(delete(events).where(events.c.seq.in_(some)))
        return Chunk(len(gone), rows[-1].seq if len(rows) == ROWS and len(old) == len(rows) else None)

    def journal(self, before: int, after: tuple[str, int] | None = None) -> Chunk:
        """Facts from before a moment. They are in the order of people: all of them are looked at."""
        key = (journal.c.person, journal.c.number)
        query = select(*key, journal.c.at).order_by(*key).limit(ROWS)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after))
        with self._database.write() as connection:
            rows = connection.execute(query).all()
            old: dict[str, list[int]] = {}
            for person, number, at in rows:
                if at < before:
                    old.setdefault(person, []).append(number)
            deleted = 0
            for person, numbers in old.items():
                here = (journal.c.person == person, journal.c.number.in_(numbers))
                deleted += connection.execute(delete(journal).where(*here)).rowcount
        return Chunk(deleted, (rows[-1].person, rows[-1].number) if len(rows) == ROWS else None)

    def outbox(self, before: int, after: int = 0) -> Chunk:
        """What was delivered, or given up, before a moment."""
        query = select(outbox.c.seq, outbox.c.updated_at, outbox.c.status).where(outbox.c.seq > after).order_by(outbox.c.seq).limit(ROWS)
        with self._database.write() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
            gone = [row.seq for row in rows if row.updated_at < before and row.status not in OPEN]
            for some in chunks(gone):
                connection.execute(delete(outbox).where(outbox.c.seq.in_(some)))
        return Chunk(len(gone), rows[-1].seq if len(rows) == ROWS else None)
