"""How long a span of time is, at least and at most."""

from __future__ import annotations

from triggerfish.dsl.ir import expressions as x

DAY = 86_400_000
"""Milliseconds."""


def shortest(duration: x.Duration) -> int:
    """Milliseconds, with months as short as they come."""
    return (duration.months * 28 + duration.days) * DAY + duration.milliseconds


def longest(duration: x.Duration) -> int:
    """Milliseconds, with months as long as they come."""
    return (duration.months * 31 + duration.days) * DAY + duration.milliseconds


def constant(value: x.Expr) -> x.Duration | None:
    """A duration that is written out, None for one that is worked out."""
    if isinstance(value, x.Constant) and value.type == "duration":
        months, days, milliseconds = value.value
        return x.Duration(months, days, milliseconds)
    return None
