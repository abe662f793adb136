"""``triggerfish identify``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.assignments import assignments
from triggerfish.runtime.cli.taking import take
from triggerfish.runtime.cli.workspace import format_option, project_option
from triggerfish.runtime.intake.item import Item


@click.command("identify")
@click.argument("person")
@click.argument("fields", nargs=-1, metavar="[NAME=VALUE]...")
@click.option("--at", "time", help="When it became known: 2026-03-02T10:00 (default: now).")
@project_option
@format_option
def command(person: str, fields: tuple[str, ...], time: str | None, path: Path, format_: str) -> None:
    """Say what is known of PERSON: profile fields, `null` clears one.

    \b
    Example:
      triggerfish identify ana first_name=Ana email=ana@example.com plan=pro
    """
    item = Item("identify", "", person, time, None, assignments(fields, nested=True), "the command line", person)
    take(path, item, format_, f"{person} is stored")
