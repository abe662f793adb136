"""``triggerfish db``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.failures import WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import progress, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.store.database import Database
    from triggerfish.runtime.store.migrate import Status


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

    _tell(_with_database(path, migrate.upgrade), path, format_)


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

    status = _with_database(path, migrate.status)
    _tell(status, path, format_)
    if not status.up_to_date:
        raise click.exceptions.Exit(WRONG_SETUP)


def _with_database(path: Path, work: Callable[[Database], Status]) -> Status:
    """Open the project's database, whatever its revision, for one piece of work."""
    from triggerfish.runtime.store.database import Database  # slow to import

    settings = Workspace(path).settings
    settings.data.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    try:
        return work(database)
    finally:
        database.close()


def _tell(status: Status, path: Path, format_: str) -> None:
    if format_ == "json":
        say_json({"found": status.found, "newest": status.newest, "up_to_date": status.up_to_date})
    elif status.up_to_date:
        click.echo(f"the database is at revision {status.found}, the newest")
    else:
        found = "empty" if status.found is None else f"at revision {status.found}"
        click.echo(f"the database is {found}, the newest is {status.newest}: run triggerfish db upgrade {path}")


@command.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@path_argument
def backup(file: Path, path: Path) -> None:
    """Copy the database to FILE while it is in use.

    \b
    Example:
      triggerfish db backup monday.db shop
    """
    from triggerfish.runtime.store import backup as copies  # slow to import

    with progress("copying") as done:
        copies.backup(Workspace(path).settings.database, file, done)
    click.echo(f"the database was copied to {file}")


@command.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@path_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, path: Path, yes: bool) -> None:
    """Put the copy FILE in the database's place. Stop `triggerfish run` first.

    What was there is kept: beside it with the ending .before, on PostgreSQL in the schema before_restore; of several
    restores each in one of its own, .before-2, before_restore_2 and so on.

    \b
    Example:
      triggerfish db restore monday.db shop
    """
    from triggerfish.runtime.store import backup as copies  # slow to import

    if not yes:
        click.confirm(f"put {file} in the place of the database of {path}?", abort=True)
    before = copies.restore(file, Workspace(path).settings.database)
    click.echo(f"{file} is in place; " + (f"what was there is kept in {before}" if before else "nothing was there before"))


@command.command("prune")
@path_argument
@format_option
def prune(path: Path, format_: str) -> None:
    """Clear away now what is older than [retention] in triggerfish.toml says; `run` does so by itself, bit by bit.

    Events that have not been handled and messages that wait are kept. Back-fills of new windows, and `explain`, reach
    no further back than what is left.

    \b
    Example:
      triggerfish db prune shop
    """
    from triggerfish.runtime.engine.clock import WallClock  # slow to import
    from triggerfish.runtime.engine.upkeep import Upkeep

    workspace = Workspace(path)
    kept = workspace.retention
    if kept.events is None and kept.journal is None:
        raise Fault('[retention] says nothing, so everything is kept: write for instance events = "400 days"', WRONG_SETUP)
    with workspace.store() as store:
        upkeep, now = Upkeep(store.retention, kept.before), WallClock().now()
        while upkeep.step(now):
            pass
    rows = {name: upkeep.deleted[name] for name in ("events", "journal", "outbox")}
    if format_ == "json":
        say_json({"deleted": rows})
    else:
        click.echo(f"cleared: {rows['events']} events, {rows['journal']} lines of the journal, {rows['outbox']} messages and actions")
