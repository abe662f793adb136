"""The fixed number of parts into which people are divided, so that several workers can share them.

A person belongs to a shard by a hash of the id. How many there are is decided when the database is made: it is the number of
rows in ``cursors``. Whoever moves people on holds their shards for one transaction; a worker that dies lets go of them with
its connection.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import func, select

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import cursors


class Shards:
    """Which person is in which part, and who holds it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._count = 0

    @property
    def count(self) -> int:
        """How many there are; 1 where there is one writer at a time."""
        if not self._count:
            with self._database.read() as connection:
                self._count = int(connection.scalar(select(func.count()).select_from(cursors)) or 0)
        return self._count

    @property
    def all(self) -> range:
        """Their numbers."""
        return range(self.count)

    def of(self, person: str) -> int:
        """The shard of a person, the same for ever."""
        count = self._count or self.count
        return zlib.crc32(person.encode("utf-8", "surrogatepass")) % count if count > 1 else 0

    @contextmanager
    def hold(self, wanted: Iterable[int], also: Iterable[int] = ()) -> Iterator[list[int]]:
        """Those of these shards that no other worker holds, for this one alone until the end.

        Where there are several workers, all that this thread reads and writes meanwhile is one transaction; where there is
        one writer, nothing is locked, and a commit finds out whether another was quicker. ``also`` are shards that cannot be
        done without: with them all are waited for, in one order for everybody.
        """
        also = list(also)
        if not self._database.dialect.many_workers:
            yield list(wanted)
            return
        with self._database.whole() as connection:
            yield self._database.dialect.hold_shards(connection, {*wanted, *also} if also else wanted, wait=bool(also))

    @contextmanager
    def hold_all(self, *, appends: bool = False) -> Iterator[None]:
        """All shards, after waiting for those that others hold; with ``appends`` also for inputs that are being added."""
        if not self._database.dialect.many_workers:
            yield
            return
        with self._database.whole() as connection:
            self._database.dialect.hold_shards(connection, self.all, wait=True)
            if appends:
                self._database.dialect.before_append(connection, self.all)
            yield
