"""A simulation's figures for a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from triggerfish.runtime.simulation.chart import text_chart
from triggerfish.runtime.simulation.report import Figures, reasons

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


def say(figures: Figures) -> None:
    """To standard output."""
    from triggerfish.runtime.cli.output import console

    _print(figures, console())


def as_text(figures: Figures) -> str:
    """The same, without colours."""
    from rich.console import Console

    page = io.StringIO()
    _print(figures, Console(file=page, width=120, highlight=False, soft_wrap=True))
    return page.getvalue()


def _print(figures: Figures, console: Console) -> None:
    for part in _parts(figures):
        console.print(part, markup=False)


def _parts(figures: Figures) -> Iterator[RenderableType]:
    result, tally = figures.result, figures.result.tally
    yield f"{_counted(tally.events, 'event')} of {_counted(tally.people, 'person', 'people')}, {figures.span()}"
    flows = figures.flows()
    if flows:
        yield ""
        yield _table(
            ["flow", "entered", "refused", "finished", "left otherwise", "goal"],
            [
                [row["flow"], row["entered"], reasons(row["refused"]), row["finished"], reasons(row["left"]), "" if row["goals"] is None else row["goals"]]
                for row in flows
            ],
            right={1, 3, 5},
        )
    messages = figures.messages()
    if messages:
        yield ""
        yield _table(
            ["message", "sent", "not sent"],
            [[row["message"], row["sent"], reasons(row["suppressed"])] for row in messages],
            right={1},
        )
    yield from _channels(figures)
    for title, counts in (("held back for a while", _held(figures)), ("caps that swallowed messages", dict(tally.caps)), ("actions", dict(tally.actions))):
        if counts:
            yield ""
            yield f"{title}: " + "; ".join(f"{name} {count:,} times" for name, count in sorted(counts.items()))
    if tally.days:
        yield ""
        yield "messages per day"
        yield "\n".join(text_chart(figures.days()))
    if tally.failed:
        yield f"{_counted(len(tally.failed), 'person', 'people')} could not be gone through"
    if result.comparison is not None:
        yield from _compared(figures)


def _channels(figures: Figures) -> Iterator[RenderableType]:
    rows = figures.channels()
    if rows and any(row["cost"] is not None for row in rows):
        unit = figures.costs.currency
        yield ""
        yield _table(
            ["channel", "sent", f"cost {unit}".strip()],
            [[row["channel"], row["sent"], "not known" if row["cost"] is None else f"{row['cost']:,.2f}"] for row in rows],
            right={1, 2},
        )


def _held(figures: Figures) -> dict[str, int]:
    return {f"{channel} for {why}": count for (channel, why), count in figures.result.tally.held.items()}


def _compared(figures: Figures) -> Iterator[RenderableType]:
    compared = figures.result.comparison
    assert compared is not None  # noqa: S101 - asked before
    yield ""
    if not compared.people:
        yield f"against {figures.against}: nobody would notice a difference"
        return
    yield f"against {figures.against}: {_counted(compared.people, 'person', 'people')} would notice a difference"
    yield _table(["what", "", "new", "gone", "at another time"], [list(row) for row in figures.changes()], right={2, 3, 4})
    named = list(compared.as_json()["named"])
    for person, found in list(compared.named.items())[: len(named)][:20]:
        yield f"  {person}"
        for each in found:
            yield f"    {figures.sentence(each)}"
    if compared.people > 20:
        yield f"  and {_counted(compared.people - 20, 'more person', 'more people')}; --people FILE names all of them"


def _table(columns: list[str], rows: list[list[Any]], right: set[int]) -> RenderableType:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(f"{value:,}" if isinstance(value, int) else str(value) for value in row))
    return table


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
