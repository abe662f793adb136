"""``triggerfish status``."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.output import console, progress, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.standing.findings import Finding
    from triggerfish.runtime.store.store import Store

FEW_PEOPLE = 20_000
"""So many are looked at without being asked to: it takes a fraction of a second."""

WATCH_SECONDS = 5
SOMETHING_WRONG = 1
STANDS_STILL = 3


@click.command("status")
@path_argument
@click.option("--steps", is_flag=True, help="Count who waits at which step however many people there are (done by itself up to 20,000).")
@click.option("--check", is_flag=True, help="Exit code 1 if something is wrong, 3 if the work stands still; see [alerts] in triggerfish.toml.")
@click.option("--watch", is_flag=True, help="Show it anew every 5 seconds until Ctrl-C.")
@format_option
def command(path: Path, steps: bool, check: bool, watch: bool, format_: str) -> None:
    """Show how things stand, what is wrong and what to do about it.

    \b
    Example:
      triggerfish status shop
      triggerfish status shop --check --format json
    """
    if watch and (check or format_ == "json"):
        raise click.UsageError("--watch goes without --check and --format json")
    workspace = Workspace(path)
    with workspace.store() as store:
        while True:
            found, document = _look(workspace, store, steps=steps)
            if watch:
                click.clear()
            if format_ == "json":
                say_json(document)
            else:
                _text(document, found, workspace)
            if not watch:
                break
            time.sleep(WATCH_SECONDS)
    if check and found:
        raise click.exceptions.Exit(STANDS_STILL if any(one.severity == "failure" for one in found) else SOMETHING_WRONG)


def _look(workspace: Workspace, store: Store, *, steps: bool) -> tuple[list[Finding], dict[str, Any]]:
    from triggerfish.runtime.engine.clock import WallClock  # slow to import, as are the next
    from triggerfish.runtime.standing.findings import findings
    from triggerfish.runtime.standing.report import gather

    document = gather(store, WallClock().now())
    found = findings(document, workspace.alerts)
    told = [{"severity": one.severity, "name": one.name, "what": one.what, "cure": one.cure} for one in found]
    counted = _steps(workspace, store) if steps or document["people"] <= FEW_PEOPLE else None
    return found, {"ok": not found, "findings": told, **document, "steps": counted}


def _steps(workspace: Workspace, store: Store) -> list[dict[str, Any]]:
    from triggerfish.runtime.engine.programs import InForce
    from triggerfish.runtime.standing.places import places

    with progress("looking where people are") as done:
        found = places(store, done)
    machine = InForce(store.programs, workspace.functions).newer() if found else None
    rows = []
    for (flow, version, number), count in found.most_common():
        compiled = machine.program.flow(flow, version) if machine is not None else None
        at = compiled.instructions[number].at if compiled is not None and number < len(compiled.instructions) else None
        rows.append({"flow": flow, "version": version, "line": at.line if at else None, "step": at.text if at else None, "count": count})
    return rows


def _text(document: dict[str, Any], found: list[Finding], workspace: Workspace) -> None:
    from triggerfish.runtime.cli.standing import lines

    program = workspace.loaded.program
    for line in lines(document, found, program.policy.timezone if program is not None else "UTC"):
        if isinstance(line, str):
            click.echo(line)
        else:
            table(line)


def table(flows: dict[str, dict[str, int]]) -> None:
    """Figures per flow."""
    from rich.table import Table  # rich is slow to import

    columns = list(next(iter(flows.values())))
    shown = Table(box=None, pad_edge=False)
    shown.add_column("flow")
    for column in columns:
        shown.add_column(column, justify="right")
    for name, counts in flows.items():
        shown.add_row(name, *(str(counts[column]) for column in columns))
    console().print(shown)
