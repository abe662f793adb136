"""``triggerfish versions``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.store.programs import Listed


@click.command("versions")
@path_argument
@format_option
def command(path: Path, format_: str) -> None:
    """The versions of the program that were in force, the newest last.

    \b
    Example:
      triggerfish versions shop
    """
    with Workspace(path).store() as store:
        listed = store.programs.versions()
    document = [_as_json(each, newest=each is listed[-1]) for each in listed]
    if format_ == "json":
        say_json({"versions": document})
        return
    if not document:
        click.echo("nothing has been put in force yet; triggerfish run or triggerfish deploy does")
    for each in document:
        click.echo(f"{each['version']:>4}  {each['at']}  {each['hash'][:12]}  {_words(each)}")


def _as_json(one: Listed, *, newest: bool) -> dict[str, Any]:
    from triggerfish.runtime.machine import calendar
    from triggerfish.runtime.story.profile import iso

    options = one.options
    return {
        "version": one.version, "at": iso(one.deployed_at, calendar.zone_named("UTC")), "hash": one.hash, "how": options.how,
        "back_to": options.back_to, "move": options.move, "orphans": options.orphans, "enter_members": options.enter_members,
        "in_force": newest, "settling": newest and one.settling,
    }


def _words(one: dict[str, Any]) -> str:
    parts = [f"rollback to {one['back_to']}" if one["how"] == "rollback" else one["how"]]
    parts += ["with --move"] if one["move"] else []
    parts += ["with --enter-members"] if one["enter_members"] else []
    parts += ["in force"] if one["in_force"] else []
    parts += ["still being carried over to people"] if one["settling"] else []
    return ", ".join(parts)
