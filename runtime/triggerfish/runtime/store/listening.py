"""Who waits for which event for everyone: the table ``listening``. It says the same as the states, the other way round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, delete

from triggerfish.runtime.store.chunks import chunks
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.schema import listening
from triggerfish.runtime.store.shards import Shards

_COLUMNS = ("person", "event", "shard")


class Listening:
    """People in flows and chains that an event for everyone can move on."""

    def __init__(self, database: Database, shards: Shards) -> None:
        self._database = database
        self._shards = shards

    def write(self, connection: Connection, changed: Mapping[str, Sequence[str]]) -> None:
        """From now on these people wait for these events and no others; within the transaction of their states."""
        if not changed:
            return
        for some in chunks(list(changed)):
            connection.execute(delete(listening).where(listening.c.person.in_(some)))
        insert = self._database.prepared(
            connection, "listening", lambda: self._database.dialect.insert_new(listening, "person", "event"), _COLUMNS
        )
        of = self._shards.of
        insert.run(connection, [(person, event, of(person)) for person, events in changed.items() for event in events])
