"""``triggerfish up``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.service import host_option, port_option, service
from triggerfish.runtime.cli.telling import log_options, make_meters, register, telling
from triggerfish.runtime.cli.workspace import Workspace, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.observation.log import Format
    from triggerfish.runtime.observation.remark import Level


@click.command("up")
@path_argument
@host_option
@port_option
@log_options
def command(path: Path, host: str | None, port: int | None, log_format: Format, log_level: Level, log_people: bool) -> None:
    """Run everything in one process: the flows of a project (as `run` does) and the web service (as `serve` does).

    Ctrl-C or SIGTERM end it after the batch and the requests at hand. Needs the extra: pip install "triggerfish[web]".

    \b
    Example:
      triggerfish up shop
      triggerfish up shop --port 9000
    """
    from triggerfish.runtime.cli.runtime import Runtime  # slow to import
    from triggerfish.runtime.engine.signals import stopped_by_signals

    stop, meters = threading.Event(), make_meters("web")
    with (
        telling(log_format, log_level, log_people=log_people, meters=meters) as observer,
        stopped_by_signals(stop, observer.notice),
        Runtime(workspace := Workspace(path, observer.notice), stop, observer.notice, observer) as runtime,
        service(workspace, runtime.store, host, port, meters, runtime.wake),
    ):
        register(meters, runtime.store)
        runtime.live()
