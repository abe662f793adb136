"""PostgreSQL: a server, many writers."""
# ruff: noqa: D102 - ``Dialect`` and ``Liveness`` say what the methods do

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, column, create_engine, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from triggerfish.runtime.store.dialect import Upserting, understood
from triggerfish.runtime.store.errors import StoreError, Trouble
from triggerfish.runtime.store.liveness import Alive, Liveness

DRIVER = "postgresql+psycopg"

HOLD, APPEND = 0x7F1, 0x7F2
"""The families of advisory locks: who moves the people of a shard on, and who appends inputs for them."""

CHANNEL = "triggerfish"
"""What is notified when inputs were appended."""

LONGEST_INDEXED = 200
"""How many characters of a text are indexed; an entry of an index must fit a third of a page."""

LARGEST_EXACT = 10**15
"""Whole numbers below it read the same, however they were stored."""

LISTEN_SECONDS = 1.0
"""How often a listener looks whether it is to stop."""

# A connection whose other end is gone is given up within seconds, by the client and, for it holds the locks, by the server.
_CONNECT = {
    "application_name": "triggerfish",
    "connect_timeout": 10,
    "keepalives": 1,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 12_000,
    "options": " ".join(
        f"-c {name}={value}"
        for name, value in (
            ("tcp_keepalives_idle", 5),
            ("tcp_keepalives_interval", 2),
            ("tcp_keepalives_count", 3),
            ("idle_in_transaction_session_timeout", 120_000),
            ("jit", "off"),  # for queries over many rows; ours are many over few
        )
    ),
}


class PostgreSQL(Upserting):
    """A server; many writers."""

    name = "postgresql"
    many_workers = True

    def __init__(self, url: URL) -> None:
        # Without a driver in the address SQLAlchemy would take psycopg2.
        self.url = url if "+" in url.drivername else url.set(drivername=DRIVER)

    def engine(self) -> Engine:
        try:
            given = {name: value for name, value in _CONNECT.items() if name not in self.url.query}
            return create_engine(self.url, pool_pre_ping=True, connect_args=given)
        except ModuleNotFoundError as error:
            raise StoreError("PostgreSQL needs its driver: pip install 'triggerfish[postgres]'") from error

    def liveness(self, engine: Engine) -> Liveness:
        return AdvisoryLocks(engine, self.trouble)

    def begin(self, connection: Connection, *, write: bool, flush: bool) -> None:
        """Nothing: the driver begins at the first statement, and every commit waits for the disk."""

    @staticmethod
    def insert(table: Table) -> postgresql.Insert:
        return postgresql.insert(table)

    def trouble(self, error: DBAPIError) -> Trouble | None:
        state = getattr(error.orig, "sqlstate", None) or ""
        if not state and isinstance(error, OperationalError):
            # What goes wrong while connecting has no code.
            text = str(error.orig)
            if _NO_SUCH.search(text):
                return "missing"
            return next((trouble for sign, trouble in _CONNECTING if sign in text), "gone")
        if error.connection_invalidated:
            return "gone"
        return next((trouble for sign, trouble in _TROUBLES if state.startswith(sign)), None)

    def check_present(self) -> None:
        """Nothing: the connection itself tells."""

    def hold_shards(self, connection: Connection, shards: Iterable[int], *, wait: bool) -> list[int]:
        # A batch that the server loses is made again, and handing something over flushes all that was before it: so
        # the commit need not wait for the disk.
        connection.exec_driver_sql("SET LOCAL synchronous_commit = off")
        if wait:
            connection.exec_driver_sql(_WAIT, (HOLD, sorted(shards)))
            return list(shards)
        return [shard for shard, held in connection.exec_driver_sql(_TRY, (HOLD, list(shards))) if held]

    def before_append(self, connection: Connection, shards: Iterable[int]) -> None:
        # Numbers are drawn before rows become visible; without this a reader could step over a late one.
        connection.exec_driver_sql(_WAIT, (APPEND, sorted(shards)))
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")

    def hold_program(self, connection: Connection, *, change: bool) -> None:
        lock = func.pg_advisory_xact_lock if change else func.pg_advisory_xact_lock_shared
        connection.execute(select(lock(func.hashtextextended("the program in force", 0))))

    def listen(self, engine: Engine, heard: Callable[[], None], stop: threading.Event) -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            try:
                connection.exec_driver_sql(f"LISTEN {CHANNEL}")
                heard()  # for what was appended before
                while not stop.is_set():
                    for _ in self._notices(connection):
                        heard()
            finally:
                connection.invalidate()  # it would go on listening in the pool

    @staticmethod
    def _notices(connection: Connection) -> list[Any]:
        from psycopg import Error

        driver: Any = connection.connection.driver_connection
        try:
            return list(driver.notifies(timeout=LISTEN_SECONDS, stop_after=1))
        except Error as error:
            raise OperationalError("LISTEN", None, error) from error

    def json_value(self, column: str, path: Sequence[str]) -> str:
        # NUL, which JSON can hold and text cannot, would fail the insert; so would a value too long for an index.
        readable = rf"CASE WHEN strpos({column}, '\u0000') = 0 THEN {column} END"
        return f"left(({readable})::jsonb #>> '{{{','.join(path)}}}', {LONGEST_INDEXED})"

    def json_forms(self, value: str | float) -> list[str | float]:
        if isinstance(value, str):
            return [value[:LONGEST_INDEXED]]
        whole = float(value).is_integer() and abs(value) < LARGEST_EXACT
        return [str(int(value)), f"{int(value)}.0"] if whole else [str(value)]

    def indexes(self, connection: Connection, table: str) -> list[str]:
        query: Select[tuple[str]] = select(column("indexname")).select_from(text("pg_indexes"))
        here = (column("tablename") == table, column("schemaname") == func.current_schema())
        return list(connection.scalars(query.where(*here)))

    def close(self, engine: Engine) -> None:
        """Nothing."""


# https://www.postgresql.org/docs/current/errcodes-appendix.html; the first that fits
_TROUBLES: tuple[tuple[str, Trouble], ...] = (
    ("08", "gone"),
    ("57", "gone"),
    ("25P03", "gone"),
    ("42P01", "gone"),
    ("28", "refused"),
    ("3D000", "missing"),
    ("42501", "read-only"),
    ("25006", "read-only"),
    ("53300", "crowded"),
    ("53100", "full"),
    ("53", "crowded"),
    ("40", "locked"),
    ("55", "locked"),
    ("58", "gone"),
    ("XX001", "damaged"),
    ("XX002", "damaged"),
)

_CONNECTING: tuple[tuple[str, Trouble], ...] = (
    ("authentication failed", "refused"),
    ("pg_hba.conf", "refused"),
    ("does not exist", "refused"),
    ("no password supplied", "refused"),
    ("not permitted to log in", "refused"),
    ("permission denied for database", "refused"),
    ("too many clients", "crowded"),
    ("connection slots", "crowded"),
)

_NO_SUCH = re.compile(r'FATAL:\s+database ".*" does not exist')

_WAIT = "SELECT pg_advisory_xact_lock(%s, shard) FROM (SELECT unnest(%s::int[]) AS shard ORDER BY 1) AS wanted"
_TRY = "SELECT shard, pg_try_advisory_xact_lock(%s, shard) FROM unnest(%s::int[]) AS wanted(shard)"


# A worker's lock is the only one that outlasts its transaction, so its connection is the only one that holds one while it idles.
_ALIVE = """
    SELECT session.pid::text, coalesce(host(session.client_addr), ''), (extract(epoch FROM session.backend_start) * 1000)::bigint
    FROM pg_stat_activity AS session
    WHERE session.datname = current_database() AND EXISTS (
        SELECT FROM pg_locks AS held
        WHERE held.pid = session.pid AND held.locktype = 'advisory' AND held.objsubid = 1 AND held.granted
            AND held.mode = 'ExclusiveLock'
            AND (held.classid::bigint << 32 | held.objid::bigint) <> hashtextextended('the program in force', 0)
    )
    ORDER BY 3, 1
"""


class AdvisoryLocks:
    """One session lock per worker, held by a connection of its own."""

    def __init__(self, engine: Engine, trouble: Callable[[DBAPIError], Trouble | None]) -> None:
        self._engine = engine
        self._trouble = trouble
        self._held: dict[str, Connection] = {}

    def enrol(self) -> str:
        with understood(self._trouble):
            connection = self._engine.connect()
            number = connection.exec_driver_sql("SELECT pg_backend_pid(), extract(epoch FROM clock_timestamp())").one()
            worker = f"{number[0]}-{number[1]}"
            connection.execute(select(func.pg_advisory_lock(func.hashtextextended(worker, 0))))
            connection.commit()
        self._held[worker] = connection
        return worker

    def holds(self, worker: str) -> bool:
        connection = self._held.get(worker)
        try:
            if connection is not None:
                connection.exec_driver_sql("SELECT 1")
                connection.commit()
                return True
        except DBAPIError:
            self._held.pop(worker).close()
        return False

    def dead(self, workers: Iterable[str]) -> list[str]:
        with understood(self._trouble), self._engine.connect() as connection:
            return [worker for worker in workers if self._free(connection, worker)]

    @staticmethod
    def _free(connection: Connection, worker: str) -> bool:
        number = func.hashtextextended(worker, 0)
        if not connection.scalar(select(func.pg_try_advisory_lock(number))):
            return False
        connection.execute(select(func.pg_advisory_unlock(number)))
        return True

    def alive(self) -> list[Alive]:
        with understood(self._trouble), self._engine.connect() as connection:
            return [Alive(*row) for row in connection.exec_driver_sql(_ALIVE)]

    def forget(self, workers: Iterable[str]) -> None:
        """Nothing is kept of them."""

    def close(self) -> None:
        for connection in self._held.values():
            connection.invalidate()  # the lock would live on in the pool
            connection.close()
        self._held.clear()
