"""How many facts there are of each kind in each flow: the table ``tallies``, kept up by every batch.

Counting the journal takes longer with every fact in it. Here each batch adds what it wrote, to the rows of a shard that its
worker holds anyway: nobody waits for anybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, func, select, text

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.journal import FactRow
from triggerfish.runtime.store.schema import tallies
from triggerfish.runtime.store.shards import Shards

# Both databases understand it as it stands.
_ADD = text(
    "INSERT INTO tallies (shard, kind, flow, count) VALUES (:shard, :kind, :flow, :count) "
    "ON CONFLICT (shard, kind, flow) DO UPDATE SET count = tallies.count + excluded.count"
)


class Tallies:
    """Facts counted as they are written."""

    def __init__(self, database: Database, shards: Shards) -> None:
        self._database = database
        self._shards = shards

    def write(self, connection: Connection, facts: Sequence[FactRow]) -> None:
        """Count facts that are written in this transaction."""
        if not facts:
            return
        shard = self._shards.of(facts[0][0])
        numbers = Counter((row[3], row[4]) for row in facts)
        rows = [{"shard": shard, "kind": kind, "flow": flow, "count": count} for (kind, flow), count in sorted(numbers.items())]
        connection.execute(_ADD, rows)

    def counts(self) -> dict[tuple[str, str], int]:
        """How many facts there are by ``(kind, flow)``."""
        query = select(tallies.c.kind, tallies.c.flow, func.sum(tallies.c.count)).group_by(tallies.c.kind, tallies.c.flow)
        with self._database.read() as connection:
            return {(kind, flow): int(number) for kind, flow, number in connection.execute(query)}
