"""Addresses that nothing may go to any more, known by a keyed hash alone: the table ``suppressions``.

The key is made with the first of them and kept in the same table: without it nobody can tell from a hash that belongs to another
database whom it means. Whoever has this database can find out whether an address they know already is among them, and no more.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import suppressions

Address = tuple[str, str]
"""A channel and an address on it."""

_COLUMNS = ("channel", "digest", "reason", "at")
_KEY = ""
"""The channel of the row that holds the key."""


class Suppressions:
    """Asked for every message: the key is read once, and nothing is asked while there is none."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key: bytes | None = None

    def add(self, connection: Connection, addresses: Iterable[Address], reason: str, at: int) -> int:
        """Suppress addresses within a transaction; how many there are."""
        key = self._read_key(connection)
        if key is None:
            key = secrets.token_bytes(32)
            self._insert(connection, [(_KEY, key.hex(), "the key of the others", at)])
            key = self._read_key(connection) or key
        rows = sorted({(channel, _digest(key, address), reason, at) for channel, address in addresses})
        self._insert(connection, rows)
        return len(rows)

    def among(self, addresses: Sequence[Address]) -> set[Address]:
        """Those of these addresses that are suppressed."""
        if not addresses:
            return set()
        with self._database.read() as connection:
            key = self._read_key(connection)
            if key is None:
                return set()
            digests = {(channel, _digest(key, address)): (channel, address) for channel, address in addresses}
            found: set[Address] = set()
            for some in chunks([digest for _, digest in digests]):
                query = select(suppressions.c.channel, suppressions.c.digest).where(suppressions.c.digest.in_(some))
                found.update(digests[channel, digest] for channel, digest in connection.execute(query) if (channel, digest) in digests)
        return found

    def holds(self, channel: str, address: str) -> bool:
        """Whether an address is suppressed."""
        return bool(self.among([(channel, address)]))

    def _read_key(self, connection: Connection) -> bytes | None:
        if self._key is None:
            found = connection.scalar(select(suppressions.c.digest).where(suppressions.c.channel == _KEY).limit(1))
            self._key = None if found is None else bytes.fromhex(found)
        return self._key

    def _insert(self, connection: Connection, rows: Sequence[tuple[str, str, str, int]]) -> None:
        insert = self._database.dialect.insert_new(suppressions, "channel", "digest")
        connection.execute(insert, [dict(zip(_COLUMNS, row, strict=True)) for row in rows]) if rows else None


def _digest(key: bytes, address: str) -> str:
    return hashlib.blake2b(address.strip().casefold().encode("utf-8", "surrogatepass"), key=key, digest_size=32).hexdigest()
