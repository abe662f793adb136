"""What differs between databases: what each kind must know how to do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Engine, Table, literal_column
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import Insert

from triggerfish.runtime.store.errors import StoreUnavailable, Trouble
from triggerfish.runtime.store.liveness import Liveness


@contextmanager
def understood(trouble: Callable[[DBAPIError], Trouble | None]) -> Iterator[None]:
    """Raise StoreUnavailable for errors of the driver that ``trouble`` knows; what it does not know is a bug and comes out as it is."""
    try:
        yield
    except DBAPIError as error:
        known = trouble(error)
        if known is None:
            raise
        raise StoreUnavailable(known, str(error.orig)) from error


class Dialect(Protocol):
    """One kind of database."""

    name: str
    many_workers: bool
    """Whether several workers may move people on at once; else there is one shard and one writer."""

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

    def insert_new(self, table: Table, *keys: str) -> Insert:
        """Insert rows, leaving out those whose ``keys`` are there already."""
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

    def hold_shards(self, connection: Connection, shards: Iterable[int], *, wait: bool) -> list[int]:
        """Keep these shards for this transaction: without ``wait`` those that nobody else has; which ones that are."""
        ...

    def before_append(self, connection: Connection, shards: Iterable[int]) -> None:
        """Make sure that the sequence numbers of inputs become visible in their order within each of these shards.

        Whoever waits for inputs is woken when the transaction is committed.
        """
        ...

    def hold_program(self, connection: Connection, *, change: bool) -> None:
        """Keep the program in force what it is until this transaction ends; with ``change`` wait until nobody does."""
        ...

    def listen(self, engine: Engine, heard: Callable[[], None], stop: threading.Event) -> None:
        """Call ``heard`` whenever somebody has appended inputs, until ``stop`` is set or the connection is lost.

        Returns at once where the database cannot tell. Raises DBAPIError.
        """
        ...

    def json_value(self, column: str, path: Sequence[str]) -> str:
        """The SQL for a value inside a column of JSON, such as an index can be made on."""
        ...

    def json_forms(self, value: str | float) -> list[str | float]:
        """What ``json_value`` may give for a value."""
        ...

    def indexes(self, connection: Connection, table: str) -> list[str]:
        """The names of a table's indexes, those on expressions included."""
        ...

    def close(self, engine: Engine) -> None:
        """Leave the database tidy."""
        ...


class Upserting:
    """What is said alike where rows may be there already; only the databases' own ``insert`` differs."""

    @staticmethod
    def insert(table: Table) -> Any:
        """The database's own statement."""
        raise NotImplementedError

    def insert_new(self, table: Table, *keys: str) -> Insert:
        """See ``Dialect``."""
        statement: Insert = self.insert(table).on_conflict_do_nothing(index_elements=list(keys))
        return statement

    def upsert(
        self, table: Table, keys: Sequence[str], columns: Sequence[str], *, version: str | None = None
    ) -> Insert:
        """See ``Dialect``."""
        insert = self.insert(table)
        new = insert.excluded
        statement: Insert = insert.on_conflict_do_update(
            index_elements=list(keys),
            set_={column: new[column] for column in columns},
            where=_one_older(table, version, new[version]) if version else None,
        )
        return statement


def _one_older(table: Table, version: str, new: ColumnElement[Any]) -> ColumnElement[bool]:
    """The condition that a stored row is exactly one version older than the ``new`` one."""
    # A literal, for a bound value would want a place in each row of parameters.
    return table.c[version] == new - literal_column("1")
