"""What an expression function is: ``lower(x)`` in conditions and values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from triggerfish.dsl.ir.types import Type


@dataclass(frozen=True, slots=True)
class Function:
    """A pure function for conditions and values.

    ``call`` gets run-time values (see ``triggerfish.dsl.ir.types.Type``), never an unknown one: a function of an unknown is
    unknown. It returns None for unknown. The last ``optional`` arguments may be left out. ``returns`` is a type, or ``same`` for
    the type of the first argument. It must depend on nothing but its arguments: no clock, no chance, no files.
    """

    name: str
    arguments: tuple[Type, ...]
    returns: Type | Literal["same"]
    call: Callable[..., Any]
    doc: str
    optional: int = 0
