"""A simulation's figures as one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from triggerfish.runtime.simulation.chart import COLOURS, svg_chart
from triggerfish.runtime.simulation.report import Figures, reasons

STYLE = """\
:root{color-scheme:light dark;--ink:#1d2330;--dim:#667085;--line:#e2e6ee;--paper:#fff;--ground:#f4f6fa;
--c0:#2456d6;--c1:#c2570c;--c2:#0f7b6c;--c3:#8d3fc0;--c4:#b02a5b;--c5:#6b7280}
@media (prefers-color-scheme:dark){:root{--ink:#e8ebf2;--dim:#9aa4b8;--line:#323a4a;--paper:#1b2130;--ground:#121723;
--c0:#8fb0ff;--c1:#ffab6b;--c2:#5fd0bd;--c3:#d3a4f5;--c4:#ff96b9;--c5:#b4bccb}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:1080px;margin:0 auto;padding:28px 24px 56px}
h1{font-size:22px;margin:0 0 2px}
h2{font-size:13px;margin:0 0 10px;color:var(--dim);font-weight:600;letter-spacing:.02em}
h3{font-size:14px;margin:14px 0 2px}
p{margin:0}
ul{margin:0;padding-left:18px}
.dim{color:var(--dim)}
.card{background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:16px 18px;margin-top:18px;overflow-x:auto}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:14px;margin-top:18px}
.tiles .card{margin:0}
.tiles b{display:block;font-size:24px;font-weight:650;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;font-size:14px}
th{text-align:left;font-weight:600;color:var(--dim);font-size:12px;padding:0 14px 6px 0;white-space:nowrap}
td{padding:6px 14px 6px 0;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
td:first-child{font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{display:block;width:100%;min-width:560px;height:auto}
.grid{stroke:var(--line)}.scale{fill:var(--dim);font-size:12px}.hit{fill:transparent}g:hover .hit{fill:var(--line)}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;margin-bottom:8px}
.key i{display:inline-block;width:11px;height:11px;border-radius:3px;margin-right:6px}
"""


def render_page(figures: Figures) -> str:
    """The whole page."""
    tally = figures.result.tally
    title = f"Simulation, {figures.span()}"
    parts = [
        f"<h1>{escape(title)}</h1><p class=dim>What the program would have done with these events. Days are those of {escape(str(figures.zone))}.</p>",
        _tiles(figures),
        _days(figures),
        _card("Flows", _table(
            ["flow", "entered", "refused", "finished", "left otherwise", "goal"],
            [[row["flow"], row["entered"], reasons(row["refused"]), row["finished"], reasons(row["left"]), "" if row["goals"] is None else row["goals"]]
             for row in figures.flows()],
            {1, 3, 5},
        )),
        _card("Messages", _table(
            ["message", "sent", "not sent"],
            [[row["message"], row["sent"], reasons(row["suppressed"])] for row in figures.messages()], {1},
        )),
        _channels(figures),
        _card("Held back for a while", _table(["channel", "why", "times"], [[*key, count] for key, count in sorted(tally.held.items())], {2})),
        _card("Caps that swallowed messages", _table(["cap", "times"], [list(each) for each in sorted(tally.caps.items())], {1})),
        _card("Actions", _table(["action", "times"], [list(each) for each in sorted(tally.actions.items())], {1})),
        _card("Could not be gone through", _table(["person", "error"], [list(each) for each in sorted(tally.failed.items())], set())),
        _compared(figures),
    ]  # fmt: skip
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>\n{STYLE}{_colours()}</style></head>\n<body><main>\n"
        + "\n".join(part for part in parts if part) + "\n</main></body></html>\n"
    )


def _tiles(figures: Figures) -> str:
    tally, costs = figures.result.tally, [row["cost"] for row in figures.channels() if row["cost"] is not None]
    figures_ = [("events", f"{tally.events:,}"), ("people", f"{tally.people:,}"), ("entries", f"{sum(tally.entered.values()):,}"),
                ("messages", f"{sum(tally.sent.values()):,}"), ("not sent", f"{sum(tally.suppressed.values()) + sum(tally.noted.values()):,}")]
    if costs:
        figures_.append((f"cost {figures.costs.currency}".strip(), f"{sum(costs):,.2f}"))
    tiles = "".join(f"<div class=card><b>{value}</b><span class=dim>{escape(name)}</span></div>" for name, value in figures_)
    return f"<div class=tiles>{tiles}</div>"


def _days(figures: Figures) -> str:
    days, channels = figures.days(), list(figures.result.tally.channels)
    if not days:
        return ""
    key = "".join(f'<span><i style="background:var(--c{number % COLOURS})"></i>{escape(name)}</span>' for number, name in enumerate(channels))
    return _card("Messages per day", f"<div class=key>{key}</div>{svg_chart(days, channels)}")


def _channels(figures: Figures) -> str:
    return _card("Channels", _table(
        ["channel", "sent", f"cost {figures.costs.currency}".strip()],
        [[row["channel"], row["sent"], "not known" if row["cost"] is None else f"{row['cost']:,.2f}"] for row in figures.channels()], {1, 2},
    ))  # fmt: skip


def _compared(figures: Figures) -> str:
    compared = figures.result.comparison
    if compared is None:
        return ""
    if not compared.people:
        return _card(f"Against {figures.against}", "<p>Nobody would notice a difference.</p>")
    people = "".join(
        f"<h3>{escape(person)}</h3><ul>{''.join(f'<li>{escape(figures.sentence(each))}</li>' for each in found)}</ul>"
        for person, found in sorted(compared.named.items())[:20]
    )
    more = f"<p class=dim>and {compared.people - 20:,} more</p>" if compared.people > 20 else ""
    what = _table(["what", "", "new", "gone", "at another time"], [list(row) for row in figures.changes()], {2, 3, 4})
    return _card(f"Against {figures.against}: {compared.people:,} people would notice a difference", what + people + more)


def _card(title: str, content: str) -> str:
    return f"<section class=card><h2>{escape(title)}</h2>{content}</section>" if content else ""


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]], right: set[int]) -> str:
    """Nothing where there are no rows."""
    body = "".join(
        "<tr>" + "".join(f"<td{_side(number, right)}>{escape(_shown(value))}</td>" for number, value in enumerate(row)) + "</tr>" for row in rows
    )
    head = "".join(f"<th{_side(number, right)}>{escape(column)}</th>" for number, column in enumerate(columns))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if body else ""


def _side(number: int, right: set[int]) -> str:
    return " class=n" if number in right else ""


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _colours() -> str:
    return "".join(f".c{number}{{fill:var(--c{number})}}" for number in range(COLOURS))
