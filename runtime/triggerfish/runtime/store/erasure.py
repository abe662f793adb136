"""All that is kept of one person, and its removal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, or_, select, update

from triggerfish.runtime.store.batches import Batches
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.profiles import Profiles
from triggerfish.runtime.store.schema import (
    audit,
    events,
    identities,
    journal,
    listening,
    outbox,
    profiles,
    rejected,
    segments_static,
)
from triggerfish.runtime.store.shards import Shards
from triggerfish.runtime.store.suppressions import Address, Suppressions

ERASED = "erased"
_OF_PERSON: tuple[Table, ...] = (events, journal, outbox, listening)


@dataclass(frozen=True, slots=True)
class Erased:
    """How many rows of each kind are gone, and how many hashes of addresses were kept."""

    rows: dict[str, int]
    suppressed: int


class Erasure:
    """Finds and removes what the tables hold of a person."""

    def __init__(self, database: Database, shards: Shards, people: Profiles, suppressions: Suppressions, batches: Batches) -> None:
        self._database = database
        self._shards = shards
        self._profiles = people
        self._suppressions = suppressions
        self._batches = batches

    def names(self, person: str) -> list[str]:
        """The profile that a person goes on in, and those that were merged into it."""
        while (cell := self._profiles.load([person]).get(person)) is not None and cell.into is not None:
            person = cell.into
        found, latest = [person], [person]
        while latest:
            latest = sorted(self._profiles.merged_into(latest))
            found += latest
        return found

    def erase(self, names: Sequence[str], addresses: Sequence[Address], now: int) -> Erased:
        """Remove a person known by these names, and suppress these addresses. Raises StoreUnavailable.

        What is being sent at this moment may still go out: it has left this database.
        """
        with self._shards.hold([], {self._shards.of(name) for name in names}):
            # A batch that another process has read already must not bring the person back: the version tells it.
            with self._database.write() as connection:
                here = profiles.c.id.in_(names)
                connection.execute(update(profiles).where(here).values(state=None, due_at=None, version=profiles.c.version + 1))
                found = {table.name: connection.execute(delete(table).where(table.c.person.in_(names))).rowcount for table in _OF_PERSON}
                known = [value for (value,) in connection.execute(select(identities.c.value).where(identities.c.profile.in_(names)))]
                found["identities"] = connection.execute(delete(identities).where(_named(names))).rowcount
                every = sorted({*names, *known, *(address for _, address in addresses)})
                connection.execute(delete(segments_static).where(segments_static.c.member.in_(every)))
                found["rejected"] = self._reject(connection, every)
                self._batches.forget(connection, names)
                suppressed = self._suppressions.add(connection, addresses, ERASED, now)
            with self._database.write() as connection:
                found["profiles"] = connection.execute(delete(profiles).where(profiles.c.id.in_(names), profiles.c.state.is_(None))).rowcount
                told = msgspec.json.encode({**found, "suppressed": suppressed}).decode()
                connection.execute(audit.insert().values(at=now, what=ERASED, data=told))
        return Erased(found, suppressed)

    @staticmethod
    def _reject(connection: Connection, every: Sequence[str]) -> int:
        """Set-aside inputs that name the person: the id in quotes, as JSON has it, or an address anywhere."""
        signs = [each if "@" in each else msgspec.json.encode(each).decode() for each in every]
        return connection.execute(delete(rejected).where(or_(*(rejected.c.raw.contains(sign, autoescape=True) for sign in signs)))).rowcount

    def stored(self, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        """The rows that are kept of a person, by table; states are left out."""
        found: dict[str, list[dict[str, Any]]] = {}
        with self._database.read() as connection:
            for table in _OF_PERSON:
                query = select(table).where(table.c.person.in_(names)).order_by(*table.primary_key.columns)
                found[table.name] = [_plain(dict(row._mapping)) for row in connection.execute(query)]  # noqa: SLF001 - its public name
            rows = connection.execute(select(identities).where(_named(names)).order_by(*identities.c))
            found["identities"] = [dict(row._mapping) for row in rows]  # noqa: SLF001 - the same
        return found


def _named(names: Sequence[str]) -> Any:
    return or_(identities.c.profile.in_(names), identities.c.value.in_(names))


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """JSON texts as what they hold."""
    return {name: msgspec.json.decode(value) if name in ("fields", "data", "context") and value else value for name, value in row.items()}
