"""Deployed programs, version by version."""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, func, insert, or_, select, update

from triggerfish.runtime.machine.deploy import Deploy
from triggerfish.runtime.store.batches import Batches
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.schema import profiles, programs


class Deployed(NamedTuple):
    """``ir`` is the program as JSON, ``hash`` tells whether two are the same, ``sources`` maps paths to texts."""

    version: int
    hash: str
    ir: str
    sources: dict[str, str]
    deployed_at: int
    options: Deploy


class Listed(NamedTuple):
    """A version without its content; ``settling`` says whether there may be people who have not been looked at since."""

    version: int
    hash: str
    deployed_at: int
    options: Deploy
    settling: bool


class Programs:
    """The table ``programs``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._batches = Batches(database)

    def newest(self) -> Deployed | None:
        """The program that is in force."""
        query = select(*_WHOLE).order_by(programs.c.version.desc()).limit(1)
        with self._database.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _deployed(tuple(row))

    def load(self, version: int) -> Deployed | None:
        """One version."""
        with self._database.read() as connection:
            row = connection.execute(select(*_WHOLE).where(programs.c.version == version)).one_or_none()
        return None if row is None else _deployed(tuple(row))

    def version(self) -> int:
        """The version in force; 0 if there is none."""
        with self._database.read() as connection:
            return int(connection.scalar(_NEWEST) or 0)

    def versions(self) -> list[Listed]:
        """All of them, the oldest first."""
        query = select(*_SHORT).order_by(programs.c.version)
        with self._database.read() as connection:
            return [
                Listed(version, digest, at, _options(options), settling is not None)
                for version, digest, at, options, settling in connection.execute(query)
            ]

    def add(
        self, digest: str, ir: str, sources: dict[str, str], now: int, options: Deploy | None = None, *,
        instead_of: int | None = None,
    ) -> int:
        """Store a new version; its number.

        If the newest has this hash already it is that one's, unless the people inside are to be moved to it.
        With ``instead_of`` it must be that version which is in force. Raises Conflict if it is another one by now.
        """
        with self._database.write() as connection:
            self._database.dialect.hold_program(connection, change=True)
            newest = select(programs.c.version, programs.c.hash).order_by(programs.c.version.desc()).limit(1)
            row = connection.execute(newest).one_or_none()
            found = 0 if row is None else int(row.version)
            if instead_of is not None and found != instead_of:
                raise Conflict(f"version {found} was put in force meanwhile")
            again = options is not None and (options.move or options.enter_members)
            if row is not None and row.hash == digest and not again:
                return found
            anybody = connection.scalar(select(profiles.c.id).limit(1)) is not None
            new = {
                "version": found + 1, "hash": digest, "ir": ir, "sources": msgspec.json.encode(sources).decode(),
                "deployed_at": now, "options": msgspec.json.encode(options or Deploy()).decode(),
                "settling": "" if anybody else None,
            }
            connection.execute(insert(programs).values(new))
            return found + 1

    def hold(self, connection: Connection, version: int) -> None:
        """Keep that version in force until a transaction ends. Raises Conflict if it no longer is."""
        self._database.dialect.hold_program(connection, change=False)
        found = int(connection.scalar(_NEWEST) or 0)
        if found != version:
            raise Conflict(f"version {found} of the program was put in force meanwhile")

    def settle(self, version: int, people: int) -> bool:
        """Make the next so many people due who have not been looked at since that deploy; whether there may be more.

        How far it has come is kept, so that whoever goes on after an interruption goes on there.
        """
        here = programs.c.version == version
        with self._database.write() as connection:
            after = connection.scalar(select(programs.c.settling).where(here).with_for_update())
            if after is None:
                return False
            query = select(profiles.c.id).where(profiles.c.id > after).order_by(profiles.c.id).limit(people)
            ids = list(connection.scalars(query))
            last = ids[-1] if len(ids) == people else None
            connection.execute(update(programs).where(here).values(settling=last))
            if ids:
                some = (profiles.c.id > after, profiles.c.id <= ids[-1])
                later = or_(profiles.c.due_at.is_(None), profiles.c.due_at > 0)
                connection.execute(update(profiles).where(*some, later).values(due_at=0))
                self._batches.settle(connection, version, last)  # afterwards, so that it has its place among the batches
            return last is not None


_NEWEST = select(func.max(programs.c.version))
_WHOLE = (programs.c.version, programs.c.hash, programs.c.ir, programs.c.sources, programs.c.deployed_at, programs.c.options)
_SHORT = (programs.c.version, programs.c.hash, programs.c.deployed_at, programs.c.options, programs.c.settling)


def _options(text: str | None) -> Deploy:
    return Deploy() if text is None else msgspec.json.decode(text, type=Deploy)


def _deployed(row: tuple[int, str, str, str, int, str | None]) -> Deployed:
    version, digest, ir, sources, deployed_at, options = row
    read = msgspec.json.decode(sources, type=dict[str, str])
    return Deployed(version, digest, ir, read, deployed_at, _options(options))
