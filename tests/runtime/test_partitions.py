"""The journal on PostgreSQL is in partitions: no fact is refused, none is lost, and what is old goes whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from postgresql import Databases

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.store import migrate, partitions
from triggerfish.runtime.store.backup import backup, restore
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.journal import fact_row
from triggerfish.runtime.store.partitions import FIRST, PERIOD, REST, Partition, Partitions
from triggerfish.runtime.store.retention import Retention
from triggerfish.runtime.store.store import Store

DAY = 86_400_000


@pytest.fixture
def address(postgresql: Databases) -> Iterator[str]:
    with postgresql.empty() as address:
        yield address


def noted(store: Store, *moments: int) -> None:
    with store.database.write() as connection:
        begin = sum(1 for _ in store.journal.all())
        store.journal.write(
            connection, [fact_row("ana", Fact(begin + number, at, "noted", "", 0, "", 0, {})) for number, at in enumerate(moments)]
        )


def rows(store: Store) -> dict[str, int]:
    with store.database.read() as connection:
        found = connection.exec_driver_sql("SELECT tableoid::regclass::text, count(*) FROM journal GROUP BY 1")
        return {name: number for name, number in found}  # noqa: C416 - rows are no pairs


def clear(retention: Retention, before: int) -> int:
    found = retention.journal(before)
    deleted = found.deleted
    while found.after is not None:
        found = retention.journal(before, found.after)
        deleted += found.deleted
    return deleted


def test_facts_of_all_times_have_a_place_and_old_ones_go_whole(address: str) -> None:
    with Store(address, upgrade=True) as store:
        parts = Partitions(store.database)
        first, present, *_ = parts.listed()
        assert first.name == FIRST
        assert present.begin is not None
        later = present.begin + 10 * PERIOD
        noted(store, 1, present.begin, present.begin + 20 * DAY, later, later + DAY)
        assert rows(store) == {FIRST: 1, present.name: 2, REST: 2}
        assert parts.prepare(later) == 3  # what had no partition moves into it
        assert parts.prepare(later) == 0
        assert rows(store) == {FIRST: 1, present.name: 2, f"journal_p{later // PERIOD}": 2}
        assert clear(store.retention, present.begin + DAY) == 2  # one row of the present one, and all of the first
        assert rows(store) == {present.name: 1, f"journal_p{later // PERIOD}": 2}
        assert clear(store.retention, later) == 1
        assert [each.name for each in parts.listed() if each.end <= later] == [FIRST]
        assert [fact.at for fact in store.journal.of_person("ana")] == [later, later + DAY]


def test_a_journal_in_one_piece_becomes_the_first_partition(address: str) -> None:
    database = Database(address)
    migrate.upgrade(database, "0008")
    with database.write() as connection:
        connection.exec_driver_sql("INSERT INTO journal SELECT 'ana', n, n, 'noted', '', 0, '', 0, '{}' FROM generate_series(1, 5) AS n")
    migrate.upgrade(database)
    database.close()
    with Store(address) as store:
        assert rows(store) == {FIRST: 5}
        assert len(Partitions(store.database).listed()) == 4


def test_what_is_in_use_for_long_is_left_for_the_next_time(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_PATIENCE", "SET LOCAL lock_timeout = '20ms'")
    with Store(address, upgrade=True) as store:
        noted(store, 1)
        parts = Partitions(store.database)
        late = max(each.end for each in parts.listed())
        reader = Database(address)
        with reader.read() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()
            assert parts.drop(late) == 0
            assert parts.prepare(late) == 0
        reader.close()
        assert parts.drop(late) == 1
        assert parts.listed() == [Partition(FIRST, None, parts.listed()[0].end)]
        assert parts.prepare(late) == 3


def test_a_copy_holds_all_partitions(address: str, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    with Store(address, upgrade=True) as store:
        present = Partitions(store.database).listed()[1]
        assert present.begin is not None
        noted(store, 1, present.begin, present.begin + 10 * PERIOD)
    backup(address, file, lambda _done, _total: None)
    assert restore(file, address) == "the schema before_restore"
    with Store(address) as store:
        assert rows(store) == {FIRST: 1, present.name: 1, REST: 1}
        with store.database.write() as connection:
            connection.exec_driver_sql("DROP SCHEMA before_restore CASCADE")
