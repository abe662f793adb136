"""``triggerfish check``."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT
from triggerfish.runtime.cli.output import note, say_json
from triggerfish.runtime.cli.workspace import Workspace, path_argument

if TYPE_CHECKING:
    from triggerfish.dsl.diagnostics.model import Diagnostic
    from triggerfish.dsl.lint.load import Load

UNSET = "TF805"
FORMATS = ("text", "json", "github", "sarif")


@click.command("check")
@path_argument
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="text for people; github and sarif for CI.")
def command(path: Path, format_: str) -> None:
    """Find every mistake in the .flow files of a project, and what is allowed but hardly meant.

    Nothing is run and nothing is sent. Exit code 1 if there is an error; warnings alone leave it 0. A warning that is meant to be
    there is allowed by a comment on its line or directly above it, with the reason: # allow TF616: because …

    \b
    Example:
      triggerfish check shop
      triggerfish check shop --format github
    """
    from triggerfish.dsl.diagnostics import render  # slow to import
    from triggerfish.dsl.lint.run import reviewed

    workspace = Workspace(path)
    loaded = workspace.loaded
    problems = workspace.messages.problems if loaded.program is not None else []
    diagnostics = reviewed(loaded.program, loaded.trees, [*loaded.diagnostics, *problems])
    diagnostics += [_of_this_desk(each) for each in workspace.read_settings.diagnostics]
    errors = sum(1 for each in diagnostics if each.severity == "error")
    if format_ == "json":
        load = worst_week(workspace)
        document = json.loads(render.render_json(diagnostics))
        say_json({**document, "load": load.as_json() if load is not None else None})
    elif format_ == "github":
        click.echo(render.render_github(diagnostics), nl=bool(diagnostics))
    elif format_ == "sarif":
        from triggerfish.dsl.diagnostics.sarif import render_sarif

        click.echo(render_sarif(diagnostics))
    else:
        _text(workspace, diagnostics, errors)
    if errors:
        raise click.exceptions.Exit(WRONG_CONTENT)


def _of_this_desk(diagnostic: Diagnostic) -> Diagnostic:
    """A variable that is not set here may well be set where the flows run."""
    return replace(diagnostic, severity="warning") if diagnostic.code == UNSET else diagnostic


def _text(workspace: Workspace, diagnostics: list[Diagnostic], errors: int) -> None:
    from triggerfish.dsl.diagnostics.render import render_text

    loaded = workspace.loaded
    if diagnostics:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        click.echo(render_text(diagnostics, loaded.sources, color=colour))
    files = f"{len(loaded.sources)} file{'' if len(loaded.sources) == 1 else 's'}"
    warnings = sum(1 for each in diagnostics if each.severity == "warning")
    told = f"{warnings} warning{'' if warnings == 1 else 's'}"
    if errors:
        note(f"{files}: {errors} error{'' if errors == 1 else 's'}, {told}")
    elif loaded.program is not None:
        flows, tests = len(loaded.program.flows), len(loaded.tests)
        note(f"{files}, {flows} flow{'' if flows == 1 else 's'}, {tests} test{'' if tests == 1 else 's'}: no errors"
             + (f", {told}" if warnings else ""))
        if sentence := str(worst_week(workspace) or ""):
            note(sentence)


def worst_week(workspace: Workspace) -> Load | None:
    """How many messages one person can get within a week; None where the program has errors."""
    from triggerfish.dsl.lint.load import worst_case
    from triggerfish.dsl.lint.project import Project

    program = workspace.loaded.program
    return worst_case(Project(program, workspace.loaded.trees)) if program is not None else None
