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
    queue = session.queue
    signals = rounds = left = 0
    while queue:
        if not left:
            if rounds == ROUNDS_AT_MOST:
                _refuse(session, f"more than {ROUNDS_AT_MOST} rounds")
                return
            rounds, left = rounds + 1, len(queue)
        left -= 1
        signals += 1
        if signals > SIGNALS_AT_MOST:
            _refuse(session, f"more than {SIGNALS_AT_MOST} changes")
            return
        signal = queue.popleft()
        if type(signal) is Happened:
            _event(session, signal)
        elif type(signal) is not FieldChanged or _concerns(session, signal.field):
            _turned(session, signal)


def _refuse(session: Session, what: str) -> None:
    refused = len(session.queue)
    session.queue.clear()
    why = f"{what} at one moment: {refused} more were refused; do flows set each other off?"
    session.flow_fact("error", "", 0, 0, {"why": why})


def _event(session: Session, event: Happened) -> None:
    """An event enters history, scores and segments, then goals, running flows and starts look at it."""
    state = session.state
    reaction = session.program.reactions.get(event.name, NOTHING)
    changes = _happened(session, event, reaction)
    keys = session.keys
    if changes:
        _note(session, changes, keys)
    if state.aims:
        runs.goals(session, event)
    if state.runs:
        runs.react(session, event, keys)
    crossed = crossings.refresh(session, keys) if reaction.crosses or state.turns or len(keys) > 1 else []
    if changes or crossed:
        starts.react(session, [event, *changes], crossed)
    elif reaction.starts:
        starts.happened(session, event)
    if state.doors:
        entry.close_doors(session, event.name, event.fields, event.at)


def _concerns(session: Session, field: str) -> bool:
    """Whether anybody looks at a field of the person that got another value."""
    state = session.state
    if session.fresh or state.runs or state.turns or field.startswith("score "):
        return True
    return field in session.program.fields


def _turned(session: Session, signal: Signal) -> None:
    """Anything but an event: what of the person changed, or that time has passed."""
    session.keys = _enter_history(session, signal)
    if session.fresh:
        changes = _first_look(session)
    else:
        due = [name for name in signal.segments if name in session.program.segments] if type(signal) is Turned else []
        changes = _refresh(session, due)
    keys = session.keys
    if changes:
        _note(session, changes, keys)
    if session.state.runs:
        runs.react(session, signal, keys)
    crossed = crossings.refresh(session, keys) if session.program.starts.crossings else []
    if changes or crossed or type(signal) is not Turned:
        starts.react(session, [signal, *changes], crossed)
    if type(signal) is FieldChanged and session.program.starts.timed:
        schedules.moved(session, signal.field)
    if session.state.doors and type(signal) is FlowLeft:
        entry.open_doors(session)


def _note(session: Session, changes: list[MembershipChanged], keys: set[Key]) -> None:
    """Write down who came into which segments or left them; conditions that look at those are asked again."""
    for change in changes:
        keys.add(("segment", change.segment))
        session.flow_fact("joined" if change.entered else "left", "", 0, 0, {"segment": change.segment})


def _happened(session: Session, event: Happened, reaction: Reaction) -> list[MembershipChanged]:
    """Take an event into history, scores and segments; ``keys`` are then what it changed."""
    session.keys = touched = {reaction.key or ("event", event.name)}
    if reaction.history is not None:
        _log(session, event, reaction)
    if reaction.channel is not None:
        _channel(session, event, *reaction.channel)
    if reaction.rules:
        scores.react(session, event, reaction.rules)
    if session.fresh:
        return _first_look(session)
    if reaction.held or len(touched) > 1:
        return _refresh(session, [])
    changes = segments.refresh(session, (), reaction.segments) if reaction.segments else []
    if changes and session.program.held:
        session.keys = {("segment", change.segment) for change in changes}
        changes += _refresh(session, [])
        session.keys |= touched
    return changes


def _first_look(session: Session) -> list[MembershipChanged]:
    """Somebody new: everything is asked once."""
    session.fresh = False
    for name in session.program.scores:
        scores.of_person(session, name)
    return segments.refresh(session, session.keys, session.program.segments)


def _refresh(session: Session, due: list[str]) -> list[MembershipChanged]:
    """Scores and segments look at each other: ask until nothing more changes."""
    if not session.program.held:
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
