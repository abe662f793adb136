"""How results and progress are shown."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

Progress = Callable[[int, int], None]


def say_json(document: Any) -> None:
    """One JSON document to standard output, and nothing else."""
    import msgspec  # only when JSON is asked for

    click.echo(msgspec.json.format(msgspec.json.encode(document), indent=2).decode())


def note(message: str) -> None:
    """A line about how things go, to standard error."""
    click.echo(message, err=True)


def console(*, error: bool = False) -> Console:
    """Colours and tables: none of the colours in a pipe."""
    from rich.console import Console  # rich is slow to import

    return Console(stderr=error, highlight=False, soft_wrap=not (sys.stderr if error else sys.stdout).isatty())


def _silent(done: int, total: int) -> None:
    """Progress that nobody watches."""
    del done, total


@contextmanager
def progress(label: str) -> Iterator[Progress]:
    """A progress bar on standard error, if that is a terminal. The callback takes done and total."""
    if not sys.stderr.isatty():
        yield _silent
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=console(error=True), transient=True) as bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
