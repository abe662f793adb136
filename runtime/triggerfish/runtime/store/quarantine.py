"""Input that was refused, kept with the reason so that nothing is lost silently."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import rejected

_COLUMNS = ("id", "raw", "reason", "place", "received")


class Refused(NamedTuple):
    """``raw`` is what came (long texts are cut), ``place`` where from: ``events.jsonl:12``."""

    raw: str
    reason: str
    place: str


class Quarantine:
    """The table ``rejected``. The same text from the same place for the same reason is kept once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, refused: Sequence[Refused], received: int) -> int:
        """Store refused input in one transaction; the number not known before."""
        with self._database.write() as connection:
            return self.write(connection, refused, received)

    def write(self, connection: Connection, refused: Iterable[Refused], received: int) -> int:
        """The same, as part of a transaction."""
        rows = [(_digest(one), one.raw, one.reason, one.place, received) for one in refused]
        insert = self._database.prepared(
            connection, "rejected", lambda: self._database.dialect.insert_new(rejected, "id"), _COLUMNS
        )
        return insert.run(connection, rows)

    def count(self) -> int:
        """How many there are."""
        with self._database.read() as connection:
            return int(connection.scalar(select(func.count()).select_from(rejected)) or 0)

    def newest(self, limit: int = 100) -> list[Refused]:
        """The latest ones, the latest first."""
        query = select(rejected.c.raw, rejected.c.reason, rejected.c.place).order_by(rejected.c.seq.desc()).limit(limit)
        with self._database.read() as connection:
            return [Refused(*row) for row in connection.execute(query)]


def _digest(refused: Refused) -> str:
    text = "\0".join(refused).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).hexdigest()
