"""From what the parser recognised to the syntax tree: one function for every rule of the grammar.

The parser calls them while it reads, with the rule's children in order; tokens are ``Lexeme``. They never
change what they are given, because the parser may be rewound. What is wrong but can be lived with goes to the sink of a
token; a line that cannot be made sense of raises ``WrongLineError``.
"""

from __future__ import annotations

from triggerfish.dsl.builder.conditions import Conditions
from triggerfish.dsl.builder.contents import Contents
from triggerfish.dsl.builder.declarations import Declarations
from triggerfish.dsl.builder.expectations import Expectations
from triggerfish.dsl.builder.flows import Flows
from triggerfish.dsl.builder.lists import Lists, WrongLineError
from triggerfish.dsl.builder.policies import Policies
from triggerfish.dsl.builder.scores import Scores
from triggerfish.dsl.builder.starts import Starts
from triggerfish.dsl.builder.steps import Steps
from triggerfish.dsl.builder.values import Values


class Builder(Lists, Values, Conditions, Declarations, Scores, Contents, Policies, Flows, Starts, Steps, Expectations):
    """Has a method for every rule and alias in ``grammar.lark``."""


def callbacks() -> Builder:
    """What Lark calls for the rules of the grammar."""
    return Builder()


__all__ = ["Builder", "WrongLineError", "callbacks"]
