"""A copy of a PostgreSQL database in one file, made while it is in use and without any other program.

The file is a ZIP archive: ``manifest.json`` tells the revision and the tables, ``TABLE.copy`` holds the rows in the text
form of ``COPY``, which every version of the server reads.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection

from triggerfish.runtime.store import migrate
from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.errors import StoreError, WrongFile
from triggerfish.runtime.store.revision import HEAD, current

BEFORE = "before_restore"
"""The schema that keeps what was there before a restore; before the second one ``before_restore_2``, and so on."""

_MANIFEST = "manifest.json"
_CHUNK = 1 << 20

_TABLES = """
SELECT table_name, array_agg(column_name::text ORDER BY ordinal_position) FROM information_schema.columns
JOIN pg_class ON relname = table_name AND relnamespace = to_regnamespace(quote_ident(table_schema)) AND relkind IN ('r', 'p') AND NOT relispartition
WHERE table_schema = current_schema() AND table_name <> 'alembic_version' GROUP BY table_name ORDER BY table_name
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema() AND last_value IS NOT NULL"
_SCHEMAS = "SELECT nspname FROM pg_namespace"
_EVERY_TABLE = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds: columns by table, and the last number of each sequence."""

    revision: str
    tables: dict[str, list[str]]
    sequences: dict[str, int]


def dump(database: Database, target: Path, progress: Callable[[int, int], None]) -> None:
    """Write all tables as they are at this moment into a new file. Raises StoreError and OSError."""
    revision = current(database)
    if revision is None:
        raise StoreError("there is nothing in the database yet")
    with database.whole() as connection, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        tables = {name: columns for name, columns in connection.exec_driver_sql(_TABLES)}  # noqa: C416 - rows are no pairs
        sequences = {name: value for name, value in connection.exec_driver_sql(_SEQUENCES)}  # noqa: C416 - the same
        archive.writestr(_MANIFEST, msgspec.json.encode(Manifest(revision, tables, sequences)))
        for done, (table, columns) in enumerate(tables.items()):
            progress(done, len(tables))
            copy = f"COPY (SELECT {', '.join(map(_named, columns))} FROM {_named(table)}) TO STDOUT"  # noqa: S608 - names of ours
            with archive.open(_entry(table), "w", force_zip64=True) as entry, _cursor(connection) as cursor, cursor.copy(copy) as rows:
                for data in rows:
                    entry.write(data)
        progress(len(tables), len(tables))


def load(source: Path, database: Database) -> str | None:
    """Put the rows of an archive in the place of the tables, which move to a schema of their own: all or nothing.

    The name of that schema; None where there were no tables. Raises WrongFile and StoreError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = msgspec.json.decode(archive.read(_MANIFEST), type=Manifest)
            if manifest.revision > HEAD:
                raise WrongFile(f"{source} was made by a newer triggerfish (revision {manifest.revision}, this one knows {HEAD})")
            damaged = archive.testzip()
            if damaged is not None:
                raise WrongFile(f"{source} is damaged: {damaged}")
            with database.whole() as connection:
                kept = _put_aside(connection)
                migrate.upgrade(database, manifest.revision)
                for table, columns in manifest.tables.items():
                    _fill(connection, archive, table, columns)
                for sequence, value in manifest.sequences.items():
                    connection.exec_driver_sql("SELECT setval(%s::regclass, %s)", (_named(sequence), value))
                migrate.upgrade(database)
                return kept
    except (zipfile.BadZipFile, KeyError, msgspec.DecodeError) as error:
        raise WrongFile(f"{source} is no copy of a triggerfish database: {error}") from error


def _put_aside(connection: Connection) -> str | None:
    tables = connection.exec_driver_sql(_EVERY_TABLE).scalars().all()
    if not tables:
        return None
    taken = set(connection.exec_driver_sql(_SCHEMAS).scalars())
    kept = next(name for number in count(1) if (name := BEFORE if number == 1 else f"{BEFORE}_{number}") not in taken)
    connection.exec_driver_sql(f"CREATE SCHEMA {kept}")
    for table in tables:
        connection.exec_driver_sql(f"ALTER TABLE {_named(table)} SET SCHEMA {kept}")
    return kept


def _fill(connection: Connection, archive: zipfile.ZipFile, table: str, columns: list[str]) -> None:
    connection.exec_driver_sql(f"TRUNCATE {_named(table)}")
    copy = f"COPY {_named(table)} ({', '.join(map(_named, columns))}) FROM STDIN"
    with archive.open(_entry(table)) as entry, _cursor(connection) as cursor, cursor.copy(copy) as rows:
        while data := entry.read(_CHUNK):
            rows.write(data)


def _cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    return driver.cursor()


def _entry(table: str) -> str:
    return f"{table}.copy"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
