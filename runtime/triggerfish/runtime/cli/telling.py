"""What the long-running commands tell: their log, their figures, and signs of life for a service manager."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

import click

from triggerfish.runtime.cli.failures import RUNTIME_FAILED, Fault
from triggerfish.runtime.cli.output import note
from triggerfish.runtime.store.errors import StoreError

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from triggerfish.runtime.observation.log import Format
    from triggerfish.runtime.observation.meters import Meters
    from triggerfish.runtime.observation.observer import Observer
    from triggerfish.runtime.observation.remark import Level
    from triggerfish.runtime.store.store import Store

Command = TypeVar("Command", bound=Callable[..., Any])

_LOG_OPTIONS = (
    click.option("--log-format", type=click.Choice(["text", "json"]), default="text", show_default=True,
                 help="Sentences, or one JSON object a line."),
    click.option("--log-level", type=click.Choice(["debug", "info", "warning", "error"]), default="info", show_default=True,
                 help="What is told; debug: every batch and every message handed over."),
    click.option("--log-people", is_flag=True, help="Show people and what is said about them instead of hiding it."),
)  # fmt: skip


def log_options(command: Command) -> Command:
    """The options that every long-running command has."""
    for option in reversed(_LOG_OPTIONS):
        command = option(command)
    return command


@contextmanager
def telling(
    log_format: Format, log_level: Level, *, log_people: bool, long: bool = True, meters: Meters | None = None
) -> Iterator[Observer]:
    """An observer that writes to standard error; ``long`` says whether the command runs until it is stopped.

    Where nobody watches such a command, each line has its time.
    """
    from triggerfish.runtime.engine.clock import WallClock  # slow to import, as are the next
    from triggerfish.runtime.observation.lifesign import Lifesign
    from triggerfish.runtime.observation.log import Log
    from triggerfish.runtime.observation.observer import Observer
    from triggerfish.runtime.observation.remark import Remark

    stamped = long and not sys.stderr.isatty()
    log, life = Log(note, form=log_format, level=log_level, people=log_people, stamped=stamped), Lifesign()
    observer = Observer(log, WallClock().now, meters, life)
    with log.others():
        try:
            yield observer
        except StoreError as error:
            observer.notice(Remark("ended", "cannot go on: {problem}", level="error", problem=str(error)))
            if os.environ.get("TRIGGERFISH_DEBUG"):
                raise
            raise click.exceptions.Exit(RUNTIME_FAILED) from error  # it has been said, in the form of the log
        finally:
            life.stopping()


def make_meters(extra: str = "metrics") -> Meters:
    """Figures of this process. What is missing ends the command with code 2."""
    try:
        from triggerfish.runtime.observation.meters import Meters
    except ImportError as error:
        missing = f"figures need a package that is not installed ({error.name})"
        raise Fault(f'{missing}: pip install "triggerfish[{extra}]"') from error
    return Meters()


def register(meters: Meters, store: Store) -> None:
    """Add what the database knows to the figures of a process."""
    from triggerfish.runtime.engine.clock import WallClock
    from triggerfish.runtime.observation.figures import Figures

    meters.registry.register(Figures(store, WallClock().now))


def exposed(meters: Meters | None, store: Store, host: str, port: int | None, observer: Observer) -> AbstractContextManager[Any]:
    """Figures on a port of their own within this, if there is to be one."""
    return nullcontext() if meters is None or port is None else _exposed(meters, store, host, port, observer)


@contextmanager
def _exposed(meters: Meters, store: Store, host: str, port: int, observer: Observer) -> Iterator[None]:
    from triggerfish.runtime.observation.exposition import CannotExpose
    from triggerfish.runtime.observation.exposition import exposed as answering
    from triggerfish.runtime.observation.remark import Remark

    register(meters, store)
    try:
        with answering(meters.registry, host, port) as address:
            observer.notice(Remark("metrics_answering", "figures on {address}", level="info", address=address))
            yield
    except CannotExpose as error:
        raise Fault(str(error)) from error
