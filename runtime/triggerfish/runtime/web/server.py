"""The server: a socket that is bound at once, and a thread that answers on it until told to stop."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from triggerfish.runtime.web.app import application
from triggerfish.runtime.web.desk import Desk

GRACE_SECONDS = 10
"""How long requests at hand may take once the service is to stop."""


class CannotListen(Exception):  # noqa: N818 - said of what happened
    """The address cannot be used; the message says why."""


@contextmanager
def serving(desk: Desk, host: str, port: int) -> Iterator[str]:
    """Answer requests within this; gives the address it answers at (port 0: a free one). Raises CannotListen."""
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise CannotListen(f"{host}:{port} cannot be used: {error.strerror or error}") from error
    config = uvicorn.Config(
        application(desk), log_config=None, access_log=False, server_header=False, timeout_graceful_shutdown=GRACE_SECONDS
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, name="web service")
    thread.start()
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{bound.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        bound.close()
