"""The demo's mail server as a process of its own, so that it takes mail while the demo goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MODULE = "triggerfish.runtime.demo.mailserver"
_PATIENCE = 10.0
"""Seconds the server may take to end."""


class NoServer(Exception):
    """The mail server did not start; the text holds what it said."""


@contextmanager
def mail_server(mbox: Path) -> Iterator[int]:
    """A server that appends every mail to ``mbox``, stopped at the end; gives its port. Raises NoServer."""
    # A terminal's Ctrl-C is for the demo alone: it still has to hand over the mail it is at.
    apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP} if sys.platform == "win32" else {"start_new_session": True}
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    process = subprocess.Popen(
        [sys.executable, "-m", _MODULE, str(mbox)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, **apart,  # type: ignore[call-overload]
    )
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        port = process.stdout.readline().strip()
        if not port.isdigit():
            raise NoServer(f"the demo's mail server did not start: {process.stderr.read().decode(errors='replace').strip()}")
        yield int(port)
        process.stdin.close()
        process.wait(_PATIENCE)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()
