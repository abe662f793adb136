"""``triggerfish plugins``."""

from __future__ import annotations

from typing import Any

import click

from triggerfish.runtime.cli.failures import WRONG_CONTENT
from triggerfish.runtime.cli.output import console, say_json
from triggerfish.runtime.cli.workspace import format_option


@click.group("plugins", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look at plugins and what they bring.

    \b
    Example:
      triggerfish plugins list
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, format_="text")


@command.command("list")
@format_option
def list_(format_: str) -> None:
    """Every plugin with its channels, actions and functions, and those that do not work. Exit code 1 if there are such.

    \b
    Example:
      triggerfish plugins list --format json
    """
    from triggerfish.plugins.manager import load_plugins  # slow to import

    plugins = load_plugins()
    catalog = plugins.catalog()
    documents: list[dict[str, Any]] = [
        {
            "name": each.name, "distribution": each.distribution, "channels": list(each.channels),
            "actions": list(each.actions), "functions": list(each.functions),
        }
        for each in plugins.loaded
    ]
    if format_ == "json":
        problems = [{"plugin": each.plugin, "distribution": each.distribution, "message": each.message} for each in plugins.problems]
        say_json({"plugins": documents, "problems": problems})
        if problems:
            raise click.exceptions.Exit(WRONG_CONTENT)
        return
    from rich.table import Table  # rich is slow to import

    table = Table(box=None, pad_edge=False)
    for title in ("plugin", "from", "brings"):
        table.add_column(title)
    for each in plugins.loaded:
        brings = [f"channel {name}: {catalog.channels[name].doc}" for name in each.channels]
        brings += [f"action {name}: {catalog.actions[name].doc}" for name in each.actions]
        brings += [f"function {name}: {catalog.functions[name].doc}" for name in each.functions]
        table.add_row(each.name, each.distribution, "\n".join(line.split("\n")[0] for line in brings))
    console().print(table)
    for problem in plugins.problems:
        click.secho(f"does not work: {problem}", fg="red")
    if plugins.problems:
        raise click.exceptions.Exit(WRONG_CONTENT)
