"""The web service put together for a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.failures import Fault
from triggerfish.runtime.cli.in_force import Following
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.store.store import Store

if TYPE_CHECKING:
    from triggerfish.runtime.observation.meters import Meters

host_option = click.option("--host", help="The address to listen on (default: that of the settings, 127.0.0.1).")
port_option = click.option(
    "--port", type=click.IntRange(0, 65535), help="The port (default: that of the settings, 8080); 0 takes a free one."
)


@contextmanager
def service(
    workspace: Workspace, store: Store, host: str | None, port: int | None, meters: Meters | None = None,
    stored: Callable[[], None] = lambda: None,
) -> Iterator[str]:
    """Answer requests within this; gives the address. What is missing ends the command with code 2.

    With ``meters`` the figures of this process are told as well; ``stored`` is called when something came in.
    The program is the one in force, and the folder's until there is one.
    """
    try:
        from triggerfish.runtime.web.desk import Desk
        from triggerfish.runtime.web.server import CannotListen, serving
    except ImportError as error:
        missing = f"the web service needs a package that is not installed ({error.name})"
        raise Fault(f'{missing}: pip install "triggerfish[web]"') from error
    from triggerfish.runtime.engine.clock import WallClock  # slow to import
    from triggerfish.runtime.observation.remark import Remark

    web, say = workspace.web, workspace.say
    registry = None if meters is None else meters.registry
    following = Following(workspace, store)
    desk = Desk(
        store, following.program, web, workspace.tokens(), WallClock(), say, registry=registry, newer=following.newer, stored=stored
    )
    for name in sorted(web.hooks.keys() - desk.webhooks):
        say(Remark("webhook_unknown", "warning: [web.hooks] {name} is the name of no event of yours; nothing can come in by it", name=name))
    for name in sorted(desk.webhooks - web.hooks.keys()):
        say(Remark("webhook_closed", "warning: the webhook {name} has no secret in [web.hooks]; it refuses everything", name=name))
    try:
        with serving(desk, host or web.host, web.port if port is None else port) as address:
            reached = f", reached at {web.public_url}" if web.public_url else "; without public_url in [web] no link leads here"
            say(Remark("answering", "answering on {address}{reached}", level="info", address=address, reached=reached))
            yield address
    except CannotListen as error:
        raise Fault(str(error)) from error
