"""One thing taken in from the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT
from triggerfish.runtime.cli.output import note, say_json
from triggerfish.runtime.cli.people import find_person
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.intake.item import Item


def take(path: Path, item: Item, format_: str, done: str) -> None:
    """Check and store an item, and say what became of it. What is refused ends the command with code 1."""
    from triggerfish.runtime.engine.clock import WallClock  # slow to import
    from triggerfish.runtime.intake.intake import Intake
    from triggerfish.runtime.intake.schema import Schema

    workspace = Workspace(path)
    schema = Schema(workspace.program)
    with workspace.store() as store:
        person = None if item.person is None else find_person(store, str(item.person)) or item.person
        intake = Intake(store, schema, WallClock())
        intake.take([replace(item, person=person)])
    report = intake.report
    if format_ == "json":
        say_json(report.as_json())
    elif report.refused:
        for example in report.refusals:
            note(f"refused: {example.message}")
    else:
        for sentence in report.sentences()[1:]:
            note(f"warning: {sentence}")
        click.echo(done if report.stored else "this message id is known already; nothing was stored")
    if report.refused:
        raise click.exceptions.Exit(WRONG_CONTENT)
