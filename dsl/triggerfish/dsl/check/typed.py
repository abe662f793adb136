"""An expression together with what is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import BOOLEAN, Type


class Timing(IntEnum):
    """Whether a value changes by time alone.

    ``ALONE``: by itself and in a way whose next change can be worked out; ``MIXED``: as part of a calculation.
    """

    STILL = 0
    ALONE = 1
    MIXED = 2


@dataclass(frozen=True, slots=True)
class Typed:
    """``type`` is None where a mistake was already reported: it goes with everything."""

    expr: ir.Expr
    type: Type | None
    timing: Timing = Timing.STILL


NOTHING = ir.Constant(None, "text")
"""Stands where something could not be resolved; a program with it is never handed out."""

FAILED = Typed(NOTHING, None)


def truth(expr: ir.Expr, timing: Timing = Timing.STILL) -> Typed:
    """A condition."""
    return Typed(expr, BOOLEAN, timing)
