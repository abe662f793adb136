"""A picture as Mermaid flowchart text, for wikis and code reviews that draw it themselves."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.dsl.picture.palette import KINDS, LIGHT
from triggerfish.dsl.picture.shape import Card, Fork, Label, Loop, Picture, Series

Tail = tuple[str, str]
"""A node from which the next line starts, and what is to be written on it."""

_SHAPES = {"start": ('(["', '"])'), "end": ('(["', '"])'), "decide": ('{{"', '"}}'), "loop": ('[/"', '"/]')}
_ESCAPED = {"%": "#37;", '"': "#quot;", "#": "#35;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "`": "#96;", "\\": "#92;", "|": "#124;"}


def render_mermaid(picture: Picture) -> str:
    """``flowchart TD`` text; every text in it stands in quotation marks, with what Mermaid reads as signs escaped."""
    return _Writer().write(picture)


def quoted(text: str) -> str:
    """Text as it may stand between quotation marks in Mermaid, which refuses an empty one."""
    return "".join(_ESCAPED.get(character, character) for character in " ".join(text.split())) or "…"


class _Writer:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.nodes = 0
        self.depth = 1

    def write(self, picture: Picture) -> str:
        self.lines = [f"%% {quoted(picture.title)}: flow {picture.name} in {quoted(picture.file)}", "flowchart TD"]
        tails: list[Tail] = []
        for start in picture.starts:
            tails += self._series(start, [])
        if picture.rules:
            rules = "<br/>".join(quoted(rule.text) for rule in picture.rules)
            self._line(f'rules["{rules}"]:::tf_rules')
        self._series(picture.body, tails)
        for kind in KINDS:
            tint = LIGHT.tints[kind]
            if kind != "label":
                self._line(f"classDef tf_{kind} fill:{tint.fill},stroke:{tint.edge},color:{LIGHT.ink}")
        return "\n".join(self.lines) + "\n"

    def _line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def _series(self, series: Series, tails: Sequence[Tail]) -> list[Tail]:
        """Writes a series that is reached from ``tails``; what it is left from."""
        left = list(tails)
        for shape in series:
            match shape:
                case Card():
                    node = self._card(shape, left)
                    left = [] if shape.ends else [(node, "")]
                case Label():
                    left = [(node, shape.text) for node, _ in left]
                case Fork():
                    left = self._fork(shape, left)
                case Loop():
                    left = self._loop(shape, left)
        return left

    def _card(self, card: Card, tails: Sequence[Tail]) -> str:
        self.nodes += 1
        node = f"n{self.nodes}"
        opening, closing = _SHAPES.get(card.kind, ('["', '"]'))
        head = quoted(f"{card.caption} {card.body}".strip())
        parts = [head, *(quoted(part) for part in (card.detail, card.doc) if part)]
        self._line(f"{node}{opening}{'<br/>'.join(parts)}{closing}:::tf_{card.kind}")
        for tail, label in tails:
            on = f'|"{quoted(label)}"|' if label else ""
            self._line(f"{tail} -->{on} {node}")
        return node

    def _fork(self, fork: Fork, tails: Sequence[Tail]) -> list[Tail]:
        node = self._card(fork.head, tails)
        left: list[Tail] = []
        for branch in fork.branches:
            left += self._series(branch, [(node, "")])
        return left

    def _loop(self, loop: Loop, tails: Sequence[Tail]) -> list[Tail]:
        node = self._card(loop.head, tails)
        self._line(f'subgraph loop_{node}[" "]')
        self.depth += 1
        left = self._series(loop.body, [(node, "")])
        self.depth -= 1
        self._line("end")
        for tail, label in left:
            if tail != node:
                self._line(f'{tail} -->|"{quoted(f"{label}, again") if label else "again"}"| {node}')
        return [(node, "when done")]
