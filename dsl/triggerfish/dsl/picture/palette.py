"""The colours of pictures, for light and dark backgrounds.

Colour is never the only sign: every box says in words what it is. All inks have a contrast of at least 4.5 : 1 on
their fill, and lines at least 3 : 1 on the paper (WCAG 2.2, AA).
"""

from __future__ import annotations

from dataclasses import dataclass

from triggerfish.dsl.picture.diagram import STYLES
from triggerfish.dsl.picture.measure import FONT


@dataclass(frozen=True, slots=True)
class Tint:
    """Of one kind of box: its inside, its edge, and its caption."""

    fill: str
    edge: str
    caption: str


@dataclass(frozen=True, slots=True)
class Theme:
    """``ink`` is for text, ``faint`` for comments and details, ``line`` for arrows, ``frame`` for loops."""

    paper: str
    ink: str
    faint: str
    line: str
    frame: str
    mark: str
    tints: dict[str, Tint]


KINDS = ("start", "send", "wait", "decide", "loop", "data", "act", "end", "rules", "label")

LIGHT = Theme(
    paper="#ffffff", ink="#17202c", faint="#475467", line="#5b6879", frame="#f4f7fa", mark="#d6409f",
    tints={
        "start": Tint("#e6f6ea", "#2c8a4b", "#17602f"),
        "send": Tint("#e5f0fd", "#2f74c9", "#174f96"),
        "wait": Tint("#fdf3dc", "#b07d14", "#74500a"),
        "decide": Tint("#f1eafc", "#7c55c4", "#583393"),
        "loop": Tint("#def4f4", "#1d8687", "#0d5b5c"),
        "data": Tint("#eceff3", "#66758a", "#3d4a5c"),
        "act": Tint("#fdebe2", "#c0602a", "#883d14"),
        "end": Tint("#fbe7ea", "#be3b52", "#8e2339"),
        "rules": Tint("#fafbfc", "#8592a3", "#3d4a5c"),
        "label": Tint("#ffffff", "#8592a3", "#17202c"),
    },
)  # fmt: skip
DARK = Theme(
    paper="#12171e", ink="#eaeff5", faint="#b3bfcd", line="#8d9aab", frame="#181f28", mark="#ff7ac6",
    tints={
        "start": Tint("#15301f", "#46a868", "#8fe0ab"),
        "send": Tint("#14294a", "#4c8fe0", "#a5cbfb"),
        "wait": Tint("#382b0d", "#c3922c", "#f2cf85"),
        "decide": Tint("#2a2044", "#9775dc", "#cfb9fa"),
        "loop": Tint("#0f3233", "#35a3a4", "#86dedf"),
        "data": Tint("#252d38", "#8090a6", "#c3cedb"),
        "act": Tint("#3d2113", "#d97c46", "#fbbd98"),
        "end": Tint("#411922", "#df6379", "#fab0bc"),
        "rules": Tint("#161c24", "#6f7d8f", "#c3cedb"),
        "label": Tint("#12171e", "#6f7d8f", "#eaeff5"),
    },
)  # fmt: skip


def shapes_css() -> str:
    """How text and lines are set, whatever the colours."""
    rules = [f".tf text{{font-family:{FONT}}}", ".tf .arrow{fill:none;stroke-width:1.6}", ".tf .shape{stroke-width:1.4}"]
    for name, style in STYLES.items():
        weight = ";font-weight:bold" if style.bold else ""
        slant = ";font-style:italic" if style.italic else ""
        rules.append(f".tf .{name}{{font-size:{style.size}px{weight}{slant}}}")
    return "".join(rules)


def colours_css(theme: Theme, scope: str = "") -> str:
    """The colours of a theme as style rules; ``scope`` is a selector they are limited to, with a space at its end."""
    rules = [
        f"{scope}.tf .paper{{fill:{theme.paper}}}",
        f"{scope}.tf text{{fill:{theme.ink}}}",
        f"{scope}.tf .doc,{scope}.tf .detail{{fill:{theme.faint}}}",
        f"{scope}.tf .arrow{{stroke:{theme.line}}}",
        f"{scope}.tf .tip{{fill:{theme.line}}}",
        f"{scope}.tf .frame{{fill:{theme.frame};stroke:{theme.tints['loop'].edge}}}",
    ]
    for kind, tint in theme.tints.items():
        rules.append(f"{scope}.tf .k-{kind} .shape{{fill:{tint.fill};stroke:{tint.edge}}}")
        rules.append(f"{scope}.tf .k-{kind} .caption{{fill:{tint.caption}}}")
    return "".join(rules)
