"""By which other names a person is known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, delete, select, update

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import identities

_COLUMNS = ("kind", "value", "profile")


class Identities:
    """The table ``identities``: ``(kind, value)`` names one profile; the latest statement wins."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, kind: str, values: Sequence[str]) -> dict[str, str]:
        """The profiles of those values that are known."""
        found: dict[str, str] = {}
        with self._database.read() as connection:
            for some in chunks(values):
                query = select(identities.c.value, identities.c.profile).where(
                    identities.c.kind == kind, identities.c.value.in_(some)
                )
                found.update((value, profile) for value, profile in connection.execute(query))
        return found

    def link(self, links: Iterable[tuple[str, str, str]]) -> None:
        """Remember ``(kind, value, profile)`` in one transaction."""
        with self._database.write() as connection:
            self.write(connection, links)

    def write(self, connection: Connection, links: Iterable[tuple[str, str, str]]) -> None:
        """The same, as part of a transaction."""
        upsert = self._database.prepared(
            connection,
            "identities",
            lambda: self._database.dialect.upsert(identities, ["kind", "value"], ["profile"]),
            _COLUMNS,
            once=True,
        )
        # In one order for all, or two who write the same ones could wait for each other.
        upsert.run(connection, sorted(links, key=lambda link: link[:2]))

    def move(self, connection: Connection, person: str, to: str) -> None:
        """Whatever names ``person`` names ``to`` from now on, within a transaction."""
        connection.execute(delete(identities).where(identities.c.profile == person, identities.c.value == to))
        connection.execute(update(identities).where(identities.c.profile == person).values(profile=to))

    def of_person(self, person: str) -> list[tuple[str, str]]:
        """All ``(kind, value)`` by which a person is known besides the id."""
        query = select(identities.c.kind, identities.c.value).where(
            identities.c.profile == person, identities.c.value != identities.c.profile
        )
        with self._database.read() as connection:
            return [(kind, value) for kind, value in connection.execute(query.order_by(*identities.c))]
