"""``triggerfish rollback``."""

from __future__ import annotations

from pathlib import Path

import click

from triggerfish.runtime.cli.deploying import people_options, planned, put_in_force, show, wishes
from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.workspace import Workspace, format_option


@click.command("rollback")
@click.argument("version_and_path", nargs=-1, metavar="[VERSION] [PATH]")
@people_options
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def command(
    version_and_path: tuple[str, ...], move: bool, leave_orphans: bool, exit_orphans: bool, enter_members: bool, ids: bool,
    yes: bool, format_: str,
) -> None:
    """Put an earlier version in force again, for all who run it, without a restart.

    Without VERSION it is the one before. It becomes a new version with the old content; the folder's files are left as they
    are. People inside go on in the version they entered, unless --move is given.

    \b
    Example:
      triggerfish rollback shop
      triggerfish rollback 3 shop --yes
    """
    from triggerfish.dsl.ir.codec import InvalidProgramError, loads
    from triggerfish.runtime.deploys.apply import version_before

    wanted = wishes(move=move, leave_orphans=leave_orphans, exit_orphans=exit_orphans, enter_members=enter_members)
    number, path = _version_and_folder(version_and_path)
    workspace = Workspace(path)
    with workspace.store() as store:
        version = number if number is not None else version_before(store)
        if version is None:
            raise Fault("there is no earlier version to go back to; triggerfish versions shows what there is", WRONG_CONTENT)
        stored = store.programs.load(version)
        if stored is None:
            raise Fault(f"there is no version {version}; triggerfish versions shows what there is", WRONG_CONTENT)
        try:
            program = loads(stored.ir)
        except InvalidProgramError as error:
            raise Fault(f"version {version} cannot be put in force: {error}", WRONG_CONTENT) from error
        plan = planned(workspace, store, program, wanted)
        show(plan, ids=ids, error=format_ == "json")
        if not yes and not (plan.same and not move):
            click.confirm(f"go back to version {version}?", abort=True, err=format_ == "json")
        put_in_force(store, program, plan, back_to=version, format_=format_)


def _version_and_folder(given: tuple[str, ...]) -> tuple[int | None, Path]:
    if len(given) > 2:
        raise click.UsageError("give perhaps a version, and perhaps a project folder")
    number = int(given[0]) if given and given[0].isdecimal() else None
    folders = given[1:] if number is not None else given
    if len(folders) > 1:
        raise click.UsageError(f'"{given[0]}" is no version; triggerfish versions shows them')
    folder = Path(folders[0]) if folders else Path()
    if not folder.is_dir():
        raise click.UsageError(f"there is no folder {folder}")
    return number, folder
