"""Starts on a value that rises to a threshold or falls below it."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triggerfish.dsl.ir.flows import StartCrossing
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.uses import Key

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow

ABOVE, BELOW = 1, 0


@dataclass(frozen=True, slots=True)
class Crossing:
    """``name`` is the same in all versions that have the same line; ``fixed`` the threshold where it is written as a number.

    Crossings of the same value have the very same function for it.
    """

    name: str
    flow: CompiledFlow
    start: StartCrossing
    value: Function
    threshold: Function
    fixed: Any
    flip: Function | None
    uses: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Crossed:
    """A crossing that came true, with the value before and after."""

    crossing: Crossing
    before: Any
    after: Any


def refresh(session: Session, keys: set[Key], *, all_: bool = False) -> list[Crossed]:
    """Ask the crossings again that depend on ``keys`` or whose moment has come; those that came true."""
    starts, turns, now = session.program.starts, session.state.turns, session.now
    using = starts.crossings_using
    waiting = set(range(len(starts.crossings))) if all_ else set()
    for key in keys:
        if key in using:
            waiting.update(using[key])
    if turns:
        due = {name for name, turn in turns.items() if turn <= now}
        waiting.update([index for index, each in enumerate(starts.crossings) if each.name in due] if due else ())
    found: list[Crossed] = []
    asked: Function | None = None
    value: Any = None
    for index in sorted(waiting) if waiting else ():
        crossing = starts.crossings[index]
        if crossing.value is not asked:
            asked, value = crossing.value, crossing.value(session.state, now, None, None)
        crossed = _look(session, crossing, value)
        if crossed is not None:
            found.append(crossed)
    return found


def _look(session: Session, crossing: Crossing, value: Any) -> Crossed | None:
    """Where the value stands now; what it crossed on the way there."""
    state, now = session.state, session.now
    threshold = crossing.fixed
    if threshold is None:
        threshold = crossing.threshold(state, now, None, None)
    known = value is not None and threshold is not None
    side = ABOVE if known and value >= threshold else BELOW
    before = state.sides.get(crossing.name)
    state.sides[crossing.name] = [side, value]
    turn = crossing.flip(state, now, None, None) if crossing.flip is not None else None
    if turn is not None:
        state.turns[crossing.name] = turn
    elif state.turns:
        state.turns.pop(crossing.name, None)
    if before is None or before[0] == side:
        return None
    if crossing.start.rises != (side == ABOVE) or (side == BELOW and not known):
        return None
    return Crossed(crossing, before[1], value)


def settle_silently(session: Session, names: Container[str] | None = None) -> None:
    """Where everything (or what is named) stands now, without starting anything."""
    if names is not None:
        for crossing in session.program.starts.crossings:
            if crossing.name in names:
                _look(session, crossing, crossing.value(session.state, session.now, None, None))
        return
    known = {crossing.name for crossing in session.program.starts.crossings}
    for name in [each for each in session.state.sides if each not in known]:
        session.state.sides.pop(name, None)
        session.state.turns.pop(name, None)
    refresh(session, set(), all_=True)
