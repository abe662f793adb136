"""The syntax tree: what was written, where, and nothing more."""

from __future__ import annotations

from dataclasses import dataclass, field

from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.declarations import (
    Content,
    Event,
    Message,
    Model,
    Policy,
    Profile,
    Score,
    Segment,
    Topic,
    Value,
)
from triggerfish.dsl.tree.flows import Flow
from triggerfish.dsl.tree.tests import Test

Declaration = (
    Profile | Event | Topic | Value | Segment | Score | Model | Message | Content | Policy | Flow | Test
)


@dataclass(frozen=True, slots=True)
class Comment:
    """``text`` is without the ``#`` and the space after it; ``own_line`` if nothing stands before it."""

    text: str
    own_line: bool
    span: Span


@dataclass(frozen=True, slots=True)
class File:
    """One ``.flow`` file; ``declarations`` are those that could be read."""

    path: str
    declarations: tuple[Declaration, ...]
    comments: tuple[Comment, ...]
    sentences: tuple[tuple[int, int], ...] = field(default=(), compare=False)
    """The first and last lines of those sentences that take several."""


__all__ = ["Comment", "Declaration", "File"]
