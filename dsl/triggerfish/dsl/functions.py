"""The functions every expression may use."""

from __future__ import annotations

from triggerfish.dsl.catalog import FunctionInfo
from triggerfish.dsl.ir.types import DATETIME, NUMBER, TEXT

FUNCTIONS: dict[str, FunctionInfo] = {
    function.name: function
    for function in (
        FunctionInfo("lower", (TEXT,), 0, TEXT, "The text in small letters."),
        FunctionInfo("upper", (TEXT,), 0, TEXT, "The text in capitals."),
        FunctionInfo("trim", (TEXT,), 0, TEXT, "The text without spaces around it."),
        FunctionInfo("length", (TEXT,), 0, NUMBER, "How many letters a text has, or how many items a list."),
        FunctionInfo(
            "round", (NUMBER, NUMBER), 1, NUMBER, "Rounded to so many decimals (0 if not given); halves go up."
        ),
        FunctionInfo("floor", (NUMBER,), 0, NUMBER, "The whole number at or below."),
        FunctionInfo("ceiling", (NUMBER,), 0, NUMBER, "The whole number at or above."),
        FunctionInfo("abs", (NUMBER,), 0, NUMBER, "Without its sign."),
        FunctionInfo("min", (NUMBER, NUMBER), 0, NUMBER, "The smaller of two numbers."),
        FunctionInfo("max", (NUMBER, NUMBER), 0, NUMBER, "The larger of two numbers."),
        FunctionInfo("year", (DATETIME,), 0, NUMBER, "The year of a date, or of a moment in the person's zone."),
        FunctionInfo("month", (DATETIME,), 0, NUMBER, "The month of a date or a local moment, 1 to 12."),
        FunctionInfo("day", (DATETIME,), 0, NUMBER, "The day of the month of a date or a local moment, 1 to 31."),
        FunctionInfo("hour", (DATETIME,), 0, NUMBER, "The hour of a local moment, 0 to 23."),
        FunctionInfo("weekday", (DATETIME,), 0, NUMBER, "1 for Monday to 7 for Sunday, of a date or a local moment."),
    )
}
"""By name. ``length`` also takes lists. Calendar functions also take dates, as moments."""
