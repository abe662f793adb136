"""``triggerfish track``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.assignments import assignments
from triggerfish.runtime.cli.taking import take
from triggerfish.runtime.cli.workspace import format_option, project_option
from triggerfish.runtime.intake.item import Item


@click.command("track")
@click.argument("person")
@click.argument("event")
@click.argument("fields", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--at", "time", help="When it happened: 2026-03-02T10:00 (default: now).")
@click.option("--id", "message_id", help="A message id; the same id twice is one event.")
@project_option
@format_option
def command(
    person: str, event: str, fields: tuple[str, ...], time: str | None, message_id: str | None, path: Path, format_: str
) -> None:
    """Say that EVENT happened to PERSON (an id or an e-mail address).

    A running `triggerfish run` sees it at once; without one it waits in the store.

    \b
    Example:
      triggerfish track ana added_to_cart cart_value=60
      triggerfish track ana order_completed total=25 --at 2026-03-02T10:00
    """
    item = Item("event", event, person, time, message_id, assignments(fields, nested=True), "the command line", event)
    take(path, item, format_, f"{event} of {person} is stored")
