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
    """``name`` is the same in all versions that have the same line."""

    name: str
    flow: CompiledFlow
    start: StartCrossing
    value: Function
    threshold: Function
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
    waiting = set(range(len(starts.crossings))) if all_ else set()
    for key in keys:
        waiting.update(starts.crossings_using.get(key, ()))
    for name, turn in turns.items():
        if turn <= now:
            waiting.update(index for index, each in enumerate(starts.crossings) if each.name == name)
    if not waiting:
        return []
    asked = (_ask(session, starts.crossings[index]) for index in sorted(waiting))
    return [crossed for crossed in asked if crossed is not None]


def _ask(session: Session, crossing: Crossing) -> Crossed | None:
    state, now = session.state, session.now
    value = crossing.value(state, now, None, None)
    threshold = crossing.threshold(state, now, None, None)
    known = value is not None and threshold is not None
    side = ABOVE if known and value >= threshold else BELOW
    before = state.sides.get(crossing.name)
    state.sides[crossing.name] = [side, value]
    turn = crossing.flip(state, now, None, None) if crossing.flip is not None else None
    if turn is None:
        state.turns.pop(crossing.name, None)
    else:
        state.turns[crossing.name] = turn
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
                _ask(session, crossing)
        return
    known = {crossing.name for crossing in session.program.starts.crossings}
    for name in [each for each in session.state.sides if each not in known]:
        session.state.sides.pop(name, None)
        session.state.turns.pop(name, None)
    refresh(session, set(), all_=True)
