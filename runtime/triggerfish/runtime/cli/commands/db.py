"""``triggerfish db``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.failures import WRONG_SETUP
from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument


@click.group("db")
def command() -> None:
    """Look after the database.

    \b
    Example:
      triggerfish db check shop
      triggerfish db upgrade shop
    """


@command.command("upgrade")
@path_argument
@format_option
def upgrade(path: Path, format_: str) -> None:
    """Bring the tables up to this version of triggerfish. Safe to repeat.

    \b
    Example:
      triggerfish db upgrade shop
    """
    from triggerfish.runtime.store import migrate  # slow to import
    from triggerfish.runtime.store.database import Database

    settings = Workspace(path).settings
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        status = migrate.upgrade(database)
    finally:
        database.close()
    if format_ == "json":
        say_json({"found": status.found, "newest": status.newest, "up_to_date": status.up_to_date})
    else:
        click.echo(f"the database is at revision {status.found}, the newest")


@command.command("check")
@path_argument
@format_option
def check(path: Path, format_: str) -> None:
    """Say whether the tables fit this version of triggerfish. Exit code 2 if not.

    \b
    Example:
      triggerfish db check shop
    """
    from triggerfish.runtime.store import migrate  # slow to import
    from triggerfish.runtime.store.database import Database

    settings = Workspace(path).settings
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        status = migrate.status(database)
    finally:
        database.close()
    if format_ == "json":
        say_json({"found": status.found, "newest": status.newest, "up_to_date": status.up_to_date})
    elif status.up_to_date:
        click.echo(f"the database is at revision {status.found}, the newest")
    else:
        found = "empty" if status.found is None else f"at revision {status.found}"
        click.echo(f"the database is {found}, the newest is {status.newest}: run triggerfish db upgrade {path}")
    if not status.up_to_date:
        raise click.exceptions.Exit(WRONG_SETUP)
