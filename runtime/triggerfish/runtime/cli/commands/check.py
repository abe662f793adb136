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
from triggerfish.runtime.cli.workspace import Workspace

if TYPE_CHECKING:
    from triggerfish.dsl.diagnostics.model import Diagnostic
    from triggerfish.dsl.lint.load import Load

UNSET = "TF805"
DAY = 86_400_000
FORMATS = ("text", "json", "github", "sarif")


MOST_SHOWN = 50


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path, exists=True), default=".", required=False)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", help="text for people; github and sarif for CI.")
@click.option("--all", "everything", is_flag=True, help=f"Show all of them as text, not only the first {MOST_SHOWN}.")
def command(path: Path, format_: str, everything: bool) -> None:
    """Find every mistake in the .flow files of a project, and what is allowed but hardly meant.

    PATH is a project folder, or one of its files: then the whole project is read and what is said of that file is shown.
    Nothing is run and nothing is sent. Exit code 1 if there is an error; warnings alone leave it 0. A warning that is meant to be
    there is allowed by a comment on its line or directly above it, with the reason: # allow TF616: because …

    \b
    Example:
      triggerfish check shop
      triggerfish check shop/cart.flow
      triggerfish check shop --format github
    """
    from triggerfish.dsl.diagnostics import render  # slow to import
    from triggerfish.dsl.lint.run import reviewed

    folder, only = (path, None) if path.is_dir() else project_of(path)
    workspace = Workspace(folder)
    loaded = workspace.loaded
    problems = [*workspace.messages.problems, *unsigned(workspace)] if loaded.program is not None else []
    diagnostics = reviewed(loaded.program, loaded.trees, [*loaded.diagnostics, *problems])
    diagnostics += [_of_this_desk(each) for each in workspace.read_settings.diagnostics]
    if only is not None:
        diagnostics = [each for each in diagnostics if each.span.file == only]
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
        _text(workspace, diagnostics, errors, None if everything else MOST_SHOWN)
    if errors:
        raise click.exceptions.Exit(WRONG_CONTENT)


def _of_this_desk(diagnostic: Diagnostic) -> Diagnostic:
    """A variable that is not set here may well be set where the flows run."""
    return replace(diagnostic, severity="warning") if diagnostic.code == UNSET else diagnostic


def unsigned(workspace: Workspace) -> list[Diagnostic]:
    """What the mails of the program lack: a sender, a postal address."""
    from triggerfish.runtime.messages.imprint import imprint_problems

    return list(imprint_problems(workspace.program, workspace.read_settings.settings.sections))


def project_of(file: Path) -> tuple[Path, str]:
    """The project a file belongs to, and its path inside it.

    That is the nearest folder around it with a ``triggerfish.toml``, else the folder it is in.
    """
    place = file.resolve()
    folder = next((each for each in place.parents if (each / "triggerfish.toml").is_file()), place.parent)
    if file.suffix != ".flow":
        raise click.UsageError(f"{file} is no .flow file; give a project folder or one of its .flow files")
    return folder, place.relative_to(folder).as_posix()


def _text(workspace: Workspace, diagnostics: list[Diagnostic], errors: int, most: int | None) -> None:
    from triggerfish.dsl.diagnostics.render import render_text

    loaded = workspace.loaded
    if diagnostics:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        shown = diagnostics if most is None else sorted(diagnostics, key=lambda each: each.severity != "error")[:most]
        shown = [each for each in diagnostics if each in shown]
        click.echo(render_text(shown, loaded.sources, color=colour))
        if len(shown) < len(diagnostics):
            click.echo(f"and {len(diagnostics) - len(shown)} more; --all shows them")
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
        if (warning := forgotten(workspace)) is not None:
            note(warning)


def forgotten(workspace: Workspace) -> str | None:
    """That flows look back further than events are kept, if so."""
    from triggerfish.runtime.machine.needs import series  # slow to import

    program, days = workspace.loaded.program, workspace.retention.events_days
    if program is None or days is None:
        return None
    logs = series(program).logs.values()
    longer = sorted({log.event for log in logs if log.window is not None and log.window > days * DAY})
    if not longer:
        return None
    return (
        f"warning: flows look back further at {', '.join(longer)} than [retention] keeps events ({workspace.retention.events}). What runs knows "
        "all it needs; but a new condition is filled, and a past decision explained, from the events that are left"
    )


def worst_week(workspace: Workspace) -> Load | None:
    """How many messages one person can get within a week; None where the program has errors."""
    from triggerfish.dsl.lint.load import worst_case
    from triggerfish.dsl.lint.project import Project

    program = workspace.loaded.program
    return worst_case(Project(program, workspace.loaded.trees)) if program is not None else None
