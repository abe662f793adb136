"""``triggerfish status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from triggerfish.runtime.cli.output import console, say_json
from triggerfish.runtime.cli.workspace import Workspace, format_option, path_argument

if TYPE_CHECKING:
    from triggerfish.runtime.store.store import Store

REFUSED_SHOWN = 100


@click.command("status")
@path_argument
@format_option
def command(path: Path, format_: str) -> None:
    """Show how things stand: people, what waits to be handled, the outbox, flows, what failed.

    \b
    Example:
      triggerfish status shop
    """
    from triggerfish.runtime.engine.clock import WallClock  # slow to import
    from triggerfish.runtime.engine.engine import CURSOR

    with Workspace(path).store() as store:
        document = gather(store, CURSOR, WallClock().now())
    if format_ == "json":
        say_json(document)
    else:
        _text(document)


def gather(store: Store, cursor: str, now: int) -> dict[str, Any]:
    """The figures. ``lag_seconds`` is how long the person due longest has been waiting."""
    newest = store.programs.newest()
    due = store.profiles.earliest_due()
    outbox: dict[str, int] = {}
    for (_, _, status), count in store.outbox.counts().items():
        outbox[status] = outbox.get(status, 0) + count
    flows: dict[str, dict[str, int]] = {}
    for (kind, flow), count in store.journal.counts().items():
        if flow:
            flows.setdefault(flow, {})[kind] = count
    return {
        "people": store.profiles.count(),
        "events": store.events.count(),
        "events_ahead": store.events.ahead(store.cursors.position(cursor)),
        "refused_inputs": store.quarantine.count(),
        "program_version": None if newest is None else newest.version,
        "earliest_due": due,
        "lag_seconds": 0 if due is None else max(0, (now - due) // 1000),
        "outbox": outbox,
        "flows": {
            name: {
                "inside": counts.get("entered", 0) - counts.get("exited", 0),
                **{kind: counts.get(kind, 0) for kind in ("entered", "refused", "exited", "sent", "suppressed", "goal")},
            }
            for name, counts in sorted(flows.items())
        },
        "refused": [
            {"place": each.place, "message": each.reason} for each in store.quarantine.newest(REFUSED_SHOWN)
        ],
        "retried": [
            {"key": each.delivery.key, "attempts": each.attempts, "next_attempt": each.next_attempt_at, "reason": each.reason}
            for each in store.outbox.by_status("waiting", limit=1_000)
            if each.attempts
        ][:20],
        "failed": [
            {"person": each.person, "key": each.delivery.key, "status": each.status, "reason": each.reason}
            for each in store.outbox.by_status("failed", "unknown", limit=20)
        ],
    }


def _text(document: dict[str, Any]) -> None:
    from triggerfish.runtime.machine import calendar
    from triggerfish.runtime.story.sentences import moment

    version = document["program_version"]
    click.echo(f"program   {'none has run yet' if version is None else f'version {version}'}")
    click.echo(f"people    {document['people']}")
    click.echo(f"events    {document['events']} stored, {document['events_ahead']} waiting to be handled")
    if document["refused_inputs"]:
        click.echo(f"refused   {document['refused_inputs']} inputs were set aside; the newest:")
        for each in document["refused"][:5]:
            click.echo(f"          {each['place']}: {each['message']}")
    due = document["earliest_due"]
    late = f", {document['lag_seconds']} s late" if document["lag_seconds"] else ""
    click.echo(f"next due  {'nothing' if due is None else moment(due, calendar.zone_named('UTC')) + ' UTC' + late}")
    click.echo("outbox    " + (", ".join(f"{count} {status}" for status, count in document["outbox"].items()) or "empty"))
    if document["flows"]:
        table(document["flows"])
    for each in document["retried"]:
        again = moment(each["next_attempt"], calendar.zone_named("UTC"))
        click.secho(f"waiting: {each['key']}: {each['reason']}; tried {each['attempts']} times, again {again} UTC", fg="yellow")
    for each in document["failed"]:
        click.secho(f"{each['status']}: {each['key']}: {each['reason']}", fg="red")


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
