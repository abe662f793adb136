"""What differs between databases: the only file with SQL that belongs to one of them."""
# ruff: noqa: D102, ARG002 - ``Dialect`` and ``Liveness`` say what the methods do

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Table, create_engine, event, func, literal_column, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

from triggerfish.runtime.store.errors import StoreError, StoreUnavailable, Trouble
from triggerfish.runtime.store.liveness import Liveness, LockFiles

BUSY_TIMEOUT = 10_000
"""How long SQLite waits for another writer, in milliseconds, before it says locked."""

_SQLITE_PRAGMAS = (
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


class Dialect(Protocol):
    """One kind of database."""

    name: str

    def engine(self) -> Engine:
        """Open the connection pool. Raises StoreError for an address that cannot work."""
        ...

    def liveness(self, engine: Engine) -> Liveness:
        """How workers on this database know of each other's death."""
        ...

    def begin(self, connection: Connection, *, write: bool, flush: bool) -> None:
        """Start the transaction: a writer takes its lock at once, so that it cannot fail half-way for want of it.

        ``flush`` makes its commit wait for the disk.
        """
        ...

    def insert_new(self, table: Table, key: str) -> Insert:
        """Insert rows, leaving out those whose ``key`` is there already."""
        ...

    def upsert(
        self, table: Table, keys: Sequence[str], columns: Sequence[str], *, version: str | None = None
    ) -> Insert:
        """Insert rows or replace ``columns``; with ``version``, only over the row that is exactly one version older."""
        ...

    def trouble(self, error: DBAPIError) -> Trouble | None:
        """What a database error means, or None if it is a bug of ours."""
        ...

    def check_present(self) -> None:
        """Raise StoreUnavailable if what we have open is no longer the database."""
        ...

    def before_append(self, connection: Connection) -> None:
        """Make sure that the sequence numbers of appended events become visible in their order."""
        ...

    def close(self, engine: Engine) -> None:
        """Leave the database tidy."""
        ...


class SQLite:
    """A file. One writer at a time, readers undisturbed (write-ahead log)."""

    name = "sqlite"

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
            for pragma in _SQLITE_PRAGMAS:
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

    def insert_new(self, table: Table, key: str) -> Insert:
        return sqlite.insert(table).on_conflict_do_nothing(index_elements=[key])

    def upsert(
        self, table: Table, keys: Sequence[str], columns: Sequence[str], *, version: str | None = None
    ) -> Insert:
        statement = sqlite.insert(table)
        new = statement.excluded
        return statement.on_conflict_do_update(
            index_elements=list(keys),
            set_={column: new[column] for column in columns},
            where=_one_older(table, version, new[version]) if version else None,
        )

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

    def before_append(self, connection: Connection) -> None:
        """Nothing: there is one writer at a time."""

    def close(self, engine: Engine) -> None:
        if self._inode is None or not self.path.exists():
            return
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(PASSIVE)")
        except DBAPIError:
            return  # the log is taken up at the next opening


class PostgreSQL:
    """A server; many writers."""

    name = "postgresql"

    def __init__(self, url: URL) -> None:
        self.url = url

    def engine(self) -> Engine:
        try:
            return create_engine(self.url, pool_pre_ping=True)
        except ModuleNotFoundError as error:
            raise StoreError(f"the driver for this database is not installed: pip install {error.name}") from error

    def liveness(self, engine: Engine) -> Liveness:
        return AdvisoryLocks(engine)

    def begin(self, connection: Connection, *, write: bool, flush: bool) -> None:
        """Nothing: the driver begins at the first statement, and every commit waits for the disk."""

    def insert_new(self, table: Table, key: str) -> Insert:
        return postgresql.insert(table).on_conflict_do_nothing(index_elements=[key])

    def upsert(
        self, table: Table, keys: Sequence[str], columns: Sequence[str], *, version: str | None = None
    ) -> Insert:
        statement = postgresql.insert(table)
        new = statement.excluded
        return statement.on_conflict_do_update(
            index_elements=list(keys),
            set_={column: new[column] for column in columns},
            where=_one_older(table, version, new[version]) if version else None,
        )

    def trouble(self, error: DBAPIError) -> Trouble | None:
        state = getattr(error.orig, "sqlstate", None) or ""
        if error.connection_invalidated or state[:2] in ("08", "57"):
            return "gone"
        if state[:2] == "53":
            return "full"
        if state[:2] in ("40", "55"):
            return "locked"
        return "read-only" if state == "25006" else None

    def check_present(self) -> None:
        """Nothing: the connection itself tells."""

    def before_append(self, connection: Connection) -> None:
        # Numbers are drawn before rows become visible; without this a reader could step over a late one.
        connection.exec_driver_sql("LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE")

    def close(self, engine: Engine) -> None:
        """Nothing."""


class AdvisoryLocks:
    """One session lock per worker, held by a connection of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._held: list[Connection] = []

    def enrol(self) -> str:
        connection = self._engine.connect()
        self._held.append(connection)
        number = connection.exec_driver_sql("SELECT pg_backend_pid(), extract(epoch FROM clock_timestamp())").one()
        worker = f"{number[0]}-{number[1]}"
        connection.execute(select(func.pg_advisory_lock(func.hashtextextended(worker, 0))))
        connection.commit()
        return worker

    def dead(self, workers: Iterable[str]) -> list[str]:
        with self._engine.connect() as connection:
            return [worker for worker in workers if self._free(connection, worker)]

    @staticmethod
    def _free(connection: Connection, worker: str) -> bool:
        number = func.hashtextextended(worker, 0)
        if not connection.scalar(select(func.pg_try_advisory_lock(number))):
            return False
        connection.execute(select(func.pg_advisory_unlock(number)))
        return True

    def forget(self, workers: Iterable[str]) -> None:
        """Nothing is kept of them."""

    def close(self) -> None:
        for connection in self._held:
            connection.close()
        self._held.clear()


def _one_older(table: Table, version: str, new: ColumnElement[Any]) -> ColumnElement[bool]:
    # A literal, for a bound value would want a place in each row of parameters.
    return table.c[version] == new - literal_column("1")


def dialect_for(address: str) -> Dialect:
    """The dialect of a database URL. Raises StoreError for an address that is none."""
    try:
        url = make_url(address)
    except Exception as error:
        raise StoreError(f"{address!r} is no database address; write for instance sqlite:///shop.db") from error
    if url.get_backend_name() == "sqlite":
        return SQLite(url)
    if url.get_backend_name() == "postgresql":
        return PostgreSQL(url)
    raise StoreError(f"{url.get_backend_name()} databases are not supported; use sqlite:/// or postgresql://")
