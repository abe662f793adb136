"""Processes that begin at once: they are forked from one that has imported everything, and so may be killed by the hundred."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from functools import cache
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest


@cache
def _context() -> ForkServerContext:
    """One server for the whole run, gone with this process."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "killing.warm"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))  # it does not look where this process looks
        forkserver.ensure_running()
    return context


def start(work: Callable[..., None], *given: Any, log: Path) -> BaseProcess:
    """A process that does this work; what it says is appended to ``log``. ``kill`` it, ``join`` it, ask for its ``exitcode``."""
    process = _context().Process(target=_begin, args=(log, work, given), daemon=True)
    process.start()
    return process


def _begin(log: Path, work: Callable[..., None], given: tuple[Any, ...]) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    work(*given)


def command(plugins: tuple[str, ...], *arguments: str) -> None:
    """The command line, with plugins from these folders."""
    sys.path[:0] = plugins
    from triggerfish.runtime.cli import main

    main(list(arguments), prog_name="triggerfish")


def killed(process: BaseProcess) -> bool:
    """Kill it, unless it has ended by itself; whether it was killed."""
    process.kill()
    process.join()
    return process.exitcode == -signal.SIGKILL
