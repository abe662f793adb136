"""Turns a prepared message into a mail: bytes that any mail server takes (RFC 5322, 2045 to 2047, 8058)."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import quote

from triggerfish.plugins.channel import Prepared
from triggerfish.plugins.email.addresses import (
    LINE,
    BadAddress,
    Mailbox,
    encoded_words,
    read_address,
    text_header,
    written,
)
from triggerfish.plugins.email.channel import EmailContent
from triggerfish.plugins.email.footer import with_footer
from triggerfish.plugins.plain import plain_text

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ASCII = bytes(range(128))
_LINE_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")


class CannotCompose(ValueError):  # noqa: N818 - said of what happened
    """The message can never become a mail; the message says why."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail with its envelope. ``data`` has CRLF line ends and is 7-bit clean unless ``needs_utf8``."""

    sender: Mailbox
    recipient: Mailbox
    message_id: str
    data: bytes
    needs_utf8: bool


def compose(prepared: Prepared[EmailContent], default_sender: str | None) -> Letter:
    """The mail for a message. The same message gives the same bytes at every attempt. Raises ``CannotCompose``."""
    content = prepared.content
    sender_text = content.sender or prepared.sender or default_sender
    if not sender_text:
        raise CannotCompose('nobody is named as sender: write “sender "…"” into the policy')
    try:
        sender, recipient = read_address(sender_text), read_address(prepared.address)
        reply_to = read_address(content.reply_to) if content.reply_to else None
    except BadAddress as problem:
        raise CannotCompose(str(problem)) from problem
    digest = hashlib.sha256(prepared.key.encode()).hexdigest()
    message_id = f"<{digest[:32]}@{_id_domain(sender)}>"
    headers = [
        ("From", written(sender, "From")),
        ("To", written(recipient, "To")),
        ("Subject", text_header(_one_line(content.subject), "Subject")),
        ("Date", format_datetime(dt.datetime.fromtimestamp(prepared.at // 1000, dt.UTC))),
        ("Message-ID", message_id),
    ]
    if reply_to is not None:
        headers.append(("Reply-To", written(reply_to, "Reply-To")))
    headers += _kind_of_mail(prepared, sender)
    needs_utf8 = any(one is not None and one.needs_utf8 for one in (sender, recipient, reply_to))
    head = "".join(f"{name}: {value}\n" for name, value in headers).replace("\n", "\r\n").encode()
    return Letter(sender, recipient, message_id, head + _body(prepared, digest), needs_utf8)


def _kind_of_mail(prepared: Prepared[EmailContent], sender: Mailbox) -> list[tuple[str, str]]:
    """Headers that say what sort of mail it is, and how one gets rid of it."""
    feedback = ":".join(_token(part) for part in (prepared.flow, prepared.message, prepared.topic or "transactional"))
    headers = [("Feedback-ID", f"{feedback}:{_token(sender.domain)}")]
    if prepared.transactional or prepared.topic is None:
        return [*headers, ("Auto-Submitted", "auto-generated")]
    identity = f"<{_token(prepared.topic)}.{sender.domain}>"
    label = _one_line(prepared.topic_label or "")
    if label:
        plain = re.fullmatch(r"[A-Za-z0-9 ]+", label) and len(label) + len(identity) < 60
        identity = f"{label} {identity}" if plain else f"{encoded_words(label, len('List-ID: '))}\n {identity}"
    headers += [("List-ID", identity), ("Precedence", "bulk")]
    link = prepared.unsubscribe
    if link is not None:
        mailto = f"mailto:{quote(sender.address, safe='@')}?subject=unsubscribe%20{quote(prepared.key, safe='')}"
        links = [link] if link.startswith("mailto:") else [link, mailto]
        if any(not one.isascii() or re.search(r"[\s<>]", one) for one in links):
            raise CannotCompose("the unsubscribe link holds signs that no header may hold")
        headers.append(("List-Unsubscribe", ",\n ".join(f"<{one}>" for one in links)))
        if link.startswith("https:"):  # RFC 8058 wants https for the one-click form
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def _body(prepared: Prepared[EmailContent], digest: str) -> bytes:
    html = _clean(prepared.content.body)
    text = _clean(prepared.content.text) if prepared.content.text else plain_text(html)
    if not prepared.transactional and prepared.topic is not None:
        html, text = with_footer(html, text, prepared.unsubscribe, prepared.postal_address, prepared.language)
    boundary = f"=_{digest[32:56]}"  # "=_" cannot occur in a quoted-printable or base64 text
    head = f'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="{boundary}"\r\n'
    if prepared.language and re.fullmatch(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*", prepared.language):
        head += f"Content-Language: {prepared.language.replace('_', '-')}\r\n"
    line = f"--{boundary}\r\n".encode()
    parts = (head.encode(), b"", line + _part("plain", text), line + _part("html", html), f"--{boundary}--".encode(), b"")
    return b"\r\n".join(parts)


def _part(subtype: str, text: str) -> bytes:
    """One part, encoded so that no line is too long and no sign needs eight bits (RFC 2045)."""
    raw = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    ascii_signs = len(raw) - len(raw.translate(None, _ASCII))
    if ascii_signs == len(raw) and max(map(len, raw.split(b"\n"))) <= LINE:
        encoding, data = "7bit", raw
    elif ascii_signs * 3 >= len(raw) * 2:
        encoding, data = "quoted-printable", binascii.b2a_qp(raw)
    else:
        encoding, data = "base64", base64.encodebytes(raw.replace(b"\n", b"\r\n"))
    charset = "us-ascii" if encoding == "7bit" else "utf-8"
    head = f'Content-Type: text/{subtype}; charset="{charset}"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'
    return head.encode() + data.replace(b"\n", b"\r\n")


def _one_line(text: str) -> str:
    """A header's text. A line break that got into it is refused: it could add headers of its own."""
    text = _CONTROL.sub("", text.strip())
    if _LINE_BREAK.search(text):
        raise CannotCompose("the subject holds a line break")
    return text.replace("\t", " ").encode("utf-8", "replace").decode()


def _clean(text: str) -> str:
    """A body without the signs that no mail may hold."""
    return _CONTROL.sub("", text).encode("utf-8", "replace").decode()


def _token(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", text)


def _id_domain(sender: Mailbox) -> str:
    return sender.domain if not sender.domain.startswith("[") else "localhost"
