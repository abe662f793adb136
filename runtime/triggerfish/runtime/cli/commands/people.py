"""``triggerfish people``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from triggerfish.runtime.cli.output import console, say_json
from triggerfish.runtime.cli.people import known_person
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument


@click.group("people")
def command() -> None:
    """Look at people, hand out what is stored of them, erase them.

    \b
    Example:
      triggerfish people list shop
      triggerfish people show ana shop
    """


@command.command("show")
@click.argument("person")
@path_argument
@format_option
def show(person: str, path: Path, format_: str) -> None:
    """What is known of PERSON (an id or an e-mail address): fields, segments, flows, consent, what is next.

    Sensitive fields are masked.

    \b
    Example:
      triggerfish people show ana@example.com shop
    """
    from triggerfish.runtime.cli.in_force import machine_in_force  # slow to import
    from triggerfish.runtime.machine.state import decode
    from triggerfish.runtime.story.profile import describe, sentences

    workspace = Workspace(path)
    with workspace.store() as store:
        known = known_person(store, person)
        cell = store.profiles.load([known]).get(known)
        followed = {run.version for run in decode(cell.state).runs} if cell is not None and cell.state is not None else set()
        program = machine_in_force(workspace, store, followed).part(known)
        document: dict[str, Any] = describe(program, known, cell.state if cell else None)
        document["merged_into"] = cell.into if cell else None
        document["identities"] = [f"{kind}: {value}" for kind, value in store.identities.of_person(known)]
        document["sent"] = [
            {"at": each.delivery.at, "channel": each.delivery.target, "message": each.delivery.data.get("message"),
             "status": each.status, "reason": each.reason}
            for each in store.outbox.of_person(known) if each.delivery.kind == "send"
        ]
    if format_ == "json":
        say_json(document)
    else:
        click.echo("\n".join(sentences(program, document)))


@command.command("list")
@path_argument
@click.option("--limit", default=50, show_default=True, help="How many at most.")
@click.option("--after", default="", help="Go on after this id.")
@click.option("--segment", help="Only those in this segment.")
@format_option
def list_(path: Path, limit: int, after: str, segment: str | None, format_: str) -> None:
    """The people there are, by id.

    \b
    Example:
      triggerfish people list shop --segment big_spenders
    """
    from triggerfish.runtime.cli.in_force import machine_in_force  # slow to import
    from triggerfish.runtime.story.profile import describe

    workspace = Workspace(path)
    found: list[dict[str, Any]] = []
    with workspace.store() as store:
        program = machine_in_force(workspace, store).program
        if segment is not None and segment not in {each.name for each in program.ir.segments}:
            raise click.UsageError(f"there is no segment {segment}")
        total = store.profiles.count()
        while len(found) < limit:
            ids = store.profiles.ids(after=after)
            if not ids:
                break
            cells = store.profiles.load(ids)
            for person in ids:
                document = describe(program, person, cells[person].state)
                if segment is None or segment in document["segments"]:
                    found.append(document)
            after = ids[-1]
    found = found[:limit]
    if format_ == "json":
        say_json({"people": found, "total": total})
        return
    from rich.table import Table  # rich is slow to import

    table = Table(box=None, pad_edge=False)
    for title in ("id", "email", "segments", "in flows"):
        table.add_column(title, overflow="fold")
    for each in found:
        flows = ", ".join(run["flow"] for run in each["flows"])
        table.add_row(each["id"], str(each["profile"].get("email") or ""), ", ".join(each["segments"]), flows)
    console().print(table)
    if segment is None and total > len(found):
        click.echo(f"{len(found)} of {total}; --limit shows more")


@command.command("export")
@click.argument("person")
@path_argument
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write into this file.")
def export(person: str, path: Path, output: Path | None) -> None:
    """Everything that is stored of PERSON, as one JSON document: for those who ask what is known of them.

    Sensitive fields are in it as they are. Other names of the person, and what came in under them, are included.

    \b
    Example:
      triggerfish people export ana@example.com shop -o ana.json
    """
    import msgspec  # slow to import

    from triggerfish.runtime.machine.state import decode

    workspace = Workspace(path)
    with workspace.store() as store:
        names = store.erasure.names(known_person(store, person))
        cells = store.profiles.load(names)
        states = {name: msgspec.structs.asdict(decode(cell.state)) for name, cell in cells.items() if cell.state is not None}
        document = {"person": names[0], "names": names, "states": states, **store.erasure.stored(names)}
    text = msgspec.json.format(msgspec.json.encode(document)).decode()
    if output is None:
        click.echo(text)
    else:
        output.write_text(text + "\n", "utf-8")
        click.echo(f"what is stored of {names[0]} is in {output}")


@command.command("erase")
@click.argument("person")
@path_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@format_option
def erase(person: str, path: Path, yes: bool, format_: str) -> None:
    """Erase PERSON: profile, events, journal, messages. Runs end at once, unsent mail is dropped. There is no way back.

    Hashes of the addresses are kept, so that nothing is ever sent to them again, whoever imports them. Copies of the database
    and files outside of it are not touched.

    \b
    Example:
      triggerfish people erase ana@example.com shop
    """
    from triggerfish.runtime.cli.in_force import Following  # slow to import
    from triggerfish.runtime.engine.clock import WallClock
    from triggerfish.runtime.machine.state import StateError, decode

    workspace = Workspace(path)
    with workspace.store() as store:
        names = store.erasure.names(known_person(store, person))
        fields = dict(Following(workspace, store).program.addresses)
        addresses = {("email", value) for name in names for kind, value in store.identities.of_person(name) if kind == "email"}
        for cell in store.profiles.load(names).values():
            try:
                profile = decode(cell.state).profile if cell.state is not None else {}
            except StateError:
                profile = {}
            addresses |= {(channel, profile[field]) for channel, field in fields.items() if isinstance(profile.get(field), str)}
        addresses |= {(posted.delivery.target, address) for name in names for posted in store.outbox.of_person(name)
                      if isinstance(address := posted.delivery.data.get("address"), str) and not posted.delivery.data.get("other")}
        if not yes:
            also = f", also known as {', '.join(names[1:])}" if names[1:] else ""
            click.confirm(f"erase {names[0]}{also}? Nothing of it can be brought back", abort=True, err=True)
        erased = store.erasure.erase(names, sorted(addresses), WallClock().now())
    if format_ == "json":
        say_json({"erased": erased.rows, "suppressed": erased.suppressed})
        return
    rows = erased.rows
    click.echo(f"erased: {rows['events']} events, {rows['journal']} lines of the journal, {rows['outbox']} messages and actions")
    click.echo(f"addresses to which nothing is sent any more: {erased.suppressed}")
