"""``triggerfish simulate``."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.failures import RUNTIME_FAILED, WRONG_CONTENT, WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import note, progress, say_json
from triggerfish.runtime.cli.workspace import Workspace

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from triggerfish.dsl.ir.program import Program
    from triggerfish.runtime.settings.costs import CostSettings
    from triggerfish.runtime.simulation.report import Figures
    from triggerfish.runtime.simulation.spool import Spool

DAY = 86_400_000


@click.command("simulate")
@click.argument("files", nargs=-1, metavar="[FILE]... [PATH]", type=click.Path(path_type=Path, exists=True))
@click.option("--map", "mapping", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A TOML or JSON file that says which CSV column is what.")
@click.option("--from", "since", metavar="TIME", help="Count from then on; what happened before is gone through all the same.")
@click.option("--to", "until", metavar="TIME", help="Leave out what happened later, and let time go on to then (default: the last event).")
@click.option("--against", metavar="VERSION|DIR", help="Compare with this deployed version, or the project in this folder.")
@click.option("--people", "people", type=click.Path(path_type=Path, dir_okay=False),
              help="With --against: write everybody who is affected, and how, to this CSV file.")
@click.option("--actions", type=click.Choice(["ok", "fail"]), default="ok", show_default=True, help="What every `do` answers.")
@click.option("--jobs", type=click.IntRange(1, 256), help="How many processes work at once (default: as many as there are cores).")
@click.option("--format", "format_", type=click.Choice(["text", "json", "html"]), default="text",
              help="For people, for machines, or a page to pass on.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="The file to write (default: standard output).")
def command(
    files: tuple[Path, ...], mapping: Path | None, since: str | None, until: str | None, against: str | None, people: Path | None,
    actions: str, jobs: int | None, format_: str, output: Path | None,
) -> None:
    """Say what the program would have done with the events in FILES, without doing it.

    FILES are what `triggerfish ingest` takes; a folder among them is the project (default: the current one). Without any, the
    events of the project's own log are gone through. Time is taken from the events. Nothing is sent and nothing is stored: each
    message counts as handed over, each action answers at once, and nobody opens or clicks but where the events say so.

    \b
    Example:
      triggerfish simulate events.jsonl.gz shop
      triggerfish simulate events.jsonl shop --from 2026-03-01 --format html -o march.html
      triggerfish simulate events.jsonl shop --against 3 --people affected.csv
    """
    from triggerfish.runtime.simulation.simulation import ProcessDied, Wanted, simulate  # slow to import
    from triggerfish.runtime.simulation.spool import Spool

    if people is not None and against is None:
        raise click.UsageError("--people goes with --against: it names those whom the change affects")
    folder, found = _folder(files)
    if mapping is not None and not found:
        raise click.UsageError("--map says how to read CSV files; name one")
    workspace = Workspace(folder)
    program = workspace.program
    zone = _zone(program)
    begin, end = _moment(since, zone, "--from"), _moment(until, zone, "--to", whole=True)
    if begin is not None and end is not None and begin > end:
        raise click.UsageError("--from is later than --to")
    other = None if against is None else _other(workspace, against)
    with tempfile.TemporaryDirectory(prefix="triggerfish-") as place:
        spool = Spool(Path(place))
        refused = _read(workspace, found, mapping, spool, end)
        wanted = Wanted(
            program, other, begin, end, "fail" if actions == "fail" else "ok", functions=bool(workspace.functions), everybody=people is not None
        )
        try:
            with progress("simulating") as done:
                result = simulate(spool, wanted, processes=jobs, progress=done)
        except ProcessDied as died:
            raise Fault(str(died), RUNTIME_FAILED) from died
    from triggerfish.runtime.simulation.report import Figures, write_people

    figures = Figures(result, program, against, _costs(workspace, program))
    if people is not None:
        write_people(people, figures)
        note(f"{people} written")
    _show(figures, format_, output)
    for person, error in list(result.tally.failed.items())[:5]:
        note(f"{person} could not be gone through: {error}")
    if refused:
        raise click.exceptions.Exit(WRONG_CONTENT)


def _folder(files: tuple[Path, ...]) -> tuple[Path, list[Path]]:
    folders = [path for path in files if path.is_dir()]
    if len(folders) > 1:
        raise click.UsageError(f"more than one project folder: {', '.join(map(str, folders))}")
    return (folders[0] if folders else Path()), [path for path in files if not path.is_dir()]


def _zone(program: Program) -> ZoneInfo:
    from zoneinfo import ZoneInfo

    return ZoneInfo(program.policy.timezone)


def _moment(text: str | None, zone: ZoneInfo, option: str, *, whole: bool = False) -> int | None:
    """A time as it was given, local to the workspace; a mere date is its beginning, or with ``whole`` its end."""
    from triggerfish.runtime.intake.moments import day, milliseconds

    if text is None:
        return None
    found = milliseconds(text, zone)
    if found is None:
        raise click.UsageError(f'{option}: "{text}" is no time; write 2026-03-02 or 2026-03-02T10:00')
    if whole and day(text) is not None and len(text.strip()) <= len("2026-03-02"):
        following = _next_day(text.strip())
        return (milliseconds(following, zone) or found + DAY) - 1
    return found


def _next_day(text: str) -> str:
    import datetime as dt

    return (dt.date.fromisoformat(text) + dt.timedelta(days=1)).isoformat()


def _other(workspace: Workspace, against: str) -> Program:
    """The program to compare with."""
    from triggerfish.dsl.ir.codec import InvalidProgramError, loads

    if Path(against).is_dir():
        return Workspace(Path(against)).program
    number = against.removeprefix("v")
    if not number.isdigit():
        raise click.UsageError(f"--against: there is no folder {against}; give one, or the number of a version (triggerfish versions lists them)")
    _known_store(workspace, f"nothing has been deployed here, so there is no version {number}")
    with workspace.store() as store:
        stored = store.programs.load(int(number))
    if stored is None:
        raise Fault(f"there is no version {number}; triggerfish versions lists them", WRONG_SETUP)
    try:
        return loads(stored.ir)
    except InvalidProgramError as error:
        raise Fault(f"version {number} cannot be read: {error}", WRONG_SETUP) from error


def _known_store(workspace: Workspace, why: str) -> None:
    """A database that is not there is not made: a simulation leaves nothing behind."""
    address = workspace.settings.database
    file = address.removeprefix("sqlite:///")
    if file != address and not Path(file).is_file():
        raise Fault(why, WRONG_SETUP)


def _read(workspace: Workspace, files: list[Path], mapping: Path | None, spool: Spool, end: int | None) -> int:
    """Everything into the spool; how much could not be taken."""
    from triggerfish.runtime.intake.files import FileError, ingest
    from triggerfish.runtime.intake.schema import Schema
    from triggerfish.runtime.simulation.sources import Temporary, UpTo, spool_log

    if not files:
        _known_store(workspace, "there are no events yet: name a file of them, or take some in with triggerfish ingest")
        with workspace.store() as store:
            spool_log(store.events, spool)
    keeper, schema, refused = Temporary(spool), Schema(workspace.program), 0
    for path in files:
        try:
            with progress(f"reading {path.name}") as done:
                report = ingest(path, keeper, schema, UpTo(end), mapping=mapping, progress=done)
        except FileError as error:
            raise Fault(str(error), WRONG_SETUP) from error
        refused += report.refused + len(report.problems)
        for sentence in report.sentences()[1:]:
            note(f"{path}: {sentence}")
    if not spool.number:
        raise Fault("there are no events to simulate with", WRONG_CONTENT)
    return refused


def _costs(workspace: Workspace, program: Program) -> CostSettings:
    from triggerfish.runtime.settings.costs import CostSettings

    section = workspace.settings.sections.get("costs")
    costs = section if isinstance(section, CostSettings) else CostSettings()
    for name in sorted(set(costs.each) - set(program.addresses)):
        note(f"warning: [costs] {name}: there is no channel of that name; channels are {', '.join(sorted(program.addresses))}")
    return costs


def _show(figures: Figures, format_: str, output: Path | None) -> None:
    if format_ == "text" and output is None:
        from triggerfish.runtime.simulation.text import say

        say(figures)
        return
    if format_ == "json" and output is None:
        say_json(figures.as_json())
        return
    text = _written(figures, format_)
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    note(f"{output} written")


def _written(figures: Figures, format_: str) -> Any:
    if format_ == "html":
        from triggerfish.runtime.simulation.page import render_page

        return render_page(figures)
    if format_ == "json":
        import msgspec

        return msgspec.json.format(msgspec.json.encode(figures.as_json()), indent=2).decode() + "\n"
    from triggerfish.runtime.simulation.text import as_text

    return as_text(figures)
