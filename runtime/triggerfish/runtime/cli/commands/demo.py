"""``triggerfish demo``."""

from __future__ import annotations

import shutil
import sys
import tempfile
import textwrap
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.failures import RUNTIME_FAILED, WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import note, progress, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option

if TYPE_CHECKING:
    from triggerfish.runtime.demo.tour import Result

_INTERRUPTED = 130


@click.command("demo")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR",
              help="Work in this new folder and leave everything there: flows, database, mails.")
@format_option
def command(keep: Path | None, format_: str) -> None:
    """See 69,659 real purchases of 1997 and 1998 go through four flows, and the mail come out.

    The purchases are replayed through the real store, with the time taken from them; the mails go by SMTP to a small
    mail server that runs on this computer for as long as the demo does. Nothing leaves the computer. Without --keep
    everything is removed at the end.

    \b
    Example:
      triggerfish demo
      triggerfish demo --keep shop
    """
    from triggerfish.runtime.demo.project import NoProjectError  # slow to import
    from triggerfish.runtime.demo.server import NoServerError
    from triggerfish.runtime.demo.tour import Tour
    from triggerfish.runtime.engine.signals import stopped_by_signals

    began = time.perf_counter()
    stop = threading.Event()
    with ExitStack() as stack:
        folder = keep
        if folder is None:
            made = stack.enter_context(tempfile.TemporaryDirectory(prefix="triggerfish-", ignore_cleanup_errors=True))
            folder = Path(made) / "shop"
        if format_ == "text":
            click.echo("Four flows for a shop that sold CDs, run on 69,659 purchases of 23,570 customers (1997-1998).")
        try:
            with stopped_by_signals(stop, note):
                result = Tour(folder, stop, note, progress, note).run()
        except (NoProjectError, NoServerError) as error:
            raise Fault(str(error), WRONG_SETUP) from error
        if stop.is_set():
            raise Fault("stopped before the end", _INTERRUPTED)
        seconds = time.perf_counter() - began
        if format_ == "json":
            say_json(as_json(result, seconds, kept=keep is not None))
        else:
            _text(result, seconds, keep)
    if result.failed:
        raise Fault(f"{result.failed} mails were not delivered", RUNTIME_FAILED)


def as_json(result: Result, seconds: float, *, kept: bool) -> dict[str, Any]:
    """What ``run --format json`` says, and what the demo adds to it; paths only where the files stay."""
    return {
        **result.report,
        "quiet_spells": result.quiet_spells,
        "seconds": {**{name: round(taken, 2) for name, taken in result.seconds.items()}, "all": round(seconds, 2)},
        "mails": [
            {"message": mail.message, "to": mail.to, "subject": mail.subject, "text": mail.text, "path": str(mail.path) if kept else None}
            for mail in result.mails
        ],
        "folder": str(result.folder) if kept else None,
    }


def _text(result: Result, seconds: float, keep: Path | None) -> None:
    from triggerfish.runtime.cli.commands.status import table
    from triggerfish.runtime.demo.tour import CUSTOMER, QUIET_DAYS

    click.echo()
    table(result.flows)
    sent = result.report["sent"].get("email:win_back", 0)
    verdict = "the same number" if sent == result.quiet_spells else "NOT the same number"
    click.echo(
        f"\nChecked by counting: in the table of purchases somebody stays away for {QUIET_DAYS} days "
        f"{result.quiet_spells:,} times; win-back mails sent: {sent:,}, {verdict}."
    )
    _heading("Three of the mails")
    for mail in result.mails:
        click.secho(f"\nTo: {mail.to}\nSubject: {mail.subject}", bold=True)
        click.echo("\n".join(_indented(line) for line in mail.text.splitlines()))
        if keep is not None:
            click.echo(f"    [{mail.path}]")
    _heading(f"Why customer {CUSTOMER} got what they got")
    click.echo()
    _explain(CUSTOMER, result.folder)
    click.echo(f"\nAll of it took {seconds:.0f} seconds.")
    _next(keep, CUSTOMER)


def _indented(line: str) -> str:
    return textwrap.fill(line, 100, initial_indent="    ", subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)


def _heading(text: str) -> None:
    click.secho(f"\n{text}", bold=True, fg="cyan")


def _explain(customer: str, folder: Path) -> None:
    from triggerfish.runtime.cli.commands.explain import command as explain

    with click.Context(explain) as context:
        context.invoke(explain, person=customer, flow_and_path=(str(folder),), time=None, format_="text")


def _next(keep: Path | None, customer: str) -> None:
    name = _program()
    _heading("What to try next")
    if keep is None:
        rows = [(f"{name} demo --keep shop", "the same, and everything stays to be looked at")]
    else:
        rows = [
            (f"{name} test {keep}", "the tests that the flows bring with them"),
            (f"{name} explain {customer} win_back {keep}", "why one customer got which win-back mail"),
            (f"{name} people list {keep} --segment big_spenders", "who spent 500 dollars within a year"),
            (f"{name} status {keep}", "how things stand"),
        ]
    rows.append((f"{name} new my-shop", "a project of your own"))
    width = max(len(line) for line, _ in rows)
    for line, what in rows:
        click.echo(f"  {line.ljust(width)}   {what}")
    if keep is not None:
        click.echo(f"\nAll mails are in {Workspace(keep).settings.data / 'mails.mbox'}, which most mail programs open.")


def _program() -> str:
    """How the command is called here: by its name where a shell finds it, else by its path."""
    called = Path(sys.argv[0])
    found = shutil.which("triggerfish")
    if called.name != "triggerfish" or (found is not None and Path(found).resolve() == called.resolve()):
        return "triggerfish"
    try:
        return str(called.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(called)
