"""A copy of the database, taken while it is in use, and put back."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.dump import dump, load
from triggerfish.runtime.store.errors import StoreError, WrongFile

PAGES = 1_000
SQLITE = "sqlite:///"

Progress = Callable[[int, int], None]
"""Takes pages (of SQLite) or tables done, and in all."""


def backup(address: str, target: Path, progress: Progress) -> None:
    """Copy the database into a new file, consistent although it may be in use. Raises WrongFile and StoreError."""
    if not target.parent.is_dir():
        raise WrongFile(f"there is no folder {target.parent} to put the copy in; make it first")
    partial = target.with_name(f"{target.name}.part")
    try:
        if address.startswith(SQLITE):
            _copy_file(Path(address.removeprefix(SQLITE)), partial, progress)
        else:
            with _opened(address) as database:
                dump(database, partial, progress)
        partial.replace(target)
    except (sqlite3.Error, OSError) as error:
        raise StoreError(f"the copy failed: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(source: Path, address: str) -> str | None:
    """Put a copy in the database's place; where what was there is kept: a file ending in ``.before``, or a schema.

    A second time they end in ``-2``, and so on: nothing is overwritten. None where nothing was there. Raises WrongFile for what is
    no copy, and StoreError.
    """
    archive = zipfile.is_zipfile(source)
    if address.startswith(SQLITE):
        if archive:
            raise WrongFile(f"{source} is a copy of a PostgreSQL database, and this project uses a file of SQLite")
        return _put_back(source, Path(address.removeprefix(SQLITE)))
    if not archive:
        raise WrongFile(f"{source} is no copy of a PostgreSQL database made by triggerfish db backup")
    with _opened(address) as database:
        kept = load(source, database)
    return None if kept is None else f"the schema {kept}"


@contextmanager
def _opened(address: str) -> Iterator[Database]:
    database = Database(address)
    try:
        yield database
    finally:
        database.close()


def _copy_file(source: Path, partial: Path, progress: Progress) -> None:
    if not source.is_file():
        raise StoreError(f"there is no database at {source} yet")
    with closing(sqlite3.connect(source, isolation_level=None)) as original, closing(sqlite3.connect(partial)) as copy:
        # One reading transaction around it all: else each write of somebody else makes the copy begin anew.
        original.execute("BEGIN")
        original.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
        original.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
        copy.execute("PRAGMA journal_mode = DELETE")


def _put_back(source: Path, target: Path) -> str | None:
    try:
        check = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        (verdict,) = check.execute("PRAGMA quick_check").fetchone()
        check.execute("SELECT 1 FROM profiles LIMIT 1").fetchall()
        check.close()
    except sqlite3.Error as error:
        raise WrongFile(f"{source} is no copy of a triggerfish database: {error}") from error
    if verdict != "ok":
        raise WrongFile(f"{source} is damaged: {verdict}")
    target.parent.mkdir(parents=True, exist_ok=True)
    before = _unused(target.with_name(f"{target.name}.before")) if target.exists() else None
    if before is not None:
        _settle(target)
        target.replace(before)
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    partial = target.with_name(f"{target.name}.part")
    partial.write_bytes(source.read_bytes())
    partial.replace(target)
    return None if before is None else str(before)


def _unused(path: Path) -> Path:
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return path if not path.exists() else next(each for each in numbered if not each.exists())


def _settle(database: Path) -> None:
    """Bring what is only in its write-ahead log into the file, so that the file alone is the whole; a damaged one is kept as it is."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
