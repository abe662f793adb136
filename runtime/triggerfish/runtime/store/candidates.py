"""Whom an event for everyone may concern, shard by shard, found by indexes on what people did.

What has been stored and not been handled yet has not happened yet: it is not looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, and_, literal, literal_column, or_, select, text, union

from triggerfish.runtime.machine.everyone import WORKSPACE
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.profiles import PEOPLE
from triggerfish.runtime.store.schema import events, listening, profiles

_PREFIX = "events_of_"


class Lookup(NamedTuple):
    """People with such an event after ``since`` (milliseconds), whose ``field`` (empty: whatever it holds) is ``value``."""

    event: str
    field: tuple[str, ...]
    value: Any
    since: int


class Candidates:
    """People by what they did, by what they wait for, or all of them; in the order of their ids."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepared(self, wanted: Iterable[tuple[str, tuple[str, ...]]]) -> bool:
        """Whether the indexes on these events and fields are there, and no others."""
        return self._there() == {_index_name(event, field) for event, field in wanted}

    def _there(self) -> set[str]:
        with self._database.read() as connection:
            return {name for name in self._database.dialect.indexes(connection, events.name) if name.startswith(_PREFIX)}

    def prepare(self, wanted: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        """Make the indexes on these events and fields, and drop those of earlier programs. Raises StoreUnavailable."""
        needed = {_index_name(event, field): (event, field) for event, field in wanted}
        there = self._there()
        with self._database.write() as connection:
            for name in sorted(there - set(needed)):
                connection.exec_driver_sql(f"DROP INDEX {name}")
            for name in sorted(set(needed) - there):
                self._create(connection, name, *needed[name])

    def _create(self, connection: Connection, name: str, event: str, field: tuple[str, ...]) -> None:
        value = f"({self._database.dialect.json_value('fields', field)}), " if field else ""
        columns = f"{value}shard, person, at"
        connection.exec_driver_sql(f"CREATE INDEX {name} ON events ({columns}) WHERE {_of(event)}")

    def concerned(
        self, lookups: Sequence[Lookup], event: str, shard: int, after: str, limit: int, position: Position, *, workspace: bool,
        everybody: bool,
    ) -> list[str]:
        """At most ``limit`` profiles after ``after``: whom a lookup finds, who waits for the event; ``everybody``; the ``workspace``.

        ``position`` says how much of the shard's events has been handled.
        """
        each = [self._found(one, shard, position) for one in lookups]
        each.append(select(listening.c.person).where(listening.c.event == event, listening.c.shard == shard))
        parts = [_page(one, one.selected_columns[0], after, limit) for one in each]
        if everybody:
            parts.append(_page(_known(shard), profiles.c.id, after, limit))
        if workspace:
            parts.append(select(literal(WORKSPACE)).where(literal(WORKSPACE) > after))
        every = union(*parts).subquery()
        with self._database.read() as connection:
            return list(connection.scalars(select(every.c[0]).order_by(every.c[0]).limit(limit)))

    def everybody(self, shard: int, after: str, limit: int) -> list[str]:
        """At most ``limit`` people after ``after``, of all who are known."""
        query = _page(_known(shard), profiles.c.id, after, limit).order_by(text("1"))
        with self._database.read() as connection:
            return list(connection.scalars(query))

    def _found(self, one: Lookup, shard: int, position: Position) -> Select[Any]:
        query = select(events.c.person).where(
            literal_column(_of(one.event)), events.c.shard == shard, events.c.at > one.since, _handled(position)
        )
        if one.field:
            dialect = self._database.dialect
            query = query.where(literal_column(dialect.json_value("fields", one.field)).in_(dialect.json_forms(one.value)))
        return query


def _handled(position: Position) -> ColumnElement[bool]:
    here = or_(events.c.seq <= position.seq, events.c.origin == "machine")
    if not position.replaying:
        return here
    gone_by = or_(events.c.at < position.at, and_(events.c.at == position.at, events.c.seq <= position.row))
    return or_(here, and_(events.c.seq <= position.top, gone_by))


def _known(shard: int) -> Select[Any]:
    return select(profiles.c.id).where(profiles.c.shard == shard, *PEOPLE)


def _page(query: Select[Any], person: ColumnElement[Any], after: str, limit: int) -> Select[Any]:
    """A part of a union cannot be limited by itself; what it selects from can."""
    some = query.where(person > after).distinct().order_by(person).limit(limit).subquery()
    return select(some.c[0])


def _of(event: str) -> str:
    """The condition of a partial index. Written out, or it would not be used; names of events are words, without quotes."""
    return f"name = '{event}' AND kind = 'event'"


def _index_name(event: str, field: tuple[str, ...]) -> str:
    return _PREFIX + hashlib.sha256("|".join((event, *field)).encode()).hexdigest()[:16]
