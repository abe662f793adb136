"""The journal on PostgreSQL: one partition for every thirty days, so that what is old is dropped whole.

``journal_first`` holds what happened before the first of them, history that was replayed above all; ``journal_rest`` takes
whatever has no partition yet, so that no fact is ever refused. Both are empty or small where ``run`` is at work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Connection

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import StoreUnavailable

PERIOD = 30 * 86_400_000
"""How much time a partition covers, in milliseconds; they begin at multiples of it."""

AHEAD = 2
"""So many are there besides that of the present."""

FIRST, REST = "journal_first", "journal_rest"

MOVED_AT_MOST = 100_000
"""So many rows of ``journal_rest`` are put into the partition they belong to when it is made."""

_PATIENCE = "SET LOCAL lock_timeout = '2s'"
"""Whoever waits for a table keeps all who come after it waiting; a copy of the database may hold it for long."""

_PARTS = """
    SELECT part.relname, pg_get_expr(part.relpartbound, part.oid) FROM pg_inherits
    JOIN pg_class AS part ON part.oid = inhrelid WHERE inhparent = 'journal'::regclass
"""
_BOUND = re.compile(r"FROM \((.+?)\) TO \((.+?)\)")


class Partition(NamedTuple):
    """It holds moments from ``begin`` (None: from the beginning of time) to before ``end``."""

    name: str
    begin: int | None
    end: int


class Partitions:
    """Makes and drops partitions of ``journal``. All raise StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def listed(self) -> list[Partition]:
        """Those for a span of time, the oldest first."""
        with self._database.read() as connection:
            return _listed(connection)

    def prepare(self, now: int) -> int:
        """Make those of the present and of the time to come that are missing; how many were made."""
        there = {each.begin for each in self.listed()}
        last = max((each.end for each in self.listed() if each.begin is None), default=0)
        wanted = [number for number in range(now // PERIOD, now // PERIOD + AHEAD + 1) if number * PERIOD >= last]
        return sum(self._make(number) for number in wanted if number * PERIOD not in there)

    def drop(self, before: int) -> int:
        """Do away with those of which everything is older than a moment; how many rows they held."""
        dropped = 0
        for part in self.listed():
            if part.end > before:
                continue
            with _soon(), self._database.write() as connection:
                rows = int(connection.exec_driver_sql(f"SELECT count(*) FROM {part.name}").scalar_one())  # noqa: S608 - a name of ours
                if part.begin is None and not rows:
                    continue
                connection.exec_driver_sql(_PATIENCE)
                connection.exec_driver_sql(f"TRUNCATE {part.name}" if part.begin is None else f"DROP TABLE {part.name}")
                dropped += rows
        return dropped

    def _make(self, number: int) -> bool:
        name, begin, end = f"journal_p{number}", number * PERIOD, (number + 1) * PERIOD
        with _soon(), self._database.write() as connection:
            connection.exec_driver_sql(_PATIENCE)
            connection.exec_driver_sql(f"LOCK TABLE {REST} IN ACCESS EXCLUSIVE MODE")
            if any(each.begin == begin for each in _listed(connection)):
                return False  # another worker was quicker
            here = f"WHERE at >= {begin} AND at < {end}"
            if int(connection.exec_driver_sql(f"SELECT count(*) FROM {REST} {here}").scalar_one()) > MOVED_AT_MOST:  # noqa: S608
                return False
            connection.exec_driver_sql(f"CREATE TABLE {name} (LIKE journal INCLUDING ALL)")
            connection.exec_driver_sql(
                f"WITH moved AS (DELETE FROM {REST} {here} RETURNING *) INSERT INTO {name} SELECT * FROM moved"  # noqa: S608
            )
            connection.exec_driver_sql(f"ALTER TABLE journal ATTACH PARTITION {name} FOR VALUES FROM ({begin}) TO ({end})")
            return True
        return False


@contextmanager
def _soon() -> Iterator[None]:
    """What is in use for long, by a copy of the database say, is left for the next time."""
    try:
        yield
    except StoreUnavailable as error:
        if error.trouble != "locked":
            raise


def _listed(connection: Connection) -> list[Partition]:
    found = []
    for name, bound in connection.exec_driver_sql(_PARTS):
        match = _BOUND.search(bound)
        if match is not None:
            begin, end = (each.strip("'") for each in match.groups())
            found.append(Partition(name, None if begin == "MINVALUE" else int(begin), int(end)))
    return sorted(found, key=lambda each: each.end)
