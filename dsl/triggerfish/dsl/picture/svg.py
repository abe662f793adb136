"""A diagram as SVG."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from triggerfish.dsl.picture.diagram import STYLES, Arrow, Box, Diagram, Frame, Point, Text
from triggerfish.dsl.picture.measure import exact, width
from triggerfish.dsl.picture.palette import DARK, LIGHT, colours_css, shapes_css

_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    'markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0L10 5L0 10z"/></marker></defs>'
)
_BEND = 7
_ROUNDING = {"start": 14, "end": 14, "label": 11}


def render_svg(diagram: Diagram) -> str:
    """A file of its own: valid XML, needs nothing else, follows the reader's light or dark preference."""
    style = shapes_css() + colours_css(LIGHT) + f"@media (prefers-color-scheme:dark){{{colours_css(DARK)}}}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<svg xmlns="http://www.w3.org/2000/svg" class="tf" role="img" aria-labelledby="t d" '
        f'width="{diagram.width}" height="{diagram.height}" viewBox="0 0 {diagram.width} {diagram.height}">\n'
        f'<title id="t">{xml(diagram.title)}</title>\n<desc id="d">{xml(diagram.description)}</desc>\n'
        f"<style>{style}</style>\n"
        f'<rect class="paper" width="100%" height="100%"/>\n{drawing(diagram)}</svg>\n'
    )


def drawing(diagram: Diagram, *, interactive: bool = False) -> str:
    """What is inside the ``svg`` element; ``interactive`` makes boxes reachable by keyboard."""
    parts = [_HEAD]
    parts += [_frame(frame) for frame in diagram.frames]
    parts += [_arrow(arrow) for arrow in diagram.arrows]
    parts += [_box(box, interactive=interactive) for box in diagram.boxes]
    return "\n".join(parts) + "\n"


def xml(text: str) -> str:
    """Text as it may stand between tags."""
    return escape(_NO_XML.sub("\ufffd", text))


def _frame(frame: Frame) -> str:
    return (
        f'<rect class="frame" x="{frame.x}" y="{frame.y}" width="{frame.width}" height="{frame.height}" rx="12" '
        'stroke-dasharray="5 4"/>'
    )


def _arrow(arrow: Arrow) -> str:
    head = ' marker-end="url(#head)"' if arrow.head else ""
    return f'<path class="arrow" d="{_path(arrow.points)}"{head}/>'


def _path(points: tuple[Point, ...]) -> str:
    """A line with rounded corners."""
    parts = [f"M{points[0][0]} {points[0][1]}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        near, far = _towards(corner, before), _towards(corner, after)
        parts.append(f"L{near[0]:g} {near[1]:g}Q{corner[0]} {corner[1]} {far[0]:g} {far[1]:g}")
    parts.append(f"L{points[-1][0]} {points[-1][1]}")
    return "".join(parts)


def _towards(corner: Point, other: Point) -> tuple[float, float]:
    """The point a bend's length from a corner, on the way to another point and at most half of it."""
    dx, dy = other[0] - corner[0], other[1] - corner[1]
    length = abs(dx) + abs(dy)
    share = min(_BEND, length / 2) / length if length else 0
    return corner[0] + dx * share, corner[1] + dy * share


def _box(box: Box, *, interactive: bool) -> str:
    reach = ""
    if interactive and box.source:
        reach = f' tabindex="0" role="button" aria-label={quoteattr(" ".join(xml_words(box.tip)))}'
    line = f' data-line="{box.source}"' if box.source else ""
    rounding = _ROUNDING.get(box.kind, 6)
    shape = "" if box.kind == "title" else (
        f'<rect class="shape" x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}" rx="{rounding}"/>'
    )  # fmt: skip
    texts = "".join(_text(text, box) for text in box.texts)
    return f'<g id="{box.id}" class="box k-{box.kind}"{line}{reach}><title>{xml(box.tip)}</title>{shape}{texts}</g>'


def xml_words(text: str) -> list[str]:
    """The words of a text, without what XML does not know."""
    return _NO_XML.sub("\ufffd", text).split()


def _text(text: Text, box: Box) -> str:
    style = STYLES[text.style]
    line = f' data-line="{text.source}"' if text.source else ""
    fit = ""
    if exact(text.text):
        wide = width(text.text, style.size, bold=style.bold)
        fit = f' textLength="{wide:.1f}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text class="{text.style}" x="{box.x + text.x}" y="{box.y + text.y}"{line}{fit}>{xml(text.text)}</text>'
    )
