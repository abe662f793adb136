"""The tables come from migrations alone, and agree with what the code expects."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store import migrate, revision
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import SchemaOutdated, SchemaTooNew
from triggerfish.runtime.store.profiles import Cell
from triggerfish.runtime.store.schema import metadata
from triggerfish.runtime.store.store import Store


def test_the_newest_migration_is_the_one_the_code_names() -> None:
    assert migrate.newest_revision() == revision.HEAD


def test_an_empty_database_is_upgraded_and_again_is_nothing(empty_address: str) -> None:
    database = Database(empty_address)
    assert migrate.status(database) == migrate.Status(None, revision.HEAD)
    assert migrate.upgrade(database).up_to_date
    with database.read() as connection:
        tables = set(inspect(connection).get_table_names())
    assert {name for name in tables if not name.startswith("journal_")} == {*metadata.tables, "alembic_version"}
    assert migrate.upgrade(database).up_to_date
    database.close()


def test_migrations_make_what_the_schema_says(empty_address: str) -> None:
    database = Database(empty_address)
    migrate.upgrade(database)
    with database.read() as connection:
        tables = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("journal_")}  # its partitions
        assert compare_metadata(MigrationContext.configure(connection, opts=tables), metadata) == []
        names = {index["name"] for table in metadata.tables for index in inspect(connection).get_indexes(table)}
    assert {index.name for table in metadata.tables.values() for index in table.indexes} <= names
    database.close()


def test_an_upgrade_keeps_what_is_there(empty_address: str) -> None:
    with Store(empty_address, upgrade=True) as store:
        store.events.append([("ana", Input("event", "x", 1, "m", {}))], 1)
    with Store(empty_address, upgrade=True) as store:
        assert store.events.count() == 1


FIRST = (
    "INSERT INTO profiles (id, due_at, version) VALUES ('ana', 7, 1), ('bo', NULL, 2)",
    """INSERT INTO events (id, person, kind, name, at, received, fields, origin) VALUES
       ('m1', 'ana', 'event', 'x', 1, 1, '{}', 'intake'), ('m2', 'ana', 'event', 'x', 2, 1, '{}', 'machine'),
       ('m3', 'bo', 'event', 'x', 3, 1, '{}', 'intake')""",
    """INSERT INTO cursors VALUES ('inputs', '{"seq":1,"latest":1}')""",
)


def test_a_database_of_the_first_revision_goes_on_where_it_was(empty_address: str) -> None:
    database = Database(empty_address)
    assert migrate.upgrade(database, "0001").found == "0001"
    with database.write() as connection:
        for statement in FIRST:
            connection.exec_driver_sql(statement)
    database.close()
    with Store(empty_address, upgrade=True) as store:
        assert store.cursors.position() == Position(seq=1, latest=1)
        assert store.events.ahead() == 1
        assert dict(store.profiles.due(7, 10, [store.shards.of("ana")])) == {"ana": Cell(None, 7, 1)}
        [waiting] = store.events.arrived(store.cursors.positions([store.shards.of("bo")]), 10)[0]
        assert (waiting.person, waiting.input.id) == ("bo", "m3")


def test_an_outdated_or_newer_database_is_told(tmp_path: Path) -> None:
    address = f"sqlite:///{tmp_path / 'store.db'}"
    with pytest.raises(SchemaOutdated, match="db upgrade"):
        Store(address, upgrade=False)
    Store(address).close()
    database = Database(address)
    with database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(SchemaTooNew, match="newer"):
        Store(address)


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from alembic import op

    real, made = op.create_index, []

    def fail_later(*arguments: object, **options: object) -> None:
        made.append(arguments)
        if len(made) == 3:
            raise OSError("power cut")
        real(*arguments, **options)  # type: ignore[arg-type]

    database = Database(f"sqlite:///{tmp_path / 'store.db'}")
    with monkeypatch.context() as patch:
        patch.setattr(op, "create_index", fail_later)
        with pytest.raises(OSError, match="power cut"):
            migrate.upgrade(database)
    assert migrate.status(database).found is None
    with database.read() as connection:
        assert inspect(connection).get_table_names() == []
    assert migrate.upgrade(database).up_to_date
    database.close()
