"""Old rows are taken out of the event log, the journal and the outbox, a chunk at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import column, delete, select, table, tuple_

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.partitions import REST, Partitions
from triggerfish.runtime.store.schema import batches, cursors, events, journal, outbox

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
        self._partitions = Partitions(database) if database.dialect.name == "postgresql" else None

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

    def batches(self, before: int, after: int = 0) -> Chunk:
        """Batches from before a moment: of the events of none of them is anything left."""
        query = select(batches.c.seq, batches.c.at).where(batches.c.seq > after).order_by(batches.c.seq).limit(ROWS)
        with self._database.write() as connection:
            rows = connection.execute(query).all()
            gone = [row.seq for row in rows if row.at < before]
            for some in chunks(gone):
                connection.execute(delete(batches).where(batches.c.seq.in_(some)))
        return Chunk(len(gone), rows[-1].seq if len(rows) == ROWS and len(gone) == len(rows) else None)

    def journal(self, before: int, after: tuple[str, str, int] | None = None) -> Chunk:
        """Facts from before a moment. Whole partitions of them are dropped; elsewhere they are in the order of people, and all are looked at."""
        dropped = self._partitions.drop(before) if self._partitions is not None and after is None else 0
        names = self._journals(before)
        name = names[0] if after is None else after[0]
        if name not in names:
            return Chunk(dropped, None)
        found = self._facts(name, before, after)
        following = names[names.index(name) + 1 :]
        further = found.after or ((following[0], "", _LOWEST) if following else None)
        return Chunk(dropped + found.deleted, further)

    def _journals(self, before: int) -> list[str]:
        """The tables in which there may be facts from before that moment."""
        if self._partitions is None:
            return ["journal"]
        return [*(each.name for each in self._partitions.listed() if each.begin is None or each.begin < before < each.end), REST]

    def _facts(self, name: str, before: int, after: tuple[str, str, int] | None) -> Chunk:
        part = table(name, *(column(each.name, each.type) for each in (journal.c.person, journal.c.number, journal.c.at)))
        key = (part.c.person, part.c.number)
        query = select(*key, part.c.at).order_by(*key).limit(ROWS)
        if after is not None:
            query = query.where(tuple_(*key) > tuple_(*after[1:]))
        with self._database.write() as connection:
            rows = connection.execute(query).all()
            old: dict[str, list[int]] = {}
            for person, number, at in rows:
                if at < before:
                    old.setdefault(person, []).append(number)
            deleted = 0
            for person, numbers in old.items():
                here = (part.c.person == person, part.c.number.in_(numbers))
                deleted += connection.execute(delete(part).where(*here)).rowcount
        return Chunk(deleted, (name, rows[-1].person, rows[-1].number) if len(rows) == ROWS else None)

    def outbox(self, before: int, after: int = 0) -> Chunk:
        """What was delivered, or given up, before a moment. They are in the order they were made: where all are newer, it ends."""
        query = select(outbox.c.seq, outbox.c.updated_at, outbox.c.status).where(outbox.c.seq > after).order_by(outbox.c.seq).limit(ROWS)
        with self._database.write() as connection:
            rows: Sequence[Any] = connection.execute(query).all()
            gone = [row.seq for row in rows if row.updated_at < before and row.status not in OPEN]
            for some in chunks(gone):
                connection.execute(delete(outbox).where(outbox.c.seq.in_(some)))
        newer = all(row.updated_at >= before for row in rows)
        return Chunk(len(gone), rows[-1].seq if len(rows) == ROWS and not newer else None)

    def prepare(self, now: int) -> None:
        """Make room for the time to come, where that is to be made."""
        if self._partitions is not None:
            self._partitions.prepare(now)


_LOWEST = -(2**31)
"""Below all numbers of facts."""
