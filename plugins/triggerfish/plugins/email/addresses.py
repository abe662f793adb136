"""Mail addresses: reading them, and writing them the way mail servers want them.

Display names become encoded words (RFC 2047) where they are not plain ASCII, domains A-labels (RFC 5891). A local part in
another alphabet stays as it is and needs a server with SMTPUTF8 (RFC 6531).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.charset import QP, Charset
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from functools import lru_cache

import idna

LINE = 75
"""Characters of a header line, its end not counted; an encoded word may not be longer (RFC 2047, 2)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_LOCAL = re.compile(r"[^\s\"(),:;<>@\[\\\]]+")
_QUOTED = re.compile(r'"((?:[^"\\\x00-\x1f\x7f]|\\[\x20-\x7e])*)"')
_PLAIN_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)(?:\.(?!-)[A-Za-z0-9_-]{1,63}(?<!-))*")
_UTF8 = Charset("utf-8")
_UTF8.header_encoding = QP


class BadAddress(ValueError):  # noqa: N818 - said of what happened
    """A text that is no mail address; the message says why."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """``name <local@domain>``; ``domain`` is an A-label already, ``name`` may be empty."""

    name: str
    local: str
    domain: str

    @property
    def address(self) -> str:
        """``local@domain`` as it goes over the wire."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_utf8(self) -> bool:
        """Whether only a server with SMTPUTF8 can take it."""
        return not self.local.isascii()


def read_address(text: str) -> Mailbox:
    """Read ``a@b`` or ``Name <a@b>``. Raises ``BadAddress``; line breaks are refused, not removed."""
    if _CONTROL.search(text):
        raise BadAddress(f"“{_shown(text)}” holds a line break or another control sign")
    text = text.strip()
    name, bare = "", text
    if text.endswith(">") and "<" in text:
        name, _, bare = text[:-1].rpartition("<")
        name, bare = _display_name(name.strip()), bare.strip()
    local, at, domain = bare.rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(f"“{_shown(text)}” is no mail address")
    return Mailbox(name, _local_part(local, text), _domain(domain, text))


def _display_name(text: str) -> str:
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if "=?" in text:
        try:
            return str(make_header(decode_header(text)))
        except (HeaderParseError, LookupError, ValueError):
            return text
    return text


def _local_part(local: str, text: str) -> str:
    if len(local.encode()) > 64:
        raise BadAddress(f"“{_shown(text)}” is no mail address: the part before @ is too long")
    if _QUOTED.fullmatch(local):
        return local
    if not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadAddress(f"“{_shown(text)}” is no mail address: “{_shown(local)}” cannot stand before @")
    return local


def _domain(domain: str, text: str) -> str:
    if domain.startswith("[") and domain.endswith("]"):
        if re.fullmatch(r"\[(?:IPv6:[0-9a-fA-F:.]+|[0-9.]+)\]", domain):
            return domain
        raise BadAddress(f"“{_shown(text)}” is no mail address: {_shown(domain)} is no place")
    try:
        return _a_label(domain)
    except (idna.IDNAError, UnicodeError) as problem:
        # Names with "_" exist and get mail, although they are no host names.
        if "_" in domain and _HOST.fullmatch(domain):
            return domain.lower()
        raise BadAddress(f"“{_shown(text)}” is no mail address: “{_shown(domain)}” is no domain") from problem


@lru_cache(maxsize=1024)
def _a_label(domain: str) -> str:
    # Most mail goes to few domains, and working one out takes longer than all the rest of an address.
    return idna.encode(domain, uts46=True, transitional=False).decode("ascii")


def written(mailbox: Mailbox, header: str) -> str:
    """The mailbox as the value of a header, folded."""
    if not mailbox.name:
        return mailbox.address
    first = len(header) + 2
    short = len(mailbox.name) < LINE - first and "=?" not in mailbox.name
    if short and _PLAIN_PHRASE.fullmatch(mailbox.name):
        name = mailbox.name
    elif short and mailbox.name.isascii() and 2 * mailbox.name.count('"') + len(mailbox.name) < LINE - first:
        name = '"' + re.sub(r'(["\\])', r"\\\1", mailbox.name) + '"'
    else:
        name = encoded_words(mailbox.name, first)
    last = len(name.rsplit("\n", 1)[-1]) + (first if "\n" not in name else 0)
    gap = " " if last + len(mailbox.address) + 3 <= LINE else "\n "
    return f"{name}{gap}<{mailbox.address}>"


def text_header(text: str, header: str) -> str:
    """A free text, such as a subject, as the value of a header, folded at spaces or as encoded words."""
    if text.isascii() and "=?" not in text and len(text) <= LINE - len(header) - 2:
        return text
    return encoded_words(text, len(header) + 2)


def encoded_words(text: str, first: int) -> str:
    """Encoded words that each stand on a line of their own; ``first`` is the room the first one lacks."""
    latin = sum(character.isascii() for character in text) * 2 >= len(text)
    charset = _UTF8 if latin else "utf-8"
    return Header(text, charset, maxlinelen=LINE).encode(linesep="\n", maxlinelen=LINE - first if first else LINE)


def _shown(text: str) -> str:
    clean = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return clean if len(clean) <= 80 else clean[:79] + "…"
