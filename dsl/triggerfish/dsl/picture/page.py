"""A picture as a page of its own: zoom, search, keyboard, and the source beside it. It asks nothing of any network."""

from __future__ import annotations

from importlib.resources import files
from string import Template

from triggerfish.dsl.picture.diagram import Diagram
from triggerfish.dsl.picture.palette import DARK, LIGHT, Theme, colours_css, shapes_css
from triggerfish.dsl.picture.shape import Picture, SourceLine
from triggerfish.dsl.picture.svg import drawing, xml

ONE_SHEET = 2200
"""A picture of at most so many pixels is printed on one sheet, where it can still be read; a longer one goes on over several."""


def render_page(picture: Picture, diagram: Diagram) -> str:
    """One HTML file with everything in it; it works when opened from disk."""
    return Template(_part("page.html")).substitute(
        title=xml(picture.title),
        style=_style(),
        width=diagram.width,
        height=diagram.height,
        picture="tf long" if diagram.height > ONE_SHEET else "tf",
        drawing=drawing(diagram, interactive=True),
        file=xml(f"{picture.file}, line {picture.line}"),
        source="".join(_source_line(line) for line in picture.source),
        words="".join(_sentence(text, line, depth) for text, line, depth in picture.words),
        script=_part("page.js"),
    )


def _part(name: str) -> str:
    return (files(__package__) / name).read_text("utf-8")


def _style() -> str:
    dark = _variables(DARK) + colours_css(DARK)
    chosen = "".join(
        _variables(theme, f'[data-theme="{name}"]') + colours_css(theme, f'[data-theme="{name}"] ')
        for name, theme in (("light", LIGHT), ("dark", DARK))
    )
    light = _variables(LIGHT) + shapes_css() + colours_css(LIGHT)
    shown = f"@media screen and (prefers-color-scheme:dark){{{dark}}}@media screen{{{chosen}}}"
    return f"{light}{shown}{_part('page.css')}"


def _variables(theme: Theme, scope: str = "") -> str:
    rules = theme.tints["rules"]
    return (
        f":root{scope}{{--paper:{theme.paper};--ink:{theme.ink};--faint:{theme.faint};--edge:{rules.edge};"
        f"--raised:{rules.fill};--mark:{theme.mark};--lit:{theme.tints['decide'].fill}}}"
    )


def _source_line(line: SourceLine) -> str:
    reach = f' tabindex="0" data-line="{line.owner}"' if line.owner else ""
    note = ' class="note"' if line.text.lstrip().startswith("#") else ""
    return f'<li{reach}><span class="no">{line.number}</span><span{note}>{xml(line.text)}</span></li>\n'


def _sentence(text: str, line: int, depth: int) -> str:
    indent = f' style="margin-left:{depth * 18}px"' if depth else ""
    return f'<li data-line="{line}"{indent}>{xml(text)}</li>\n'
