"""Whether two trees say the same."""

from __future__ import annotations

from triggerfish.dsl.format.nodes import parts
from triggerfish.dsl.span import Span


def alike(one: object, other: object) -> bool:
    """Compares trees by what was written, wherever it stands: places are left out, comments are not.

    Long sums are deep trees: what is still to be compared waits in a list, not on Python's stack.
    """
    waiting: list[tuple[object, object]] = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return False
            waiting += zip(a, b, strict=True)
        elif names := parts(a):
            waiting += [(getattr(a, name), getattr(b, name)) for name in names]
        elif a != b and not isinstance(a, Span):
            return False
    return True
