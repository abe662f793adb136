"""Dynamic segments: who is in, and when that may change by itself."""

from __future__ import annotations

from collections.abc import Container, Iterable
from typing import TYPE_CHECKING

from triggerfish.runtime.machine.signals import MembershipChanged

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.uses import Key


def refresh(session: Session, keys: Iterable[Key], due: Iterable[str] = ()) -> list[MembershipChanged]:
    """Ask the segments again that depend on any of ``keys`` (and those named), the used before the using."""
    program = session.program
    using = program.segments_using
    waiting = set(due)
    for key in keys:
        if key in using:
            waiting.update(using[key])
    changes: list[MembershipChanged] = []
    while waiting:
        if len(waiting) == 1:
            name = waiting.pop()
        else:
            name = min(waiting, key=program.segment_order.__getitem__)
            waiting.discard(name)
        change = _ask(session, name)
        if change is not None:
            changes.append(change)
            waiting.update(using.get(("segment", name), ()))
    return changes


def _ask(session: Session, name: str) -> MembershipChanged | None:
    state, now = session.state, session.now
    inside, turn = session.program.segments[name].look(state, now, None, None)
    if turn is not None:
        state.flips[name] = turn
    elif name in state.flips:
        del state.flips[name]
    if inside == (name in state.segments):
        return None
    if inside:
        state.segments[name] = now
    else:
        del state.segments[name]
    return MembershipChanged(name, inside)


def settle_silently(session: Session, names: Container[str] | None = None) -> None:
    """Work out all memberships (or those named) without starting anything: for a new program or a made-up past."""
    for name in session.program.segments:
        if names is None or name in names:
            _ask(session, name)
    for name in [each for each in session.state.segments if each not in session.program.segments]:
        if not any(segment.name == name for segment in session.program.ir.segments):
            del session.state.segments[name]
    for name in [each for each in session.state.flips if each not in session.program.segments]:
        del session.state.flips[name]
