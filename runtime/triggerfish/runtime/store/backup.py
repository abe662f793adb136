"""A copy of the database, taken while it is in use, and put back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from triggerfish.runtime.store.errors import StoreError

PAGES = 1_000
SQLITE = "sqlite:///"

Progress = Callable[[int, int], None]
"""Takes pages done and pages in all."""


def file_of(address: str) -> Path:
    """The file of a SQLite database URL. Raises StoreError for any other."""
    if not address.startswith(SQLITE):
        raise StoreError("only SQLite files are copied by triggerfish; use pg_dump and pg_restore for PostgreSQL")
    return Path(address.removeprefix(SQLITE))


def backup(address: str, target: Path, progress: Progress) -> None:
    """Copy the database into a new file, consistent although it may be in use. Raises StoreError."""
    source = file_of(address)
    if not source.is_file():
        raise StoreError(f"there is no database at {source} yet")
    partial = target.with_name(f"{target.name}.part")
    try:
        with sqlite3.connect(source) as original, sqlite3.connect(partial) as copy:
            original.backup(copy, pages=PAGES, progress=lambda _, left, total: progress(total - left, total))
            copy.execute("PRAGMA journal_mode = DELETE")
        original.close()
        copy.close()
        partial.replace(target)
    except sqlite3.Error as error:
        partial.unlink(missing_ok=True)
        raise StoreError(f"the copy failed: {error}") from error


def restore(source: Path, address: str) -> None:
    """Put a copy in the database's place; what was there is kept beside it, named ``.before``. Raises StoreError."""
    target = file_of(address)
    try:
        check = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)
        (verdict,) = check.execute("PRAGMA quick_check").fetchone()
        check.execute("SELECT 1 FROM profiles LIMIT 1").fetchall()
        check.close()
    except sqlite3.Error as error:
        raise StoreError(f"{source} is no copy of a triggerfish database: {error}") from error
    if verdict != "ok":
        raise StoreError(f"{source} is damaged: {verdict}")
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        target.replace(target.with_name(f"{target.name}.before"))
    for beside in ("-wal", "-shm"):
        target.with_name(target.name + beside).unlink(missing_ok=True)
    partial = target.with_name(f"{target.name}.part")
    partial.write_bytes(source.read_bytes())
    partial.replace(target)
