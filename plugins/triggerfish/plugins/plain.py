"""The plain-text version of an HTML mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

_SKIPPED = frozenset({"head", "style", "script", "title", "template", "noscript", "svg"})
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "main", "nav", "ol", "p", "pre", "section", "table", "tr", "ul",
})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "blockquote"})
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_LINE_END = re.compile(r"[ \t]+\n")
_LINE_START = re.compile(r"\n[ \t]+(?=[^\s\d-])")
_GAP = re.compile(r"\n{3,}")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


def plain_text(html: str, comment: Callable[[str], str | None] = lambda _: None) -> str:
    """The text of an HTML mail: links with their address behind them, lists with dashes, pictures by their alt text.

    What is hidden (``display:none``) is left out. ``comment`` may turn a comment into text.
    """
    reader = _Reader(comment)
    reader.feed(html)
    reader.close()
    return tidy("".join(reader.parts))


def tidy(text: str) -> str:
    """Text without spaces at the ends of its lines and without more than one empty line in a row."""
    text = _LINE_START.sub("\n", _LINE_END.sub("\n", text))
    return _GAP.sub("\n\n", text).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self, comment: Callable[[str], str | None]) -> None:
        super().__init__(convert_charrefs=True)
        self.comment = comment
        self.parts: list[str] = []
        self.hidden: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.lists: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if self.hidden or tag in _SKIPPED or _HIDDEN.search(attributes.get("style", "")):
            if tag not in _VOID:
                self.hidden.append(tag)
            return
        if tag == "br":
            self.parts.append("\n")
        elif tag == "hr":
            self.parts.append("\n\n----\n\n")
        elif tag == "img":
            self.write(attributes.get("alt", ""))
        elif tag == "a":
            self.links.append((attributes.get("href", ""), len(self.parts)))
        elif tag in ("ul", "ol"):
            self.gap(1 if self.lists else 2)
            self.lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self.gap(1)
            self.parts.append("  " * max(len(self.lists) - 1, 0) + self._bullet())
        elif tag in ("td", "th"):
            if self.parts and not self.parts[-1].endswith((" ", "\n")):
                self.parts.append(" ")
        elif tag in _BLOCKS:
            self.gap(2 if tag in _PARAGRAPHS else 1)

    def _bullet(self) -> str:
        if self.lists and self.lists[-1] >= 0:
            self.lists[-1] += 1
            return f"{self.lists[-1]}. "
        return "- "

    def handle_endtag(self, tag: str) -> None:
        if self.hidden:
            if tag in self.hidden:
                while self.hidden and self.hidden.pop() != tag:
                    pass
            return
        if tag == "a" and self.links:
            href, start = self.links.pop()
            label = "".join(self.parts[start:]).strip()
            if href and not href.startswith("#") and href not in {label, f"mailto:{label}"}:
                self.parts.append(f" ({href})" if label else href)
        elif tag in ("ul", "ol"):
            if self.lists:
                self.lists.pop()
            self.gap(1 if self.lists else 2)
        elif tag in _BLOCKS:
            self.gap(2 if tag in _PARAGRAPHS else 1)

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.write(data)

    def handle_comment(self, data: str) -> None:
        replacement = None if self.hidden else self.comment(data)
        if replacement is not None:
            self.parts.append(replacement)

    def write(self, text: str) -> None:
        """Text with its spaces as a browser would show them."""
        text = re.sub(r"[ \t\r\n\f]+", " ", text)
        if not self.parts or self.parts[-1].endswith(("\n", " ")):
            text = text.lstrip(" ")
        if text:
            self.parts.append(text)

    def gap(self, lines: int) -> None:
        """At least that many line ends, unless nothing came before."""
        if not self.parts:
            return
        tail = "".join(self.parts[-3:])
        have = len(tail) - len(tail.rstrip("\n"))
        self.parts.append("\n" * max(lines - have, 0))
