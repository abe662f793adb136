"""What may go wrong with a mail although it can be sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit

CLIPPED = 102 * 1024
"""Bytes of HTML after which Gmail cuts a mail off and hides the rest behind a link."""
LONG_SUBJECT = 60
LONG_PREHEADER = 140
SMS_SIGNS = 160
SMS_SIGNS_UNICODE = 70
GSM = re.compile(
    r"[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\\[~\]|€]*", re.DOTALL
)
"""The alphabet of text messages (GSM 03.38, with its extension)."""


@dataclass(frozen=True, slots=True)
class Remark:
    """``code`` is for programs, ``message`` for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it goes out. ``marketing`` mails must let people unsubscribe; ``unsubscribe`` is the link for it."""

    subject: str
    preheader: str | None
    html: str
    text: str
    marketing: bool
    unsubscribe: str | None
    postal_address: str | None


class _Reader(HTMLParser):
    """Collects links and pictures."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.pictures: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag begins."""
        found = dict(attrs)
        if tag == "a" and "href" in found:
            self.links.append((found["href"] or "").strip())
        elif tag == "img":
            self.pictures.append(((found.get("src") or "").strip(), "alt" in found))


def of_mail(mail: Mail) -> Iterator[Remark]:
    """All there is to say about a mail."""
    reader = _Reader()
    reader.feed(mail.html)
    reader.close()
    yield from _headline(mail)
    yield from _pictures(reader)
    yield from _links(reader)
    if mail.marketing and (mail.unsubscribe is None or not _offers(mail, reader)):
        yield Remark("no-unsubscribe", "nobody can unsubscribe: a marketing mail needs a link, and the policy a sender")
    if mail.marketing and not mail.postal_address:
        yield Remark("no-postal-address", 'there is no postal address: write `postal address "…"` into the policy')
    size = len(mail.html.encode())
    if size > CLIPPED:
        yield Remark("clipped", f"Gmail will cut it off: the HTML has {size / 1024:.0f} KB, and 102 KB are shown")
    if not mail.text.strip():
        yield Remark("no-text", "there is no text part: some people see nothing, and spam filters do not like it")
    if "{{" in mail.html or "{%" in mail.html or "{{" in mail.subject:
        yield Remark("template-left", "there are {{ }} left in it that were not filled in")


def _headline(mail: Mail) -> Iterator[Remark]:
    length = len(mail.subject)
    if not mail.subject.strip():
        yield Remark("no-subject", "the subject is empty")
    elif length > LONG_SUBJECT:
        yield Remark("long-subject", f"the subject has {length} characters; phones show about {LONG_SUBJECT // 2}, most inboxes {LONG_SUBJECT}")
    if not mail.preheader:
        yield Remark("no-preview", 'inboxes will show the first words of the mail: `preview "…"` says something better')
    elif len(mail.preheader) > LONG_PREHEADER:
        yield Remark("long-preview", f"the preview has {len(mail.preheader)} characters; inboxes show at most {LONG_PREHEADER}")


def _pictures(reader: _Reader) -> Iterator[Remark]:
    without = [source for source, described in reader.pictures if not described]
    if without:
        yield Remark("no-alt", f"{_some(len(without), 'picture has', 'pictures have')} no alt text: {_shown(without)}")
    elsewhere = [source for source, _ in reader.pictures if source and urlsplit(source).scheme not in {"http", "https", "cid", "data"}]
    if elsewhere:
        yield Remark("no-picture", f"a picture's address does not begin with https://: {_shown(elsewhere)}")
    insecure = [source for source, _ in reader.pictures if urlsplit(source).scheme == "http"]
    if insecure:
        yield Remark("insecure-picture", f"a picture comes without https: {_shown(insecure)}")


def _links(reader: _Reader) -> Iterator[Remark]:
    insecure = [link for link in reader.links if urlsplit(link).scheme == "http"]
    if insecure:
        yield Remark("insecure-link", f"{_some(len(insecure), 'link goes', 'links go')} without https: {_shown(insecure)}")
    broken = [link for link in reader.links if _broken(link)]
    if broken:
        yield Remark("broken-link", f"{_some(len(broken), 'link leads', 'links lead')} nowhere: {_shown(broken)}")


def _broken(link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme in {"mailto", "tel", "sms"}:
        return not parts.path
    if not link or link.startswith("#") or " " in link:
        return True
    return parts.scheme not in {"http", "https"} or "." not in parts.netloc


def _offers(mail: Mail, reader: _Reader) -> bool:
    return mail.unsubscribe in reader.links or any("unsubscribe" in link.lower() for link in reader.links)


def of_text_message(text: str) -> Iterator[Remark]:
    """About a text message: how many it is paid as."""
    plain = GSM.fullmatch(text) is not None
    limit, part = (SMS_SIGNS, 153) if plain else (SMS_SIGNS_UNICODE, 67)
    if len(text) > limit:
        reason = "" if plain else ", because it has signs that only fit into short ones"
        yield Remark("long-sms", f"it has {len(text)} characters and is paid as {-(-len(text) // part)} messages{reason}")
    if "http://" in text:
        yield Remark("insecure-link", "a link goes without https")


def _some(count: int, one: str, several: str) -> str:
    return f"1 {one}" if count == 1 else f"{count} {several}"


def _shown(values: list[str]) -> str:
    distinct = list(dict.fromkeys(value if len(value) <= 60 else f"{value[:59]}…" for value in values))
    return ", ".join(f'"{value}"' for value in distinct[:3]) + (" …" if len(distinct) > 3 else "")
