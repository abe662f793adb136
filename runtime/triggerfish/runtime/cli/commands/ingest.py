"""``triggerfish ingest``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT, WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import progress, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option


@click.command("ingest")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--map", "mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A TOML or JSON file that says which CSV column is what.")
@format_option
def command(files: tuple[Path, ...], mapping: Path | None, format_: str) -> None:
    """Take in events and profiles from FILES: JSON lines in Segment's shape, or CSV; gzip too.

    Safe to repeat: what is stored already is not stored twice. Lines that cannot be taken are set aside with
    their reason and the rest goes on; the exit code is then 1. A folder among FILES is the project (default: the
    current one).

    \b
    Example:
      triggerfish ingest events.jsonl.gz shop
      triggerfish ingest orders.csv --map orders.toml shop
    """
    from triggerfish.runtime.engine.clock import WallClock  # slow to import
    from triggerfish.runtime.intake.files import FileError, ingest
    from triggerfish.runtime.intake.schema import Schema

    folders = [path for path in files if path.is_dir()]
    if len(folders) > 1:
        raise click.UsageError(f"more than one project folder: {', '.join(map(str, folders))}")
    found = [path for path in files if not path.is_dir()]
    if not found:
        raise click.UsageError("name at least one file; the folder is the project")
    workspace = Workspace(folders[0] if folders else Path())
    schema = Schema(workspace.program)
    documents = []
    refused = 0
    with workspace.store() as store:
        for path in found:
            try:
                with progress(f"reading {path.name}") as done:
                    report = ingest(path, store, schema, WallClock(), mapping=mapping, progress=done)
            except FileError as error:
                raise Fault(str(error), WRONG_SETUP) from error
            refused += report.refused + len(report.problems)
            documents.append({"file": str(path), **report.as_json()})
            if format_ == "text":
                click.echo(f"{path}: " + "\n  ".join(report.sentences()))
    if format_ == "json":
        say_json({"files": documents})
    if refused:
        raise click.exceptions.Exit(WRONG_CONTENT)
