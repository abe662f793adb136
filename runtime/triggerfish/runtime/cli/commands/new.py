"""``triggerfish new``."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path
from typing import Any

import click

from triggerfish.runtime.cli.failures import WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.workspace import format_option

FOLDER = Path(__file__).resolve().parents[2] / "templates"

TEMPLATES = {
    "cart": "remind of a cart that was left, and give a discount on a large one",
    "welcome": "greet whoever signs up, and follow up on what they do next",
    "win-back": "write to customers who have not ordered for 90 days",
    "birthday": "congratulate on the birthday, every year, with a gift",
    "lead-qualification": "give points for what leads do, and hand them over to the CRM at 50",
    "lead-welcome": "lead those who asked for a guide to a trial, within 14 days",
    "onboarding": "bring new customers through their first 30 days",
    "cross-sell": "offer what goes with a purchase, a week after it was delivered",
    "browse-recovery": "remind of a product that was looked at again and again",
    "launch": "tell of a new product: customers first, then everybody, with a last word before the price rises",
}


@click.command("new")
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--template", default="cart", show_default=True, metavar="NAME", help="Which project to begin with.")
@click.option("--list", "list_", is_flag=True, help="Show the templates and do nothing else.")
@format_option
def command(folder: Path | None, template: str, list_: bool, format_: str) -> None:
    """Make a project in DIR that runs at once: flows, messages, tests, a few events to try it with.

    DIR must be new or empty; nothing is ever overwritten.

    \b
    Example:
      triggerfish new shop
      triggerfish new shop --template win-back
    """
    if list_:
        _list(format_)
        return
    if folder is None:
        raise click.UsageError("name the folder to make, as in: triggerfish new shop")
    if template not in TEMPLATES:
        from triggerfish.dsl.diagnostics.suggest import closest  # only when it is needed

        nearest = closest(template, list(TEMPLATES))
        hint = f' Did you mean "{nearest}"?' if nearest else f" There are: {', '.join(TEMPLATES)}."
        raise click.UsageError(f'There is no template "{template}".{hint}')
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Fault(f"{folder} is there already, and nothing is overwritten; name a new folder", WRONG_SETUP)
    shutil.copytree(FOLDER / template, folder, dirs_exist_ok=True)
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    if format_ == "json":
        say_json({"folder": str(folder), "template": template, "files": files})
        return
    click.echo(f"{folder}: {TEMPLATES[template]}")
    for file in files:
        click.echo(f"  {file}")
    click.echo("\nTry next:")
    for line in ("check {0}", "test {0}", "ingest {0}/events.jsonl {0}", "run {0} --clock events", "explain ana {0}"):
        click.echo("  triggerfish " + line.format(shlex.quote(str(folder))))


def _list(format_: str) -> None:
    if format_ == "json":
        templates: list[dict[str, Any]] = [{"name": name, "description": what} for name, what in TEMPLATES.items()]
        say_json({"templates": templates})
        return
    width = max(map(len, TEMPLATES))
    for name, what in TEMPLATES.items():
        click.echo(f"{name.ljust(width)}   {what}")
