"""Turns the body of a message, as it was written, into an HTML template and a text template."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from html import escape
from typing import Literal

from triggerfish.plugins.plain import plain_text
from triggerfish.runtime.messages.placeholders import Placeholders

Kind = Literal["MJML", "HTML", "Markdown"]

_SUFFIXES: dict[str, Kind] = {".mjml": "MJML", ".html": "HTML", ".htm": "HTML", ".md": "Markdown", ".markdown": "Markdown"}
_MJML_START = re.compile(r"\s*(?:<\?xml[^>]*>\s*|<!--.*?-->\s*)*<mjml\b", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(
    r"<(?:!doctype|html|head|body|div|p|table|tr|td|h[1-6]|span|a|img|br|ul|ol|center|style|section|b|i|strong|em|hr|font)\b[^>]*>",
    re.IGNORECASE,
)
_MJML_TAG = re.compile(r"<(/?)(mj[a-z-]*)\b((?:\"[^\"]*\"|'[^']*'|[^'\">])*?)(/?)>|<!--.*?-->", re.DOTALL)
_INLINE_STYLE = re.compile(r"<mj-style\b[^>]*\binline\s*=\s*[\"']inline[\"'][^>]*>(.*?)</mj-style\s*>", re.DOTALL)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)
MJML_ELEMENTS = frozenset({
    "mjml", "mj-head", "mj-body", "mj-attributes", "mj-all", "mj-class", "mj-breakpoint", "mj-font", "mj-html-attributes", "mj-selector",
    "mj-html-attribute", "mj-preview", "mj-style", "mj-title", "mj-accordion", "mj-accordion-element", "mj-accordion-title",
    "mj-accordion-text", "mj-button", "mj-carousel", "mj-carousel-image", "mj-column", "mj-divider", "mj-group", "mj-hero", "mj-image",
    "mj-include", "mj-navbar", "mj-navbar-link", "mj-raw", "mj-section", "mj-social", "mj-social-element", "mj-spacer", "mj-table",
    "mj-text", "mj-wrapper",
})
_PAGE = (
    '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '</head>\n<body style="margin:0;padding:0">\n<div style="max-width:600px;margin:0 auto;padding:24px;'
    'font:16px/1.5 -apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif;color:#222">\n{}</div>\n</body>\n</html>\n'
)
_HIDDEN = '<div style="display:none;max-height:0;overflow:hidden;opacity:0">{}{}</div>'
_PADDING = "&#847;&zwnj;&nbsp;" * 40
"""Keeps the mail's first words from following the preview in an inbox."""


class Unreadable(ValueError):  # noqa: N818 - said of what happened
    """The body cannot be turned into HTML."""


class PackageMissing(Exception):  # noqa: N818 - said of what happened
    """An optional package is needed; ``package`` is its name."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.package = package


class Misplaced(ValueError):  # noqa: N818 - said of what happened
    """A ``{% … %}`` stands where it cannot survive; ``tag`` is its text."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


@dataclass(frozen=True, slots=True)
class Body:
    """Two Liquid templates: the HTML and its plain-text version."""

    html: str
    text: str


def kind_of(source: str, file: str | None) -> Kind:
    """By the file's suffix, else by what it looks like."""
    suffix = re.search(r"\.\w+$", file or "")
    if suffix and suffix[0].lower() in _SUFFIXES:
        return _SUFFIXES[suffix[0].lower()]
    if _MJML_START.match(source):
        return "MJML"
    return "HTML" if _ELEMENT.search(source) else "Markdown"


def to_html(source: str, kind: Kind, preview: str | None) -> Body:
    """The templates for a body. Raises ``Unreadable``, ``PackageMissing`` or ``Misplaced``."""
    placeholders = Placeholders()
    taken = placeholders.take(source)
    if kind == "MJML":
        html = _from_mjml(taken, placeholders)
    elif kind == "Markdown":
        html = _from_markdown(taken, placeholders)
    else:
        html = _inlined(taken, placeholders)
    text = placeholders.put_back(placeholders.tags_beside_text(plain_text(html, placeholders.bare)))
    html = placeholders.put_back(html)
    return Body(_with_preview(html, preview) if preview else html, text)


def _from_markdown(source: str, placeholders: Placeholders) -> str:
    from markdown_it import MarkdownIt  # slow, or not there

    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return _PAGE.replace("{}", markdown.render(placeholders.comments_on_own_lines(source)))


def _from_mjml(source: str, placeholders: Placeholders) -> str:
    if wrong := _mjml_problem(source):
        raise Unreadable(wrong)
    if tag := placeholders.between_attributes(source):
        raise Misplaced(tag)
    try:
        import mjml  # slow, or not there
    except ImportError as missing:
        raise PackageMissing("mjml-python") from missing
    css = "\n".join(_INLINE_STYLE.findall(source))
    try:
        html = mjml.mjml2html(placeholders.comments_between_elements(_INLINE_STYLE.sub("", source)))
    except ValueError as problem:
        raise Unreadable(_mjml_words(str(problem))) from problem
    # What MJML makes carries its styles already; only those marked inline="inline" remain to be written in.
    return _inliner(inline_style_tags=False, extra_css=css).inline(placeholders.rows_in_bodies(html)) if css else html


def _inlined(source: str, placeholders: Placeholders) -> str:
    """HTML with its style sheet written into the elements; the sheet stays, for what only a sheet can say."""
    html = placeholders.comments_between_elements(source)
    if "<style" not in html.lower():
        return html
    if tag := placeholders.between_attributes(source):
        raise Misplaced(tag)
    inliner = _inliner(inline_style_tags=True, extra_css=None)
    try:
        return inliner.inline(placeholders.rows_in_bodies(html))
    except ValueError as problem:
        raise Unreadable(str(problem)) from problem


class _Inliner:
    """What is used of ``css_inline.CSSInliner``."""

    def inline(self, html: str) -> str:
        raise NotImplementedError


@cache
def _inliner(*, inline_style_tags: bool, extra_css: str | None) -> _Inliner:
    try:
        import css_inline  # slow, or not there
    except ImportError as missing:
        raise PackageMissing("css-inline") from missing
    inliner: _Inliner = css_inline.CSSInliner(  # type: ignore[assignment]
        inline_style_tags=inline_style_tags, keep_style_tags=True, load_remote_stylesheets=False, extra_css=extra_css
    )
    return inliner


def _mjml_words(problem: str) -> str:
    if problem.startswith("unable to parse next"):
        return "a “<” in it begins no element: in a text it is written “&lt;”"
    return problem.replace(" in root template", "")


def _mjml_problem(source: str) -> str | None:
    """What the MJML compiler would not say clearly: unknown elements, and those never closed."""
    open_tags: list[tuple[str, int]] = []
    for match in _MJML_TAG.finditer(source):
        closing, name, _, alone = match.groups()
        if name is None:
            continue
        line = source.count("\n", 0, match.start()) + 1
        if name not in MJML_ELEMENTS:
            close = get_close_matches(name, MJML_ELEMENTS, n=1)
            return f"there is no <{name}> (line {line})" + (f": did you mean <{close[0]}>?" if close else "")
        if name == "mj-include":
            return f"<mj-include> (line {line}) cannot read other files: write the text here"
        if closing:
            if not open_tags:
                return f"</{name}> (line {line}) closes nothing"
            opened, where = open_tags.pop()
            if opened != name:
                return f"<{opened}> (line {where}) is not closed before </{name}> (line {line})"
        elif not alone:
            open_tags.append((name, line))
    if open_tags:
        return f"<{open_tags[-1][0]}> (line {open_tags[-1][1]}) is never closed"
    return None


def _with_preview(html: str, preview: str) -> str:
    """Put the preview in front of the body, where inboxes look for it and nobody sees it in the mail."""
    placeholders = Placeholders()
    block = _HIDDEN.format(placeholders.put_back(escape(placeholders.take(preview))), _PADDING)
    body = _BODY.search(html)
    at = body.end() if body else 0
    return html[:at] + block + html[at:]
