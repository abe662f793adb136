"""``triggerfish run``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.output import progress, say_json
from triggerfish.runtime.cli.telling import exposed, log_options, make_meters, telling
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.cli.runtime import Runtime
    from triggerfish.runtime.observation.log import Format
    from triggerfish.runtime.observation.remark import Level


@click.command("run")
@path_argument
@click.option("--once", is_flag=True, help="Do what there is to do now, then return.")
@click.option("--until-idle", is_flag=True, help="Return when nothing is left to do and nothing is due.")
@click.option("--clock", type=click.Choice(["live", "events"]), default="live", show_default=True,
              help="events: replay history, taking the time from the events; implies --until-idle.")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Answer with figures for Prometheus on this port; 0 takes a free one.")
@click.option("--metrics-host", default="127.0.0.1", show_default=True, help="The address for that.")
@log_options
@format_option
def command(
    path: Path, once: bool, until_idle: bool, clock: str, metrics_port: int | None, metrics_host: str, log_format: Format,
    log_level: Level, log_people: bool, format_: str,
) -> None:
    """Run the flows of a project: take in events, let time pass, deliver.

    Runs until it is stopped (Ctrl-C or SIGTERM end it after the batch at hand); killed at any moment, it goes on where it
    was when started again. A changed program comes into force when it starts, until somebody uses triggerfish deploy: from then
    on what was deployed runs, and a new version is taken up without a restart.

    \b
    Example:
      triggerfish run shop
      triggerfish run shop --clock events --format json
    """
    from triggerfish.runtime.cli.runtime import Runtime  # slow to import
    from triggerfish.runtime.engine.signals import stopped_by_signals

    if once and (until_idle or clock == "events"):
        raise click.UsageError("--once goes without --until-idle and --clock events")
    stop, long = threading.Event(), not (once or until_idle or clock == "events")
    meters = None if metrics_port is None else make_meters()
    with (
        telling(log_format, log_level, log_people=log_people, long=long, meters=meters) as observer,
        stopped_by_signals(stop, observer.notice),
        Runtime(Workspace(path, observer.notice), stop, observer.notice, observer) as runtime,
        exposed(meters, runtime.store, metrics_host, metrics_port, observer),
    ):
        if long:
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
