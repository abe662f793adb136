"""Looking into the mailbox that the demo's mail server has filled."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

_START = b"\nFrom "


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail somebody got: ``path`` is the file it was written to, ``text`` its plain-text part."""

    message: str
    to: str
    subject: str
    path: Path
    text: str


def pick(mbox: Path, folder: Path, wanted: Iterable[tuple[str, str]]) -> list[Mail]:
    """The first mail of each wanted ``(message, address)``, written into ``folder`` as an ``.eml`` file."""
    missing = dict.fromkeys(wanted)
    found: dict[tuple[str, str], Mail] = {}
    folder.mkdir(parents=True, exist_ok=True)
    for raw in _mails(mbox, {address for _, address in missing}):
        parsed = BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)
        # Feedback-ID is flow:message:topic:domain.
        key = str(parsed["Feedback-ID"]).split(":")[1], str(parsed["To"])
        if key not in missing or key in found:
            continue
        path = folder / f"{key[0]}-{key[1].partition('@')[0]}.eml"
        path.write_bytes(raw)
        part = parsed.get_body(("plain",))
        text = "" if part is None else str(part.get_content()).strip()
        found[key] = Mail(key[0], key[1], str(parsed["Subject"]), path, text)
        if len(found) == len(missing):
            break
    return [found[key] for key in missing if key in found]


def _mails(mbox: Path, addresses: set[str]) -> Iterator[bytes]:
    """The mails to some addresses, as they came."""
    with mbox.open("rb") as file:
        if not mbox.stat().st_size:
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            for address in sorted(addresses):
                envelope = f"\nX-Envelope-To: {address}\n".encode()
                at = content.find(envelope)
                while at >= 0:
                    begin = at + len(envelope)
                    end = content.find(_START, begin)
                    yield content[begin : end if end >= 0 else len(content)].replace(b"\n>From ", b"\nFrom ")
                    at = content.find(envelope, begin)
