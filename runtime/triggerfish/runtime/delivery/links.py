"""Signed links by which people act on a mail: leave a topic, for now.

A link holds all that is needed to follow it, so it works for as long as the key exists, however much has been deleted since.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import msgspec
from pydantic import BaseModel

PATH = "/u/"
_SIGNATURE = 16
KEY_FILE = "link.key"


class Unsubscribe(msgspec.Struct, frozen=True, array_like=True):
    """What an unsubscribe link says. ``key`` is the idempotency key of the mail it stood in."""

    person: str
    topic: str
    channel: str
    key: str


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links below ``public_url`` and reads them again; ``secret`` signs them."""

    public_url: str
    secret: bytes

    def unsubscribe(self, what: Unsubscribe) -> str:
        """The link by which a person leaves a topic on a channel."""
        payload = _encoded(msgspec.json.encode(what))
        return f"{self.public_url.rstrip('/')}{PATH}{payload}.{_encoded(self._signature(payload))}"

    def read(self, token: str) -> Unsubscribe | None:
        """What the last part of a link says; None for one that was not made here or was changed."""
        payload, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), _encoded(self._signature(payload)).encode()):
            return None
        try:
            return msgspec.json.decode(_decoded(payload), type=Unsubscribe)
        except (ValueError, msgspec.MsgspecError):
            return None

    def _signature(self, payload: str) -> bytes:
        return hmac.new(self.secret, b"unsubscribe:" + payload.encode(), hashlib.sha256).digest()[:_SIGNATURE]


def configured_links(sections: Mapping[str, BaseModel], data: Path) -> Links | None:
    """Links for the ``public_url`` of ``[email]``, signed with the secret in ``data``; None where there is no service.

    Raises OSError when the secret can be neither read nor made.
    """
    url = getattr(sections.get("email"), "public_url", None)
    return Links(url, link_secret(data)) if isinstance(url, str) and url else None


def mailto(sender_address: str, key: str) -> str:
    """The link for where there is no web service: a mail to the sender."""
    return f"mailto:{quote(sender_address, safe='@')}?subject=unsubscribe%20{quote(key, safe='')}"


def link_secret(folder: Path) -> bytes:
    """The secret in the project's data folder, made at first use. Raises OSError."""
    path = folder / KEY_FILE
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:  # another process was faster
        return bytes.fromhex(path.read_text().strip())
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    return bytes.fromhex(path.read_text().strip())


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
