"""SQLite: a file."""
# ruff: noqa: D102, ARG002 - ``Dialect`` says what the methods do

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, column, create_engine, event, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from triggerfish.runtime.store.dialect import Upserting
from triggerfish.runtime.store.errors import StoreError, StoreUnavailable, Trouble
from triggerfish.runtime.store.liveness import Liveness, LockFiles

BUSY_TIMEOUT = 10_000
"""How long SQLite waits for another writer, in milliseconds, before it says locked."""

PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    f"PRAGMA busy_timeout = {BUSY_TIMEOUT}",
    "PRAGMA wal_autocheckpoint = 50000",
    "PRAGMA foreign_keys = OFF",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
)

_SQLITE_TROUBLES: tuple[tuple[str, Trouble], ...] = (
    ("locked", "locked"),
    ("is full", "full"),
    ("readonly", "read-only"),
    ("unable to open", "gone"),
    ("disk i/o error", "gone"),
    ("no such table", "gone"),
    ("malformed", "damaged"),
    ("not a database", "damaged"),
)


class SQLite(Upserting):
    """A file. One writer at a time, readers undisturbed (write-ahead log)."""

    name = "sqlite"
    many_workers = False

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:" or "mode=memory" in url.database:
            raise StoreError("a database in memory cannot be shared by threads: name a file, as in sqlite:///shop.db")
        self.url = url
        self.path = Path(url.database)
        self._inode: int | None = None

    def engine(self) -> Engine:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable("gone", f"{self.path.parent}: {error.strerror}") from error
        engine = create_engine(self.url, connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT / 1000})

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: object) -> None:
            # The driver must not open transactions by itself; ``begin`` below does.
            connection.isolation_level = None
            cursor = connection.cursor()
            for pragma in PRAGMAS:
                cursor.execute(pragma)
            cursor.close()
            self._inode = self.path.stat().st_ino

        return engine

    def liveness(self, engine: Engine) -> Liveness:
        return LockFiles(self.path.with_name(self.path.name + "-workers"))

    def begin(self, connection: Connection, *, write: bool, flush: bool) -> None:
        if write:
            # Not possible within a transaction; connections are used again, so it is said each time.
            connection.exec_driver_sql("PRAGMA synchronous = FULL" if flush else "PRAGMA synchronous = NORMAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    @staticmethod
    def insert(table: Table) -> sqlite.Insert:
        return sqlite.insert(table)

    def trouble(self, error: DBAPIError) -> Trouble | None:
        text = str(error.orig).lower()
        return next((trouble for sign, trouble in _SQLITE_TROUBLES if sign in text), None)

    def check_present(self) -> None:
        # SQLite goes on writing into a deleted file without a word.
        try:
            inode = self.path.stat().st_ino
        except OSError as error:
            if self._inode is None:
                return
            raise StoreUnavailable("gone", f"{self.path} is no longer there") from error
        if self._inode is not None and inode != self._inode:
            raise StoreUnavailable("gone", f"{self.path} was replaced while it was in use")

    def hold_shards(self, connection: Connection, shards: Iterable[int], *, wait: bool) -> list[int]:
        """All of them: there is one writer at a time."""
        return list(shards)

    def before_append(self, connection: Connection, shards: Iterable[int]) -> None:
        """Nothing: there is one writer at a time."""

    def hold_program(self, connection: Connection, *, change: bool) -> None:
        """Nothing: there is one writer at a time."""

    def listen(self, engine: Engine, heard: Callable[[], None], stop: threading.Event) -> None:
        """Nothing: a file does not tell."""

    def json_value(self, column: str, path: Sequence[str]) -> str:
        inside = "".join(f'."{name}"' for name in path)
        return f"json_extract({column}, '${inside}')"

    def json_forms(self, value: str | float) -> list[str | float]:
        return [value]

    def indexes(self, connection: Connection, table: str) -> list[str]:
        query: Select[tuple[str]] = select(column("name")).select_from(text("sqlite_master")).where(column("type") == "index", column("tbl_name") == table)
        return list(connection.scalars(query))

    def close(self, engine: Engine) -> None:
        if self._inode is None or not self.path.exists():
            return
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except DBAPIError:
            return  # the log is taken up at the next opening
