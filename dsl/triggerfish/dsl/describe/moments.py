"""The moments steps wait for, in words."""

from __future__ import annotations

from triggerfish.dsl.describe.quantities import WEEKDAYS, clock, listed
from triggerfish.dsl.describe.values import Values
from triggerfish.dsl.ir.expressions import Arithmetic
from triggerfish.dsl.ir.steps import MomentRule

_WORKDAYS = (0, 1, 2, 3, 4)


def moment(rule: MomentRule, values: Values) -> str:
    """``Monday at 9:00``, ``it is between 9:00 and 17:00 on a weekday``."""
    at = f" at {clock(rule.clock)}" if rule.clock is not None else ""
    if rule.date is not None:
        comma = "," if isinstance(rule.date, Arithmetic) else ""
        return f"{values.say(rule.date)}{comma}{at}" if at else values.say(rule.date)
    day = ""
    if rule.weekdays == _WORKDAYS:
        day = "a weekday"
    elif rule.weekdays and len(rule.weekdays) < len(WEEKDAYS):
        day = listed([WEEKDAYS[number] for number in rule.weekdays], "or")
    if rule.clock is not None and rule.clock_end is not None:
        on = f" on {day}" if day else ""
        return f"it is between {clock(rule.clock)} and {clock(rule.clock_end)}{on}"
    return f"{day}{at}" if day else at.removeprefix(" at ")
