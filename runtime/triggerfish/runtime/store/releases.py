"""How many people were let into flows with ``release``, period by period: the table ``releases``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, update

from triggerfish.runtime.machine.effects import Slot
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.schema import releases


class Releases:
    """Counts by flow and period."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def since(self, flows: Iterable[str], begin: int) -> dict[Slot, int]:
        """The entries so far in periods of these flows that began at ``begin`` or later."""
        query = select(releases).where(releases.c.flow.in_(sorted(flows)), releases.c.begin >= begin)
        with self._database.read() as connection:
            return {(flow, period, at): count for flow, period, at, count in connection.execute(query)}

    def write(self, connection: Connection, seen: Mapping[Slot, int], used: Mapping[Slot, int]) -> None:
        """Add what was ``used`` within a transaction. Raises Conflict if others came in since the counts were ``seen``.

        The row stays locked until the transaction ends, so two workers cannot let in more than there is room for.
        """
        for slot in sorted(used):
            flow, period, begin = slot
            before = seen.get(slot, 0)
            count = before + used[slot]
            if before:
                here = (releases.c.flow == flow, releases.c.period == period, releases.c.begin == begin)
                written = connection.execute(update(releases).where(*here, releases.c.count == before).values(count=count))
            else:
                new = self._database.dialect.insert_new(releases, "flow", "period", "begin")
                row = new.values(flow=flow, period=period, begin=begin, count=count)
                written = connection.execute(row.execution_options(preserve_rowcount=True))
            if written.rowcount != 1:
                raise Conflict(f"another process has let people into {flow} meanwhile")
