"""What happened to whom and why: append-only facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, func, insert, select

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import journal

_COLUMNS = ("person", "number", "at", "kind", "flow", "run", "step", "line", "data")

FactRow = tuple[str, int, int, str, str, int, str, int, str]

_to_json = msgspec.json.Encoder().encode


def fact_row(person: str, fact: Fact) -> FactRow:
    """A fact as it is stored. Raises TypeError, ValueError or OverflowError for data that JSON cannot hold."""
    data = _to_json(fact.data).decode()
    return (person, fact.number, fact.at, fact.kind, fact.flow, fact.run, fact.step, fact.line, data)


class Journal:
    """The table ``journal``.

    The machine numbers a person's facts from its state, upwards. Facts the shell adds (a person whose advance failed)
    are numbered downwards from -1, so that the two never meet.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, connection: Connection, rows: Sequence[FactRow]) -> None:
        """Store facts (see ``fact_row``) within a transaction."""
        self._database.prepared(connection, "journal", lambda: insert(journal), _COLUMNS).run(connection, rows)

    def of_person(self, person: str, *, flow: str | None = None, until: int | None = None) -> list[Fact]:
        """A person's facts in the order they came about."""
        query = select(journal).where(journal.c.person == person)
        if flow is not None:
            query = query.where(journal.c.flow == flow)
        if until is not None:
            query = query.where(journal.c.at <= until)
        with self._database.read() as connection:
            facts = [_fact(row) for row in connection.execute(query.order_by(journal.c.number))]
        shell = [fact for fact in facts if fact.number < 0]
        if shell:
            facts.sort(key=lambda fact: (fact.at, fact.number < 0, abs(fact.number)))
        return facts

    def lowest_numbers(self, connection: Connection, people: list[str]) -> dict[str, int]:
        """The lowest fact number of each of these people who has facts."""
        found: dict[str, int] = {}
        for some in chunks(people):
            query = (
                select(journal.c.person, func.min(journal.c.number))
                .where(journal.c.person.in_(some))
                .group_by(journal.c.person)
            )
            found.update((person, number) for person, number in connection.execute(query))
        return found

    def counts(self) -> dict[tuple[str, str], int]:
        """How many facts there are by ``(kind, flow)``."""
        query = select(journal.c.kind, journal.c.flow, func.count()).group_by(journal.c.kind, journal.c.flow)
        with self._database.read() as connection:
            return {(kind, flow): number for kind, flow, number in connection.execute(query)}

    def of_kind(self, *kinds: str) -> Iterator[tuple[str, Fact]]:
        """All facts of these kinds as ``(person, fact)``, by person and number."""
        query = select(journal).where(journal.c.kind.in_(kinds)).order_by(journal.c.person, journal.c.number)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=5_000).execute(query):
                yield row.person, _fact(row)

    def all(self) -> Iterator[tuple[str, Fact]]:
        """The whole journal as ``(person, fact)``, by person and number."""
        query = select(journal).order_by(journal.c.person, journal.c.number)
        with self._database.read() as connection:
            for row in connection.execution_options(yield_per=5_000).execute(query):
                yield row.person, _fact(row)


def _fact(row: Any) -> Fact:
    return Fact(
        row.number, row.at, row.kind, row.flow, row.run, row.step, row.line, msgspec.json.decode(row.data)
    )  # fmt: skip
