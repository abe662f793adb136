"""What the nodes of a tree consist of."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from functools import cache
from typing import Any, cast

from triggerfish.dsl.span import Span


def parts(node: Any) -> Collection[str]:
    """The names of a node's parts; none for a place and for what is no node."""
    return _parts(cast("Hashable", type(node)))


@cache
def _parts(kind: type[Any]) -> Collection[str]:
    """What says only where things stand is no part (``compare=False``)."""
    if issubclass(kind, Span):
        return ()
    return tuple(name for name, field in getattr(kind, "__dataclass_fields__", {}).items() if field.compare)
