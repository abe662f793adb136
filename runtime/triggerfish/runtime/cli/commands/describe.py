"""``triggerfish describe``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.completing import declared
from triggerfish.runtime.cli.flows import flow_called
from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option

if TYPE_CHECKING:
    from triggerfish.dsl.describe.sentence import Sentence

_WIDTH = 100


@click.command("describe")
@click.argument("flow_and_path", nargs=-1, metavar="[FLOW] [PATH]", shell_complete=declared("flow", folders=True))
@format_option
def command(flow_and_path: tuple[str, ...], format_: str) -> None:
    """Say in plain English what a flow does.

    Without FLOW: all flows, segments, scores, models, values and the policy. A single word that is
    a folder is taken for the project, any other for the flow.

    \b
    Example:
      triggerfish describe cart_recovery shop
      triggerfish describe shop
      triggerfish describe cart_recovery shop --format json
    """
    from triggerfish.dsl.describe.flows import describe_flow
    from triggerfish.dsl.describe.program import describe_program

    flow, path = _flow_and_folder(flow_and_path)
    program = Workspace(path).program
    sentences = describe_program(program) if flow is None else describe_flow(program, flow_called(program, flow))
    if format_ == "json":
        fields = ("subject", "text", "file", "line", "depth")
        say_json({"sentences": [{field: getattr(each, field) for field in fields} for each in sentences]})
    else:
        _text(sentences)


def _flow_and_folder(given: tuple[str, ...]) -> tuple[str | None, Path]:
    """Which of the two words is the flow and which the project folder."""
    if len(given) > 2:
        raise click.UsageError("give perhaps a flow, and perhaps a project folder")
    if len(given) == 2:
        if not Path(given[1]).is_dir():
            raise click.UsageError(f"there is no folder {given[1]}")
        return given[0], Path(given[1])
    if given and Path(given[0]).is_dir():
        return None, Path(given[0])
    return (given[0] if given else None), Path()


def _text(sentences: Sequence[Sentence]) -> None:
    for place, (subject, said) in enumerate(groupby(sentences, key=lambda each: each.subject)):
        if place:
            click.echo()
        click.secho(subject, bold=True)
        for each in said:
            indent = "  " * (each.depth + 1)
            bullet = "- " if each.depth else ""
            click.echo(textwrap.fill(
                each.text, _WIDTH, initial_indent=indent + bullet, subsequent_indent=indent + " " * len(bullet),
                break_long_words=False, break_on_hyphens=False,
            ))
