"""What happens at one moment, round by round.

An event enters history, then scores, segments, running flows, then starts. What that causes waits in a queue and is
handled in further rounds; after a hundred of them at one moment the rest is refused and reported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from triggerfish.runtime.machine import consent, crossings, entry, history, runs, schedules, scores, segments, starts
from triggerfish.runtime.machine.reactions import NOTHING, Reaction
from triggerfish.runtime.machine.signals import (
    ConsentChanged,
    EnterFlow,
    FieldChanged,
    FlowLeft,
    Happened,
    MembershipChanged,
    Signal,
    Turned,
)

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.uses import Key

ROUNDS_AT_MOST = 100
SIGNALS_AT_MOST = 10_000


def settle(session: Session) -> None:
    """Handle everything that waits in the queue. A round is all that waits at its beginning; what it causes is the next."""
    if not session.queue:
        return
    signals = 0
    for _ in range(ROUNDS_AT_MOST):
        for _ in range(len(session.queue)):
            signals += 1
            if signals > SIGNALS_AT_MOST:
                _refuse(session, f"more than {SIGNALS_AT_MOST} changes")
                return
            _handle(session, session.queue.popleft())
        if not session.queue:
            return
    _refuse(session, f"more than {ROUNDS_AT_MOST} rounds")


def _refuse(session: Session, what: str) -> None:
    refused = len(session.queue)
    session.queue.clear()
    why = f"{what} at one moment: {refused} more were refused; do flows set each other off?"
    session.flow_fact("error", "", 0, 0, {"why": why})


def _handle(session: Session, signal: Signal) -> None:
    changes = _happened(session, signal) if type(signal) is Happened else _turned(session, signal)
    keys = session.keys
    for change in changes:
        keys.add(("segment", change.segment))
        session.flow_fact("joined" if change.entered else "left", "", 0, 0, {"segment": change.segment})
    state = session.state
    if state.aims and isinstance(signal, Happened):
        runs.goals(session, signal)
    if state.runs:
        runs.react(session, signal, keys)
    crossed = crossings.refresh(session, keys) if session.program.starts.crossings else []
    if changes or crossed:
        starts.react(session, [signal, *changes], crossed)
    elif type(signal) is Happened:
        starts.happened(session, signal)
    elif type(signal) is not Turned:
        starts.react(session, [signal], crossed)
    if isinstance(signal, FieldChanged) and session.program.starts.timed:
        schedules.moved(session, signal.field)
    if state.doors:
        if isinstance(signal, Happened):
            entry.close_doors(session, signal.name, signal.fields, signal.at)
        elif isinstance(signal, FlowLeft):
            entry.open_doors(session)


def _happened(session: Session, event: Happened) -> list[MembershipChanged]:
    """Take an event into history, scores and segments; ``keys`` are then what it changed."""
    reaction = session.program.reactions.get(event.name, NOTHING)
    session.keys = touched = set()
    _enter_event(session, event, reaction)
    touched.add(("event", event.name))
    if session.fresh:
        return _first_look(session)
    if reaction.held or len(touched) > 1:
        return _refresh(session, [])
    changes = segments.refresh(session, (), reaction.segments) if reaction.segments else []
    if changes and session.program.scores:
        session.keys = {("segment", change.segment) for change in changes}
        changes += _refresh(session, [])
        session.keys |= touched
    return changes


def _turned(session: Session, signal: Signal) -> list[MembershipChanged]:
    """Anything but an event: what of the person changed, or that time has passed."""
    session.keys = _enter_history(session, signal)
    if session.fresh:
        return _first_look(session)
    due = signal.segments if isinstance(signal, Turned) else ()
    return _refresh(session, [name for name in due if name in session.program.segments])


def _first_look(session: Session) -> list[MembershipChanged]:
    """Somebody new: everything is asked once."""
    session.fresh = False
    for name in session.program.scores:
        scores.of_person(session, name)
    return segments.refresh(session, session.keys, session.program.segments)


def _refresh(session: Session, due: list[str]) -> list[MembershipChanged]:
    """Scores and segments look at each other: ask until nothing more changes."""
    if not session.program.scores:
        return segments.refresh(session, session.keys, due)
    changes: list[MembershipChanged] = []
    keys: set[Key] = set(session.keys)
    seen: set[Key] = set()
    while keys or due:
        session.keys = set()
        scores.refresh(session, keys)
        keys |= session.keys
        fresh = segments.refresh(session, keys, due)
        changes += fresh
        seen |= keys
        keys = {("segment", change.segment) for change in fresh}
        due = []
        if len(changes) > ROUNDS_AT_MOST:
            break
    session.keys = seen
    return changes


def _enter_history(session: Session, signal: Signal) -> set[Key]:
    """Take the signal into the state; what it changed."""
    match signal:
        case Happened() | Turned() | EnterFlow():
            return set()
        case FieldChanged(field=field):
            if field.startswith("score "):
                return {("score", field.removeprefix("score "))}
            return {("field", field)}
        case ConsentChanged():
            return {("consent", "")}
        case MembershipChanged(segment=segment, entered=entered):
            session.flow_fact("joined" if entered else "left", "", 0, 0, {"segment": segment})
            return {("segment", segment)}
        case FlowLeft(flow=flow):
            return {("flow", flow)}
        case _:
            assert_never(signal)


def remember(session: Session, event: Happened) -> None:
    """Take an event into history and scores, and nothing more."""
    reaction = session.program.reactions.get(event.name, NOTHING)
    _log(session, event, reaction)
    scores.react(session, event, reaction.rules)


def _enter_event(session: Session, event: Happened, reaction: Reaction) -> None:
    if reaction.history is not None:
        _log(session, event, reaction)
    if reaction.channel is not None:
        _channel(session, event, *reaction.channel)
    if reaction.rules:
        scores.react(session, event, reaction.rules)


def _log(session: Session, event: Happened, reaction: Reaction) -> None:
    if reaction.history is None:
        return
    matcher, all_series = reaction.history
    series = session.state.series
    for index in matcher(session.state, session.now, event.fields, None):
        one = all_series[index]
        if isinstance(one, history.Log):
            history.insert(series, one, event.at, session.now, event.fields)
        else:
            history.count_in(series, one, event.at, event.fields)


def _channel(session: Session, event: Happened, channel: str, what: str) -> None:
    """The runtime's own events: what became of sends, suppressions, withdrawn consent."""
    runs.note_sends(session, event, channel, what)
    if what == "complained" or (what == "bounced" and event.fields.get("reason") != "soft"):
        consent.suppress(session.state, channel, session.address(channel), event.at, complaint=what == "complained")
        session.emit(ConsentChanged("", (channel,), "suppressed"))
    if what == "unsubscribed":
        named = event.fields.get("topic")
        for topic in session.program.topics.values():
            if channel in topic.channels and (named is None or topic.name == named):
                session.state_consent(ConsentChanged(topic.name, (channel,), "unsubscribes"), event.at)
