"""What stands in a link: sealed, so that nobody can read, change or make one.

AES-SIV (RFC 5297) encrypts and signs at once and needs no chance, so the same mail has the same bytes at every attempt.
A token holds all that is needed to follow it: it works as long as its key is accepted, whatever has been deleted since.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import msgspec

Purpose = Literal["c", "o", "r", "u", "confirm"]
"""Which path of the service a token is for; on another it is worth nothing."""

LONGEST = 8_000
"""Characters of a token; longer ones are not looked at."""


class Mail(msgspec.Struct, frozen=True, array_like=True):
    """The message that a link stood in. ``key`` is its idempotency key, without the person where that comes first."""

    person: str
    key: str
    channel: str
    message: str
    flow: str
    step: str
    topic: str | None = None

    @property
    def whole_key(self) -> str:
        """The idempotency key."""
        return f"{self.person}{self.key}" if self.key.startswith("/") else self.key

    def event_fields(self) -> dict[str, Any]:
        """The fields of the runtime's own events that tell which message is meant."""
        fields: dict[str, Any] = {"message": self.message, "flow": self.flow, "step": self.step, "key": self.whole_key}
        return {**fields, "topic": self.topic} if self.topic else fields


class Click(msgspec.Struct, frozen=True, array_like=True):
    """A tracked link: where it leads, without campaign tags."""

    mail: Mail
    target: str


class Opened(msgspec.Struct, frozen=True, array_like=True):
    """The pixel of a mail."""

    mail: Mail


class Recording(msgspec.Struct, frozen=True, array_like=True):
    """A link that records an event with these fields."""

    mail: Mail
    event: str
    fields: dict[str, Any]


class Unsubscribing(msgspec.Struct, frozen=True, array_like=True):
    """A link by which a person leaves the mail's topic on its channel."""

    mail: Mail


class Confirming(msgspec.Struct, frozen=True, array_like=True):
    """A link that confirms a subscription; ``until`` is the moment it ends, in milliseconds since 1970 UTC."""

    mail: Mail
    topic: str
    until: int


Said = TypeVar("Said", Click, Opened, Recording, Unsubscribing, Confirming)


class Tokens:
    """Seals and opens tokens. The first of ``keys`` seals, any opens."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESSIV  # belongs to the extra, and slow to import

        if not keys:
            raise ValueError("at least one key is needed")
        self._ciphers = [AESSIV(hashlib.sha512(b"triggerfish links 1\0" + key).digest()) for key in keys]

    def seal(self, purpose: Purpose, what: Said) -> str:
        """The token, of letters, digits, ``-`` and ``_``."""
        sealed = self._ciphers[0].encrypt(msgspec.msgpack.encode(what), [purpose.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, purpose: Purpose, token: str, kind: type[Said]) -> Said | None:
        """What a token says; None for one that was not made here, was changed, or is for another purpose."""
        from cryptography.exceptions import InvalidTag  # belongs to the extra

        sealed = _decoded(token)
        if sealed is None:
            return None
        for cipher in self._ciphers:
            try:
                return msgspec.msgpack.decode(cipher.decrypt(sealed, [purpose.encode()]), type=kind)
            except InvalidTag:
                continue
            except (ValueError, msgspec.MsgspecError):
                return None  # made by a version that wrote other tokens
        return None


def _decoded(token: str) -> bytes | None:
    """The bytes of a token; None where it is written in any other way than ``seal`` writes it."""
    if not token or len(token) > LONGEST or not token.isascii():
        return None
    try:
        data = base64.b64decode(token.encode() + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if base64.urlsafe_b64encode(data).rstrip(b"=").decode() == token else None
