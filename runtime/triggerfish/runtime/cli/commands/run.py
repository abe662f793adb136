"""``triggerfish run``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.output import note, progress, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.cli.runtime import Runtime


@click.command("run")
@path_argument
@click.option("--once", is_flag=True, help="Do what there is to do now, then return.")
@click.option("--until-idle", is_flag=True, help="Return when nothing is left to do and nothing is due.")
@click.option("--clock", type=click.Choice(["live", "events"]), default="live", show_default=True,
              help="events: replay history, taking the time from the events; implies --until-idle.")
@format_option
def command(path: Path, once: bool, until_idle: bool, clock: str, format_: str) -> None:
    """Run the flows of a project: take in events, let time pass, deliver.

    Runs until it is stopped (Ctrl-C or SIGTERM end it after the batch at hand); killed at any moment, it goes on where it
    was when started again. A changed program comes into force when it starts.

    \b
    Example:
      triggerfish run shop
      triggerfish run shop --clock events --format json
    """
    from triggerfish.runtime.cli.runtime import Runtime  # slow to import
    from triggerfish.runtime.engine.signals import stopped_by_signals

    if once and (until_idle or clock == "events"):
        raise click.UsageError("--once goes without --until-idle and --clock events")
    stop = threading.Event()
    with stopped_by_signals(stop, note), Runtime(Workspace(path), stop, note) as runtime:
        if runtime.versions.changed:
            note(f"program version {runtime.versions.version} is in force")
        if not (once or until_idle or clock == "events"):
            note("running; Ctrl-C stops after the batch at hand")
            runtime.live()
        elif once:
            runtime.once()
        else:
            with progress("handling events") as done:
                runtime.until_idle("events" if clock == "events" else "live", done)
        document = runtime.report()
    if format_ == "json":
        say_json(document)
    else:
        _text(document, runtime)


def _text(document: dict[str, Any], runtime: Runtime) -> None:
    from triggerfish.runtime.cli.commands.status import table

    events, people = document["events"], document["people"]
    click.echo(f"{events} event{'' if events == 1 else 's'} of {people} {'person' if people == 1 else 'people'}")
    flows = runtime.tally.by_flow()
    if flows:
        table(flows)
    if document["delivered"]:
        click.echo("deliveries: " + ", ".join(f"{count} {status}" for status, count in sorted(document["delivered"].items())))
