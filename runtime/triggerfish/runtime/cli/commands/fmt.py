"""``triggerfish fmt``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT
from triggerfish.runtime.cli.output import note
from triggerfish.runtime.cli.workspace import Workspace, format_option

if TYPE_CHECKING:
    from triggerfish.dsl.diagnostics.model import Diagnostic
    from triggerfish.dsl.format.files import FormattedFile

STDIN = "<stdin>"


@click.command("fmt")
@click.argument("path", type=click.Path(path_type=Path, exists=True, allow_dash=True), default=".", required=False)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit code 1 if a file is not in the canonical layout.")
@click.option("--diff", "show_diff", is_flag=True, help="Write nothing; show what would change.")
@format_option
def command(path: Path, only_check: bool, show_diff: bool, format_: str) -> None:
    """Write .flow files in their canonical layout.

    PATH is a project folder, a .flow file, or - for standard input, whose canonical text goes to standard output.
    There are no options of style. Comments stay where they are, and the files mean what they meant. A file with a
    syntax error is left as it is; its mistakes are shown, and the exit code is 1.

    \b
    Example:
      triggerfish fmt shop
      triggerfish fmt shop --check --diff
      triggerfish fmt - < shop/cart.flow
    """
    if str(path) == "-":
        _standard_input(only_check=only_check, show_diff=show_diff, format_=format_)
        return
    from triggerfish.dsl.format.files import format_files  # slow to import

    files = []
    for file in format_files(path):
        if file.changed and not only_check and not show_diff:
            file.write()
        files.append(file)
    changed = [file for file in files if file.changed]
    diagnostics = [diagnostic for file in files for diagnostic in file.diagnostics]
    if format_ == "json":
        _json(diagnostics, [file.path for file in changed], unchanged=len(files) - len(changed))
    else:
        for file in changed:
            click.echo(file.diff() if show_diff else file.path, nl=not show_diff)
        _show(diagnostics, {file.path: file.before for file in files})
        _summary(files, changed, written=not only_check and not show_diff)
    if diagnostics or (only_check and changed):
        raise click.exceptions.Exit(WRONG_CONTENT)


def _standard_input(*, only_check: bool, show_diff: bool, format_: str) -> None:
    """Format standard input to standard output."""
    from triggerfish.dsl.format import format_text  # slow to import
    from triggerfish.dsl.format.files import diff

    data = sys.stdin.buffer.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError("standard input is no UTF-8 text") from error
    formatted = format_text(text, STDIN)
    changed = formatted.ok and formatted.text.encode() != data
    if format_ == "json":
        _json(formatted.diagnostics, [STDIN] if changed else [], unchanged=int(not changed), text=formatted.text)
    elif formatted.ok and show_diff:
        click.echo(diff(text, formatted.text, STDIN), nl=False)
    elif formatted.ok and not only_check:
        sys.stdout.buffer.write(formatted.text.encode())
        sys.stdout.flush()
    else:
        _show(formatted.diagnostics, {STDIN: text})
    if not formatted.ok or (only_check and changed):
        raise click.exceptions.Exit(WRONG_CONTENT)


def _json(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...], changed: list[str], **more: object) -> None:
    import json

    from triggerfish.dsl.diagnostics.render import render_json
    from triggerfish.runtime.cli.output import say_json

    document = json.loads(render_json(diagnostics))
    say_json({"ok": document["ok"], "changed": changed, **more, "diagnostics": document["diagnostics"]})


def _show(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...], sources: dict[str, str]) -> None:
    if diagnostics:
        Workspace.show(diagnostics, sources)


def _summary(files: list[FormattedFile], changed: list[FormattedFile], *, written: bool) -> None:
    """How many files changed, would change, and could not be read, in one line to standard error."""
    wrong = sum(1 for file in files if file.diagnostics)
    parts = [f"{len(changed)} file{'' if len(changed) == 1 else 's'} {'changed' if written else 'would change'}"]
    parts.append(f"{len(files) - len(changed) - wrong} left as they are")
    if wrong:
        parts.append(f"{wrong} with mistakes, not touched")
    note(", ".join(parts))
