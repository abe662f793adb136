"""Putting every ``else`` to its ``if``.

They are lines of their own while a block is read, so that a wrong ``if`` does not make its ``else`` wrong as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from triggerfish.dsl.builder.lists import Below
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree import steps as s


@dataclass(frozen=True, slots=True)
class ElseLine:
    """``else`` or ``else if`` with its block, until it is put together with its ``if``."""

    head: Lexeme
    condition: e.Expression | None
    below: Below
    span: Span


def fold(lines: tuple[Any, ...]) -> tuple[s.Step, ...]:
    """Put every ``else`` to the ``if`` above it, and leave out lines that could not be read."""
    found: list[Any] = []
    for line in lines:
        if not isinstance(line, ElseLine):
            found.append(line)
            continue
        before = found[-1] if found else None
        if isinstance(before, Lexeme):
            continue
        if not isinstance(before, s.If) or before.otherwise is not None:
            line.head.sink.append(syntax.ElseWithoutIf.at(line.head.span))
            continue
        whole_span = before.span.to(line.span)
        inside = fold(line.below.items)
        if line.condition is None:
            found[-1] = replace(before, otherwise=inside, span=whole_span)
        else:
            arm = s.Arm(line.condition, inside, line.span)
            found[-1] = replace(before, arms=(*before.arms, arm), span=whole_span)
    return tuple(line for line in found if not isinstance(line, Lexeme))
