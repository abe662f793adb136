"""Campaign tags: ``utm_source`` and its kin, by which web analytics knows where visitors come from."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, quote_plus, urlsplit, urlunsplit


class Campaign:
    """The tags of one message: those of the policy, and its flow and message where the policy has no others.

    Without tags in the policy there are none at all.
    """

    def __init__(self, utm: Sequence[tuple[str, str]], flow: str, message: str) -> None:
        given = dict(utm)
        if given:
            given.setdefault("campaign", flow)
            given.setdefault("content", message)
        self.tags = {f"utm_{name}": value for name, value in given.items() if value}

    def tagged(self, link: str) -> str:
        """A web address with the tags that it has not; anything else as it is."""
        if not self.tags or not is_web_address(link):
            return link
        parts = urlsplit(link)
        present = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)}
        added = "&".join(f"{name}={quote_plus(value)}" for name, value in self.tags.items() if name not in present)
        if not added:
            return link
        query = f"{parts.query}&{added}" if parts.query else added
        return urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))


def is_web_address(link: str) -> bool:
    """Whether a text is an address of the web that a browser can be sent to."""
    if any(character.isspace() or character < " " for character in link):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        return False
