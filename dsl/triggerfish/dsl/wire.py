"""How names of incoming events are levelled before they are looked up."""

from __future__ import annotations

import re

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GAP = re.compile(r"[\W_]+")


def normalise(name: str) -> str:
    """``Order Completed``, ``order-completed`` and ``orderCompleted`` are all ``order_completed``."""
    return _GAP.sub("_", _HUMP.sub("_", name)).strip("_").lower()
