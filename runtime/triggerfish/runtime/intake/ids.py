"""Message ids: made up for what happens now, derived from the content for what stands in a file."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import msgspec

LONGEST = 200
"""Message ids longer than this many characters are replaced by their hash."""


def fresh() -> str:
    """An id nobody had before: the only place where chance comes in."""
    return str(uuid.uuid4())


def shortened(given: str) -> str:
    """The sender's id, at most ``LONGEST`` characters."""
    if len(given) <= LONGEST:
        return given
    return "long-" + hashlib.blake2b(given.encode(), digest_size=16).hexdigest()


class ContentIds:
    """Ids for messages that came without one, from one source (a file).

    The same content gives the same id, so that the source can be read again. Equal rows within the source are told apart
    by counting them: the second one is another message, in every reading.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}

    def of(self, kind: str, who: str, name: str, time: Any, fields: dict[str, Any]) -> str:
        """The id of the next message with this content; ``time`` is as given, not the arrival."""
        content = msgspec.json.encode((kind, who, name, time, fields), order="deterministic")
        digest = hashlib.blake2b(content, digest_size=12).digest()
        number = self._seen.get(digest, 0)
        self._seen[digest] = number + 1
        return f"content-{digest.hex()}-{number}"
