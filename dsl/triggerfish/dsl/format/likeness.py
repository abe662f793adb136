"""Whether two trees say the same."""

from __future__ import annotations

import dataclasses

from triggerfish.dsl.span import Span


def alike(one: object, other: object) -> bool:
    """Compares trees by what was written, wherever it stands: places are left out, comments are not."""
    if isinstance(one, tuple):
        return (
            isinstance(other, tuple)
            and len(one) == len(other)
            and all(alike(a, b) for a, b in zip(one, other, strict=True))
        )
    if isinstance(one, Span):
        return isinstance(other, Span)
    if dataclasses.is_dataclass(one):
        return type(one) is type(other) and all(
            alike(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
        )
    return type(one) is type(other) and one == other
