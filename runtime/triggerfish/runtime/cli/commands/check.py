"""``triggerfish check``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT
from triggerfish.runtime.cli.output import note
from triggerfish.runtime.cli.workspace import Workspace, path_argument

if TYPE_CHECKING:
    from triggerfish.dsl.diagnostics.model import Diagnostic

FORMATS = ("text", "json", "github", "sarif")


@click.command("check")
@path_argument
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="text for people; github and sarif for CI.")
def command(path: Path, format_: str) -> None:
    """Find every mistake in the .flow files of a project.

    Nothing is run and nothing is sent. Exit code 1 if there is an error; warnings alone leave it 0.

    \b
    Example:
      triggerfish check shop
      triggerfish check shop --format github
    """
    from triggerfish.dsl.diagnostics import render  # slow to import

    workspace = Workspace(path)
    loaded = workspace.loaded
    diagnostics = list(loaded.diagnostics)
    if loaded.program is not None:
        diagnostics += workspace.messages.problems
    errors = sum(1 for each in diagnostics if each.severity == "error")
    if format_ == "json":
        click.echo(render.render_json(diagnostics))
    elif format_ == "github":
        click.echo(render.render_github(diagnostics), nl=bool(diagnostics))
    elif format_ == "sarif":
        from triggerfish.dsl.diagnostics.sarif import render_sarif

        click.echo(render_sarif(diagnostics))
    else:
        _text(workspace, diagnostics, errors)
    if errors:
        raise click.exceptions.Exit(WRONG_CONTENT)


def _text(workspace: Workspace, diagnostics: list[Diagnostic], errors: int) -> None:
    from triggerfish.dsl.diagnostics.render import render_text

    loaded = workspace.loaded
    if diagnostics:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        click.echo(render_text(diagnostics, loaded.sources, color=colour))
    files = f"{len(loaded.sources)} file{'' if len(loaded.sources) == 1 else 's'}"
    warnings = len(diagnostics) - errors
    if errors:
        note(f"{files}: {errors} error{'' if errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}")
    elif loaded.program is not None:
        flows, tests = len(loaded.program.flows), len(loaded.tests)
        note(f"{files}, {flows} flow{'' if flows == 1 else 's'}, {tests} test{'' if tests == 1 else 's'}: no errors"
             + (f", {warnings} warning{'' if warnings == 1 else 's'}" if warnings else ""))
