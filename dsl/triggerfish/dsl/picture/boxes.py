"""Cards, labels, titles and rules as boxes with their text set; each at the origin, to be moved where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from triggerfish.dsl.picture.diagram import STYLES, Box, Text
from triggerfish.dsl.picture.measure import width, wrap
from triggerfish.dsl.picture.shape import Card, Label, Rule

ROOM = 224
LABEL_ROOM = 168
RULE_ROOM = 300
TITLE_ROOM = 560
_PAD = 12
_LABEL_PAD = 9
_NARROW = 84
_BODY_LINES, _DOC_LINES, _LABEL_LINES = 6, 5, 5

Line = tuple[str, str, int]
"""A line of text, its style, and the line of the source it stands for (0: the box's own)."""


def card_box(card: Card, name: str) -> Box:
    """A step."""
    lines: list[Line] = [(card.caption, "caption", 0)]
    lines += _lines(card.body, "body", ROOM, _BODY_LINES)
    lines += _lines(card.detail, "detail", ROOM, 2)
    lines += _lines(card.doc, "doc", ROOM, _DOC_LINES)
    tip = "\n".join(part for part in (card.written, card.detail, card.doc) if part) or card.caption
    box = _boxed(name, card.kind, lines, _PAD, card.line, tip)
    return _centred(box) if card.kind == "end" and len(box.texts) == 1 else box


def label_box(label: Label, name: str) -> Box:
    """The name of a branch, centred."""
    lines: list[Line] = _lines(label.text, "label", LABEL_ROOM, _LABEL_LINES)
    return _centred(_boxed(name, "label", lines, _LABEL_PAD, label.line, label.text, narrow=0, above=3))


def rules_box(rules: Sequence[Rule], name: str) -> Box:
    """All headers in one box, each a line or more."""
    lines: list[Line] = [("Rules", "caption", 0)]
    for rule in rules:
        first, *others = wrap(rule.text, STYLES["detail"].size, RULE_ROOM - 10, most=8)
        lines.append((f"• {first}", "detail", rule.line))
        lines += [(f"\u2003{other}", "detail", rule.line) for other in others]
    tip = "\n".join(rule.text for rule in rules)
    return _boxed(name, "rules", lines, _PAD, rules[0].line, tip)


def title_box(title: str, doc: str, line: int, name: str) -> Box:
    """What the flow is called and what is said about it."""
    lines = [*_lines(title, "title", TITLE_ROOM, 3), *_lines(" ".join(doc.split()), "doc", TITLE_ROOM, 8)]
    return _boxed(name, "title", lines, 0, line, title, above=0)


def _centred(box: Box) -> Box:
    """The same box with each line in its middle."""
    texts = []
    for text in box.texts:
        style = STYLES[text.style]
        wide = width(text.text, style.size, bold=style.bold)
        texts.append(replace(text, x=round((box.width - wide) / 2)))
    return replace(box, texts=tuple(texts))


def _lines(text: str, style: str, room: int, most: int) -> list[Line]:
    """``text`` in as few lines as ``room`` allows, and these about equally long."""
    set_as = STYLES[style]
    lines = wrap(text, set_as.size, room, bold=set_as.bold, most=most)
    narrower = room
    while 1 < len(lines) < most and narrower > room // 2:
        narrower -= 8
        tried = wrap(text, set_as.size, narrower, bold=set_as.bold, most=most)
        if len(tried) > len(lines):
            break
        lines = tried
    return [(line, style, 0) for line in lines]


def _boxed(
    name: str,
    kind: str,
    lines: Sequence[Line],
    pad: int,
    source: int,
    tip: str,
    *,
    narrow: int = _NARROW,
    above: int = 7,
) -> Box:
    texts = []
    widest = 0.0
    y = above
    for text, style, of in lines:
        set_as = STYLES[style]
        widest = max(widest, width(text, set_as.size, bold=set_as.bold))
        baseline = y + round((set_as.leading + set_as.size * 0.72) / 2)
        texts.append(Text(text, pad, baseline, style, of))
        y += set_as.leading
    wide = max(narrow, ceil(widest) + 2 * pad)
    return Box(name, kind, 0, 0, wide + wide % 2, y + above, tuple(texts), source, tip)
