"""``triggerfish serve``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.service import host_option, port_option, service
from triggerfish.runtime.cli.telling import log_options, telling
from triggerfish.runtime.cli.workspace import Workspace, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.observation.log import Format
    from triggerfish.runtime.observation.remark import Level


@click.command("serve")
@path_argument
@host_option
@port_option
@log_options
def command(path: Path, host: str | None, port: int | None, log_format: Format, log_level: Level, log_people: bool) -> None:
    """Answer the links in messages, take in webhooks, and tell how things stand (/health, /ready, /metrics).

    What comes in is stored for `triggerfish run`, which may run elsewhere. Runs until it is stopped. Needs the extra:
    pip install "triggerfish[web]".

    \b
    Example:
      triggerfish serve shop
      triggerfish serve shop --host 0.0.0.0 --port 80
    """
    from triggerfish.runtime.engine.signals import stopped_by_signals  # slow to import
    from triggerfish.runtime.observation.remark import Remark

    stop = threading.Event()
    with telling(log_format, log_level, log_people=log_people) as observer:
        workspace = Workspace(path, observer.notice)

        def stopping(_: str) -> None:
            observer.notice(Remark("stopping", "stopping after the requests at hand", level="info"))

        with stopped_by_signals(stop, stopping), workspace.store() as store, service(workspace, store, host, port):
            observer.life.ready()
            while not stop.wait(1):
                observer.life.alive()
