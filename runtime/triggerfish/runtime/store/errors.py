"""What can go wrong with a database, told apart by what helps."""
# ruff: noqa: N818 - their base is StoreError

from __future__ import annotations

from typing import Literal

Trouble = Literal["locked", "gone", "full", "crowded", "read-only", "refused", "missing", "damaged"]

_CURES: dict[Trouble, str] = {
    "locked": "another program is writing to the database; it is tried again",
    "gone": "the database cannot be reached; check that it is running, or that its file is where it was",
    "full": "the disk is full; make room, nothing was lost",
    "crowded": "the database server has no room for one more connection; it is tried again",
    "read-only": "the database may not be written to; check the rights on its file and folder",
    "refused": "the database server does not let us in; check the url below [database] in triggerfish.toml",
    "missing": "there is no such database on the server; check the url below [database] in triggerfish.toml, or make it with createdb",
    "damaged": "the database is damaged; restore a backup with `triggerfish db restore`",
}


class StoreError(Exception):
    """Base of all errors of the store that are no bugs."""


class StoreUnavailable(StoreError):
    """The database refused for a reason of its own; the transaction was rolled back.

    ``passing`` tells whether trying again later may help without anybody doing anything to the data.
    """

    def __init__(self, trouble: Trouble, detail: str) -> None:
        super().__init__(f"{_CURES[trouble]} ({' '.join(detail.split())})")
        self.trouble = trouble
        self.passing = trouble not in ("damaged", "refused", "missing")


class WrongFile(StoreError):
    """The file named for a copy cannot be one: nothing was changed."""


class Conflict(StoreError):
    """Somebody else changed the same people or consumed the same events meanwhile; nothing was written."""


class SchemaOutdated(StoreError):
    """The database was made by an older version and must be upgraded first; ``folder`` is the project's, for the cure."""

    def __init__(self, problem: str, folder: str = "") -> None:
        where = f" {folder}" if folder else ""
        super().__init__(f"{problem}: run `triggerfish db upgrade{where}`")
        self.problem = problem


class SchemaTooNew(StoreError):
    """The database was made by a newer version than this one."""
