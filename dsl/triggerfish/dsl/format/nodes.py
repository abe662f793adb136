"""What the nodes of a tree consist of."""

from __future__ import annotations

from collections.abc import Collection

from triggerfish.dsl.span import Span


def parts(node: object) -> Collection[str]:
    """The names of a node's parts; none for a place and for what is no node."""
    if isinstance(node, Span):
        return ()
    names: Collection[str] = getattr(node, "__dataclass_fields__", ())  # cheaper than dataclasses.fields
    return names
