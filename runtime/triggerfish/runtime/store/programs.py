"""Deployed programs, version by version."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import func, insert, select

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import programs


class Deployed(NamedTuple):
    """``ir`` is the program as JSON, ``hash`` tells whether two are the same, ``sources`` maps paths to texts."""

    version: int
    hash: str
    ir: str
    sources: dict[str, str]
    deployed_at: int


class Programs:
    """The table ``programs``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self) -> Deployed | None:
        """The program that is in force."""
        query = select(programs).order_by(programs.c.version.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _deployed(tuple(row))

    def load(self, version: int) -> Deployed | None:
        """One version."""
        with self._database.read() as connection:
            row = connection.execute(select(programs).where(programs.c.version == version)).one_or_none()
        return None if row is None else _deployed(tuple(row))

    def versions(self) -> list[tuple[int, str, int]]:
        """``(version, hash, deployed_at)``, the oldest first."""
        query = select(programs.c.version, programs.c.hash, programs.c.deployed_at).order_by(programs.c.version)
        with self._database.read() as connection:
            return [(version, digest, at) for version, digest, at in connection.execute(query)]

    def add(self, digest: str, ir: str, sources: dict[str, str], now: int) -> int:
        """Store a new version; its number. If the newest has this hash already, that one's number."""
        with self._database.write() as connection:
            newest = select(programs.c.version, programs.c.hash).order_by(programs.c.version.desc()).limit(1)
            row = connection.execute(newest).one_or_none()
            if row is not None and row.hash == digest:
                return int(row.version)
            version = int(connection.scalar(select(func.max(programs.c.version))) or 0) + 1
            text = msgspec.json.encode(sources).decode()
            new = {"version": version, "hash": digest, "ir": ir, "sources": text, "deployed_at": now}
            connection.execute(insert(programs).values(new))
            return version


def _deployed(row: tuple[int, str, str, str, int]) -> Deployed:
    version, digest, ir, sources, deployed_at = row
    return Deployed(version, digest, ir, msgspec.json.decode(sources, type=dict[str, str]), deployed_at)
