"""Which database an address means."""

from __future__ import annotations

from sqlalchemy.engine import make_url

from triggerfish.runtime.store.dialect import Dialect
from triggerfish.runtime.store.errors import StoreError
from triggerfish.runtime.store.postgresql import PostgreSQL
from triggerfish.runtime.store.sqlite import SQLite


def dialect_for(address: str) -> Dialect:
    """The dialect of a database URL. Raises StoreError for an address that is none."""
    try:
        url = make_url(address)
    except Exception as error:
        raise StoreError(f"{address!r} is no database address; write for instance sqlite:///shop.db") from error
    if url.get_backend_name() == "sqlite":
        return SQLite(url)
    if url.get_backend_name() in ("postgresql", "postgres"):
        return PostgreSQL(url)
    raise StoreError(f"{url.get_backend_name()} databases are not supported; use sqlite:/// or postgresql://")
