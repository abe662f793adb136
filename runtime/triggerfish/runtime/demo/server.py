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


class NoServerError(Exception):
    """The mail server did not start; the text holds what it said."""


@contextmanager
def mail_server(mbox: Path) -> Iterator[int]:
    """A server that appends every mail to ``mbox``, stopped at the end; gives its port. Raises NoServerError."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    pipe = subprocess.PIPE
    # In a session of its own: a terminal's Ctrl-C is for the demo alone, which still has to hand over the mail it is at.
    with subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", _MODULE, str(mbox)], stdin=pipe, stdout=pipe, stderr=pipe, env=environment, start_new_session=True
    ) as process:
        try:
            port = _first_line(process)
            yield port
            if process.stdin is not None:
                process.stdin.close()
            process.wait(_PATIENCE)
        finally:
            if process.poll() is None:
                process.kill()


def _first_line(process: subprocess.Popen[bytes]) -> int:
    line = b"" if process.stdout is None else process.stdout.readline().strip()
    if line.isdigit():
        return int(line)
    said = b"" if process.stderr is None else process.stderr.read().strip()
    raise NoServerError(f"the demo's mail server did not start: {said.decode(errors='replace')}")
