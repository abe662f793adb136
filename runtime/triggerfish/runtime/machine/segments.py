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
        waiting.update(using.get(key, ()))
    changes: list[MembershipChanged] = []
    while waiting:
        name = min(waiting, key=program.segment_order.__getitem__) if len(waiting) > 1 else next(iter(waiting))
        waiting.discard(name)
        change = _ask(session, name)
        if change is not None:
            changes.append(change)
            waiting.update(using.get(("segment", name), ()))
    return changes


def _ask(session: Session, name: str) -> MembershipChanged | None:
    segment, state, now = session.program.segments[name], session.state, session.now
    inside = segment.test(state, now, None, None)
    if segment.flip is not None:
        turn = segment.flip(state, now, None, None)
        if turn is None:
            state.flips.pop(name, None)
        else:
            state.flips[name] = turn
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
