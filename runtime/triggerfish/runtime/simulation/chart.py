"""Messages per day as a picture: of characters, and as SVG."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from html import escape

from triggerfish.runtime.simulation.report import Day

EIGHTHS = " ▁▂▃▄▅▆▇█"
HEIGHT = 6
COLUMNS = 66
WIDE, HIGH, LEFT, BELOW, ABOVE = 960, 260, 56, 26, 10
COLOURS = 6
"""How many colours the page has for channels; further ones begin again."""


def text_chart(days: Sequence[Day]) -> list[str]:
    """Lines of blocks with a scale; a column is a day, or as many days as it takes to fit."""
    if not days:
        return []
    each = -(-len(days) // COLUMNS)
    bars = [sum(day.total for day in days[start : start + each]) for start in range(0, len(days), each)]
    top = max(*bars, 1)
    height = min(HEIGHT, max(2, top))
    label = len(f"{top:,}")
    lines = []
    for row in range(height, 0, -1):
        # Whatever is there at all shows.
        parts = "".join(EIGHTHS[_eighths(bar, top, height, row)] for bar in bars)
        scale = f"{top:,}" if row == height else "0" if row == 1 else ""
        lines.append(f"{scale:>{label}} ┤{parts}")
    first, last = days[0].date.isoformat(), days[-1].date.isoformat()
    below = first if len(days) == 1 else f"{first}{last:>{max(len(bars) - len(first), len(last) + 1)}}"
    lines.append(f"{'':>{label}}  {below}")
    if each > 1:
        lines.append(f"{'':>{label}}  a column is {each} days")
    return lines


def _eighths(bar: int, top: int, height: int, row: int) -> int:
    filled = max(round(bar * height * 8 / top), 1) if bar else 0
    return min(max(filled - (row - 1) * 8, 0), 8)


def svg_chart(days: Sequence[Day], channels: Sequence[str]) -> str:
    """Stacked columns, a day each, with titles that show when they are pointed at."""
    top = _round(max((day.total for day in days), default=0))
    width = (WIDE - LEFT - 8) / max(len(days), 1)
    parts = [
        f'<svg viewBox="0 0 {WIDE} {HIGH}" role="img" aria-label="Messages per day, at most {max((day.total for day in days), default=0):,}">'
    ]
    for share in (0, 0.5, 1):
        y = _y(top * share, top)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDE - 8}" y1="{y:.1f}" y2="{y:.1f}"/>')
        parts.append(f'<text class="scale" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{top * share:,.4g}</text>')
    for number, day in enumerate(days):
        below = 0
        x = LEFT + number * width
        shown = "".join(f"\n{channel} {count:,}" for channel, count in sorted(day.sent.items()))
        parts.append(f"<g><title>{day.date:%Y-%m-%d}{escape(shown)}</title>")
        parts.append(f'<rect class="hit" x="{x:.2f}" y="{ABOVE}" width="{width:.2f}" height="{HIGH - BELOW - ABOVE}"/>')
        for index, channel in enumerate(channels):
            count = day.sent.get(channel, 0)
            if count:
                y, foot = _y(below + count, top), _y(below, top)
                parts.append(
                    f'<rect class="c{index % COLOURS}" x="{x + width * 0.1:.2f}" y="{y:.2f}" width="{width * 0.8:.2f}" height="{foot - y:.2f}"/>'
                )
                below += count
        parts.append("</g>")
    parts += _dates(days, width)
    parts.append("</svg>")
    return "".join(parts)


def _dates(days: Sequence[Day], width: float) -> list[str]:
    """At most eight dates below, the first among them."""
    step = max(1, -(-len(days) // 8))
    shown = [(number, day.date) for number, day in enumerate(days) if number % step == 0]
    return [
        f'<text class="scale" x="{min(LEFT + (number + 0.5) * width, WIDE - 40):.1f}" y="{HIGH - 8}" text-anchor="middle">{_short(date)}</text>'
        for number, date in shown
    ]


def _short(date: dt.date) -> str:
    return f"{date.day} {date:%b %Y}"


def _y(value: float, top: float) -> float:
    return HIGH - BELOW - value * (HIGH - BELOW - ABOVE) / top


def _round(value: int) -> int:
    """The next number of one digit and noughts, of 2, 4, 6 or 8 or ten."""
    step = 1
    while step * 10 < value:
        step *= 10
    return next((each * step for each in (2, 4, 6, 8, 10) if each * step >= value), 10 * step)
