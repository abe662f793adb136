"""Whether two trees say the same."""

from __future__ import annotations

import dataclasses

from triggerfish.dsl.span import Span


def alike(one: object, other: object) -> bool:
    """Compares trees by what was written, wherever it stands: places are left out, comments are not.

    Long sums are deep trees: what is still to be compared waits in a list, not on Python's stack.
    """
    waiting = [(one, other)]
    while waiting:
        a, b = waiting.pop()
        if type(a) is not type(b):
            return False
        if isinstance(a, tuple) and isinstance(b, tuple):
            if len(a) != len(b):
                return False
            waiting += zip(a, b, strict=True)
        elif isinstance(a, Span):
            continue
        elif dataclasses.is_dataclass(a):
            waiting += ((getattr(a, field.name), getattr(b, field.name)) for field in dataclasses.fields(a))
        elif a != b:
            return False
    return True
