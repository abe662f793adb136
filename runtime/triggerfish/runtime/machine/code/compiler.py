"""Turns expressions of a program into functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.code.conditions import condition
from triggerfish.runtime.machine.code.flips import flip
from triggerfish.runtime.machine.code.functions import attempt
from triggerfish.runtime.machine.code.values import value
from triggerfish.runtime.machine.code.writer import Function, Writer

Matcher = Callable[[Any, int, Any, Any], list[int]]


class Compiler:
    """``support`` holds what generated code calls beside ``code.support``: functions that know the program."""

    def __init__(self, program: Program, support: Mapping[str, Any]) -> None:
        self.program = program
        self.support = {**support, "attempt": attempt}

    def condition(self, node: x.Expr) -> Function:
        """A function that is true or false."""
        w = Writer(self.program, self.support)
        return w.finish("condition", condition(w, node))

    def value(self, node: x.Expr) -> Function:
        """A function that gives a value or None."""
        w = Writer(self.program, self.support)
        return w.finish("value", value(w, node).text)

    def flip(self, node: x.Expr) -> Function | None:
        """A function that gives the next moment at which the condition may turn by itself, or None."""
        w = Writer(self.program, self.support)
        source = flip(w, node)
        return None if source is None else w.finish("flip", source)

    def look(self, node: x.Expr) -> Function:
        """A function that gives both: whether the condition holds, and the next moment at which it may turn by itself."""
        w = Writer(self.program, self.support)
        return w.finish("look", f"{condition(w, node)}, {flip(w, node)}")

    def matcher(self, conditions: Sequence[x.Expr | None]) -> Matcher:
        """All conditions of one event type fused: gives the indices of those that hold; None always holds.

        Each field is loaded once for all of them.
        """
        w = Writer(self.program, self.support, hoist=True)
        lines = ["    found = []"]
        for index, node in enumerate(conditions):
            if node is None:
                lines.append(f"    found.append({index})")
            else:
                lines.append(f"    if {condition(w, node)}: found.append({index})")
        lines.append("    return found")
        return w.finish("matcher", "\n".join(lines))
