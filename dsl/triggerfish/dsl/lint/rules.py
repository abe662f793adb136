"""The rules of the linter, in the order of their codes."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule
from triggerfish.dsl.lint import (
    arms,
    conditions,
    entering,
    everyone,
    expiry,
    foreign,
    hollow,
    literal,
    load,
    loops,
    silence,
    swallowed,
    titles,
    unused,
    waits,
)

RULES: tuple[type[Rule], ...] = (
    entering.NobodyEnters,
    conditions.NeverTrue,
    conditions.AlwaysTrue,
    arms.NobodyLeft,
    waits.NeverEndsEarly,
    expiry.AfterExpiry,
    unused.UnusedMessage,
    unused.UnusedSegment,
    unused.UnusedValue,
    unused.UnusedTopic,
    loops.GoingRound,
    load.HeavyLoad,
    swallowed.Swallowed,
    silence.NoReason,
    silence.SilencesNothing,
    everyone.EverybodyLookedAt,
    titles.SameTitle,
    hollow.NothingToDo,
    literal.TakenLiterally,
    foreign.ForeignPlaceholder,
)
