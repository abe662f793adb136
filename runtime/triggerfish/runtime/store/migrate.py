"""Bringing a database to the newest revision, from within the program."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from triggerfish.runtime.store.database import Database
from triggerfish.runtime.store.revision import current

_FOLDER = Path(__file__).with_name("migrations")


@dataclass(frozen=True, slots=True)
class Status:
    """``found`` is None for an empty database."""

    found: str | None
    newest: str

    @property
    def up_to_date(self) -> bool:
        """Whether there is nothing to upgrade."""
        return self.found == self.newest


def upgrade(database: Database, revision: str = "head") -> Status:
    """Run what is missing up to that revision, all of it in one transaction; nothing if the database is up to date."""
    config = _config()
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return status(database)


def status(database: Database) -> Status:
    """What `triggerfish db check` tells."""
    return Status(current(database), newest_revision())


def newest_revision() -> str:
    """The revision this version of the program works with."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError(f"no migrations in {_FOLDER}")
    return head


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
