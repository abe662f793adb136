"""Starts on a value that rises to a threshold or falls below it."""

from __future__ import annotations

from triggerfish.dsl.check import giving, names, values
from triggerfish.dsl.check.kinds import base, describe
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import Timing
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import flows as ir
from triggerfish.dsl.ir.types import NUMBER, Type
from triggerfish.dsl.tree import flows as tf

EVENT: Type = names.record(("before", NUMBER), ("after", NUMBER))
"""What ``event`` is in a run that was started by a crossing."""


def crossing(written: tf.StartCrossing, context: Context) -> ir.StartCrossing | None:
    """``start when lead_score rises to 500``; the crossing is watched. None where something was reported."""
    words = "rises to" if written.rises else "falls below"
    watched = context.watching()
    found = names.resolve(written.value, watched)
    threshold = values.lower(written.threshold, watched)
    limit = giving.fit(written.threshold, threshold, NUMBER, f"`{words}`", context)
    if found.type is None or limit is None:
        return None
    shown = ".".join(written.value.path)
    known = isinstance(found.expr, ix.ScoreOf | ix.ValueOf | ix.ModelOf | ix.ProfileField)
    if base(found.type) != "number" or not known:
        hint = None
        if isinstance(found.expr, ix.LevelOf):
            hint = f"write `{written.value.path[0]} {words} …` with the level's number"
        elif base(found.type) in ("date", "datetime"):
            hint = f"write `start on {shown}`"
        context.report.add(
            type_rules.WrongType.at(
                written.value.span, hint=hint, target=f"`{words}`", wanted="a number", found=describe(found.type)
            )
        )
        return None
    if Timing.MIXED in (found.timing, threshold.timing) or (found.timing and threshold.timing):
        context.report.add(type_rules.NotWatchable.at(written.span))
    text = context.sources.words(written.span)
    return ir.StartCrossing(found.expr, written.rises, limit, written.span.line, text)
