"""Links in the bodies of mails, found and replaced."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

_HREF = re.compile(
    r"(?P<before><(?:a|area|v:roundrect|v:rect)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*?\bhref\s*=\s*)(?P<quote>[\"'])(?P<link>.*?)(?P=quote)",
    re.DOTALL | re.IGNORECASE,
)
"""Also in the comments that only Outlook reads, and in the shapes it draws buttons with."""
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_AFTER = ".,;:!?'\u2019\u201d\u00bb"
_END_OF_BODY = re.compile(r"</body\s*>", re.IGNORECASE)


def with_links(html: str, convert: Callable[[str], str]) -> str:
    """HTML whose links have gone through ``convert``; those it leaves alone stay as they were written."""

    def one(match: re.Match[str]) -> str:
        link = unescape(match["link"]).strip()
        new = convert(link)
        return match[0] if new == link else f"{match['before']}{match['quote']}{escape(new)}{match['quote']}"

    return _HREF.sub(one, html)


def with_addresses(text: str, convert: Callable[[str], str]) -> str:
    """A plain text whose web addresses have gone through ``convert``."""

    def one(match: re.Match[str]) -> str:
        address = match[0].rstrip(_AFTER)
        while address.endswith(")") and address.count(")") > address.count("("):
            address = address[:-1].rstrip(_AFTER)
        return convert(address) + match[0][len(address) :]

    return _ADDRESS.sub(one, text)


def with_pixel(html: str, source: str) -> str:
    """HTML with an invisible picture at the end of its body."""
    picture = f'<img src="{escape(source)}" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">\n'
    ends = list(_END_OF_BODY.finditer(html))
    at = ends[-1].start() if ends else len(html)
    return html[:at] + picture + html[at:]
