"""``triggerfish track``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.assignments import assignments
from triggerfish.runtime.cli.taking import take
from triggerfish.runtime.cli.workspace import format_option, project_option
from triggerfish.runtime.intake.item import Item


@click.command("track")
@click.argument("words", nargs=-1, required=True, metavar="[PERSON] EVENT [NAME=VALUE]...")
@click.option("--at", "time", help="When it happened: 2026-03-02T10:00 (default: now).")
@click.option("--id", "message_id", help="A message id; the same id twice is one event.")
@project_option
@format_option
def command(
    words: tuple[str, ...], time: str | None, message_id: str | None, path: Path, format_: str
) -> None:
    """Say that EVENT happened to PERSON (an id or an e-mail address).

    A running `triggerfish run` sees it at once; without one it waits in the store. An event `for everyone` concerns no
    single person, so PERSON is left out.

    \b
    Example:
      triggerfish track ana added_to_cart cart_value=60
      triggerfish track ana order_completed total=25 --at 2026-03-02T10:00
      triggerfish track price_dropped product_id=p1 price=5
    """
    named = len(words) > 1 and "=" not in words[1]
    person, event, fields = (words[0], words[1], words[2:]) if named else (None, words[0], words[1:])
    item = Item("event", event, person, time, message_id, assignments(fields, nested=True), "the command line", event)
    take(path, item, format_, f"{event} of {person} is stored" if named else f"{event} is stored")
