"""``triggerfish preview``."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.assignments import assignments
from triggerfish.runtime.cli.completing import declared
from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault
from triggerfish.runtime.cli.output import say_json
from triggerfish.runtime.cli.people import known_person
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.dsl.ir.program import Message
    from triggerfish.runtime.preview.filling import Filler, Filling
    from triggerfish.runtime.preview.preview import Preview


@click.command("preview")
@click.argument("message", shell_complete=declared("message"))
@path_argument
@click.option("--channel", help="Which part to show (default: the e-mail, or the only one).")
@click.option("--for", "person", help="Fill it in for this person: an id or an e-mail address.")
@click.option("--set", "given", multiple=True, metavar="NAME=VALUE", help="A value of your own: plan=pro, event.total=25.")
@click.option("--open", "show", is_flag=True, help="Open the page in the browser.")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the page.")
@format_option
def command(
    message: str,
    path: Path,
    channel: str | None,
    person: str | None,
    given: tuple[str, ...],
    show: bool,
    output: Path | None,
    format_: str,
) -> None:
    """Show MESSAGE as it will look, and what may be wrong with it.

    It is filled in for a person of the store, or with made-up values, and made ready exactly as for sending, footer
    included. The page is written to .triggerfish/preview in the project, or to the file named with -o; nothing is sent.

    \b
    Example:
      triggerfish preview cart_reminder shop --open
      triggerfish preview cart_reminder shop --for ana@example.com
      triggerfish preview cart_reminder shop --channel sms --set first_name=Bo --set event.cart_value=80
    """
    from triggerfish.plugins.channel import Setup  # slow to import
    from triggerfish.runtime.preview.page import page
    from triggerfish.runtime.preview.preview import CannotPreview, Previewer

    workspace = Workspace(path)
    found = _message(workspace, message)
    filler = _filler(workspace, found, _channel(found, channel))
    filling, obstacle = _filling(workspace, filler, person, assignments(given))
    settings = workspace.settings
    previewer = Previewer(
        workspace.program, workspace.plugins, workspace.messages, settings.sections,
        Setup(folder=path, outbox=settings.data / "outbox"),
    )  # fmt: skip
    if workspace.messages.problems:
        workspace.show(workspace.messages.problems, workspace.loaded.sources)
    try:
        preview = previewer.preview(found, filler, filling)
    except CannotPreview as problem:
        whom = f" to {person}" if person is not None else ""
        raise Fault(f"{message} would not go out{whom}: {problem}", WRONG_CONTENT) from problem
    target = output
    if target is None and (format_ == "text" or show):
        target = settings.data / "preview" / f"{preview.message}.{preview.channel}.html"
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page(preview), encoding="utf-8")
    if format_ == "json":
        say_json({**as_json(preview, target), "would_not_go_out": obstacle})
    elif target is not None:
        if obstacle is not None:
            click.secho(f"It would not go out to {person} now: {obstacle}.", fg="yellow")
        _text(preview, target)
    if show and target is not None:
        import webbrowser  # only here

        webbrowser.open(target.resolve().as_uri())


def as_json(preview: Preview, target: Path | None) -> dict[str, Any]:
    """The preview for programs; ``page`` is the file that was written, if one was."""
    return {
        "message": preview.message,
        "label": preview.label,
        "channel": preview.channel,
        "language": preview.language,
        "flow": preview.flow,
        "from": preview.sender,
        "to": preview.to,
        "subject": preview.subject,
        "preview": preview.preheader,
        "html": preview.html,
        "text": preview.text,
        "fields": preview.fields,
        "size": {"mail": preview.size, "html": preview.html_size},
        "marketing": preview.marketing,
        "warnings": [{"code": remark.code, "message": remark.message} for remark in preview.remarks],
        "values": preview.values,
        "made_up": list(preview.made_up),
        "page": str(target) if target is not None else None,
    }


def _text(preview: Preview, target: Path) -> None:
    if preview.subject is not None:
        click.echo(f"Subject: {preview.subject}")
        if preview.preheader:
            click.echo(f"Preview: {preview.preheader}")
        click.echo(f"Size:    {preview.html_size / 1024:.1f} KB of HTML, {preview.size / 1024:.1f} KB in all")
    else:
        for name, text in preview.fields.items():
            click.echo(f"{name}: {text}")
    for remark in preview.remarks:
        click.secho(f"warning: {remark.message}", fg="yellow")
    if preview.made_up:
        click.echo(f"made up: {', '.join(preview.made_up)} (--set {preview.made_up[0]}=… gives another value)")
    click.echo(f"written: {target}")


def _message(workspace: Workspace, name: str) -> Message:
    messages = {message.name: message for message in workspace.program.messages}
    if name not in messages:
        near = get_close_matches(name, messages, n=1)
        known = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(messages)) or 'none'}"
        raise Fault(f"there is no message {name}; {known}", WRONG_CONTENT)
    return messages[name]


def _channel(message: Message, wanted: str | None) -> str:
    channels = list(dict.fromkeys(part.channel for part in message.parts))
    if wanted is not None and wanted not in channels:
        raise click.UsageError(f"{message.name} has no {wanted} part; it has: {', '.join(channels)}")
    if not channels:
        raise Fault(f"{message.name} has no parts", WRONG_CONTENT)
    return wanted or ("email" if "email" in channels else channels[0])


def _filler(workspace: Workspace, message: Message, channel: str) -> Filler:
    from triggerfish.runtime.engine.clock import WallClock
    from triggerfish.runtime.machine.machine import Machine
    from triggerfish.runtime.preview.filling import Filler

    machine = Machine(workspace.program, functions=workspace.functions)
    return Filler(machine, message.name, channel, WallClock().now())


def _filling(workspace: Workspace, filler: Filler, person: str | None, given: dict[str, Any]) -> tuple[Filling, str | None]:
    """What the message is filled in with, and why it would not go out to the person now."""
    known = {name.split(".")[0] for name in filler.names()} | set(filler.fields)
    for name in given:
        if name.split(".")[0] not in known:
            near = get_close_matches(name.split(".")[0], known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"it uses: {', '.join(sorted(filler.names())) or 'nothing'}"
            raise click.UsageError(f"{filler.message} uses no {name}; {hint}")
    values = _converted(workspace, filler, given)
    if person is None:
        return filler.fill(None, None, values), None
    with workspace.store() as store:
        found = known_person(store, person)
        cell = store.profiles.load([found]).get(found)
    state = cell.state if cell is not None else None
    return filler.fill(found, state, values), filler.obstacle(found, state)


def _converted(workspace: Workspace, filler: Filler, given: dict[str, Any]) -> dict[str, Any]:
    """Values as the program holds them; one of another type than its field ends the command."""
    from triggerfish.runtime.intake.schema import Schema
    from triggerfish.runtime.intake.values import Mismatch, convert

    zone = Schema(workspace.program).zone
    values = {}
    for name, value in given.items():
        wanted = filler.type_of(name)
        try:
            values[name] = value if wanted is None or wanted.kind == "record" else convert(value, wanted, zone)
        except Mismatch as problem:
            raise click.UsageError(f"--set {name}={value}: {name} {problem}") from problem
    return values
