"""What the syntax tree knows about single words: which sign is unary, what a bracket belongs to, where to break a line."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from triggerfish.dsl.format.nodes import parts
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import File
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree import flows as f
from triggerfish.dsl.tree import steps as s
from triggerfish.dsl.tree import tests as t

Place = tuple[int, int]
"""Line and column."""

_OR, _AND = 1, 2


@dataclass(slots=True)
class Marks:
    """By the place where a word begins or ends."""

    signs: set[Place] = field(default_factory=set)
    """Where a minus sign begins that belongs to the value behind it."""
    functions: set[Place] = field(default_factory=set)
    """Where the name of a function begins that is called."""
    operands: dict[Place, int] = field(default_factory=dict)
    """Where the second and later parts of ``or`` (1) and ``and`` (2) begin."""
    endings: dict[Place, str] = field(default_factory=dict)
    """What the word that ends here is to be: ``hours`` or ``hour``, ``times`` or ``time``, ``yes`` for ``true``."""
    arguments: dict[Place, tuple[Place, ...]] = field(default_factory=dict)
    """From the begin of a step's first argument to where each of them ends; only where they may stand one a line."""
    first_steps: set[Place] = field(default_factory=set)
    """Where the first step of a flow with headers begins."""

    @classmethod
    def of(cls, file: File) -> Marks:
        """The marks of a file."""
        marks = cls()
        waiting: list[Any] = [file.declarations]
        while waiting:
            node = waiting.pop()
            if isinstance(node, tuple):
                waiting += node
            elif names := parts(node):
                marks._mark(node)
                waiting += [getattr(node, name) for name in names]
        return marks

    def _mark(self, node: object) -> None:
        match node:
            case e.Negate():
                self.signs.add(start(node.span))
            case e.Call():
                self.functions.add(start(node.function.span))
            case e.And() | e.Or():
                rank = _AND if isinstance(node, e.And) else _OR
                self.operands.update((start(operand.span), rank) for operand in node.operands[1:])
            case e.Duration():
                self.endings[end(node.span)] = node.unit if node.amount == 1 else f"{node.unit}s"
            case e.Times():
                self.endings[end(node.span)] = "time" if node.count == 1 else "times"
            case e.Boolean():
                self.endings[end(node.span)] = "yes" if node.value else "no"
            case s.Send(values=given) | s.RecordEvent(values=given) | s.EnterFlow(values=given):
                self._arguments(given)
            case s.Do(arguments=given) | t.GivenEvent(values=given) | t.Happens(values=given) | t.Enters(values=given):
                self._arguments(given)
            case f.Flow() if node.headers and node.steps:
                self.first_steps.add(start(node.steps[0].span))

    def _arguments(self, given: tuple[e.Argument, ...]) -> None:
        if given:
            self.arguments[start(given[0].span)] = tuple(end(argument.span) for argument in given)


def start(span: Span) -> Place:
    """Where a range begins."""
    return span.line, span.column


def end(span: Span) -> Place:
    """Where a range ends."""
    return span.end_line, span.end_column
