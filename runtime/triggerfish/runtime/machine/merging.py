"""Two profiles that turn out to be one person.

The one that goes on takes the other's state as it stands (``unite``); the other becomes an alias that takes nothing any more
(``retire``). Known beats unknown, then the newer; histories unite; the latest statement about consent wins, a suppression
always. Of two runs of one flow and key the earlier goes on. What is derived is worked out anew, silently: nothing starts
because two profiles became one.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterable
from heapq import merge
from typing import TYPE_CHECKING, Any

import msgspec

from triggerfish.runtime.machine import crossings, runs, schedules, scores, segments
from triggerfish.runtime.machine.state import Points, State

if TYPE_CHECKING:
    from triggerfish.runtime.machine.history import Log
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run

MERGED = "merged"
"""The kind of fact that tells of it, and the reason of runs that end by it."""
COMPLAINT = "complaint"
ADDRESS = 2
_START = 4
"""Where in the totals of a field the values of the first and the last event stand."""


def carried(state: bytes) -> dict[str, str]:
    """A state as the fields of an input, which JSON must hold."""
    return {"state": b64encode(state).decode()}


def state_in(fields: dict[str, Any]) -> bytes:
    """The state that the fields of an input carry."""
    return b64decode(fields["state"])


def retire(session: Session, into: str) -> None:
    """From now on this profile is another name of ``into``: nothing of it is left to happen."""
    session.flow_fact(MERGED, "", 0, 0, {"into": into})
    before = session.state
    session.state = State(
        program=before.program, clock=session.now, facts=before.facts, runs_made=before.runs_made,
        profile={"id": session.person}, into=into,
    )  # fmt: skip
    session.queue.clear()
    session.fresh = False


def unite(session: Session, name: str, other: State) -> None:
    """Take over the state of the profile ``name``, which belongs to the program's newest version as well."""
    state = session.state
    session.flow_fact(MERGED, "", 0, 0, {"from": name})
    session.fresh = False
    mine, theirs = dict(state.profile), dict(other.profile)
    _unite_fields(state, other)
    _unite_series(session, other)
    _unite_consent(session, other)
    for channel, times in other.sent.items():
        state.sent[channel] = _united(state.sent.get(channel, ()), times)
    for entered, (last, all_) in other.entries.items():
        known = state.entries.get(entered, [last, []])
        state.entries[entered] = [max(last, known[0]), _united(known[1], all_)]
    _unite_starts(state, other)
    state.arms = {**other.arms, **state.arms}
    state.models = {**other.models, **state.models}
    for segment, since in other.segments.items():
        state.segments[segment] = min(since, state.segments.get(segment, since))
    _unite_scores(session, other)
    brought = _bring_runs(session, name, other)
    _settle(session)
    for run, flow in session.runs_in_order():
        before = theirs if run.id in brought else mine
        run.flip = session.now  # what it watches may read otherwise now
        for field in [each for each in (*state.profile, *before) if state.profile.get(each) != before.get(each)]:
            if run.pc != runs.OVER:
                flow.instructions[run.pc].moved(session, run, field)


def _settle(session: Session) -> None:
    """What is derived, as it stands now; by-hand memberships stay."""
    segments.settle_silently(session)
    scores.due(session)
    segments.settle_silently(session)
    crossings.settle_silently(session)
    schedules.plan(session)


def _unite_fields(state: State, other: State) -> None:
    for name, value in other.profile.items():
        mine, theirs = (state.times.get(name, 0), state.clock), (other.times.get(name, 0), other.clock)
        if name == "created_at":
            state.profile[name] = min(value, state.profile.get(name, value))
        elif name != "id" and value is not None and (state.profile.get(name) is None or theirs > mine):
            state.profile[name] = value
            if name in other.times:
                state.times[name] = other.times[name]
            else:
                state.times.pop(name, None)


# --- history -----------------------------------------------------------------------------------------------------------


def _unite_series(session: Session, other: State) -> None:
    program, series = session.program.series, session.state.series
    for key, theirs in other.series.items():
        mine, log = series.get(key), program.logs.get(key)
        if log is not None:
            united = theirs if mine is None else _united_log(mine, theirs)
            _trim(united, log, session.now)
            if united["@"]:
                series[key] = united
        elif key in program.totals:
            series[key] = theirs if mine is None else _united_totals(mine, theirs)


def _united_log(mine: dict[str, list[Any]], theirs: dict[str, list[Any]]) -> dict[str, list[Any]]:
    order = list(merge(
        ((at, 0, index) for index, at in enumerate(mine["@"])), ((at, 1, index) for index, at in enumerate(theirs["@"]))
    ))  # fmt: skip
    columns = (mine, theirs)
    return {name: [columns[side][name][index] for _, side, index in order] for name in mine}


def _trim(kept: dict[str, list[Any]], log: Log, now: int) -> None:
    drop = max(0, len(kept["@"]) - log.limit) if log.limit is not None else 0
    if log.window is not None:
        drop = max(drop, sum(1 for at in kept["@"] if at <= now - log.window))
    if drop:
        for column in kept.values():
            del column[:drop]


def _united_totals(mine: dict[str, list[Any]], theirs: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Count, first and last; of each field count, sum, smallest, largest, and the first and the last event's value."""
    first = mine if mine["@"][1] <= theirs["@"][1] else theirs
    last = theirs if theirs["@"][2] >= mine["@"][2] else mine
    united: dict[str, list[Any]] = {"@": [mine["@"][0] + theirs["@"][0], first["@"][1], last["@"][2]]}
    for name in mine:
        if name != "@":
            count, total = (mine[name][index] + theirs[name][index] for index in (0, 1))
            smallest = min((one[name][2] for one in (mine, theirs) if one[name][2] is not None), default=None)
            largest = max((one[name][3] for one in (mine, theirs) if one[name][3] is not None), default=None)
            united[name] = [count, total, smallest, largest, first[name][_START], last[name][_START + 1]]
    return united


def _united(mine: Iterable[int], theirs: Iterable[int]) -> list[int]:
    return list(merge(mine, theirs))


# --- consent, scores, starts ---------------------------------------------------------------------------------------


def _unite_consent(session: Session, other: State) -> None:
    state = session.state
    for name, stated in other.consent.items():
        known = state.consent.get(name)
        # Of two statements of one moment the one that withdraws wins.
        if known is None or (stated[1], not stated[0]) > (known[1], not known[0]):
            state.consent[name] = stated
    for channel, why in other.suppressed.items():
        known = state.suppressed.get(channel)
        if known is None or _weight(session, channel, why) > _weight(session, channel, known):
            state.suppressed[channel] = why


def _weight(session: Session, channel: str, why: list[Any]) -> tuple[bool, bool, int]:
    """A complaint before a bounce, one about the address in use before one about another, the later before the earlier."""
    about = len(why) <= ADDRESS or why[ADDRESS] == session.address(channel)
    return (why[0] == COMPLAINT, about, why[1])


def _unite_scores(session: Session, other: State) -> None:
    """The points of both count, the start once."""
    for name, theirs in other.scores.items():
        score = session.program.scores.get(name)
        if score is None:
            continue
        mine = session.state.scores.get(name)
        points = session.state.scores[name] = msgspec.structs.replace(mine if mine and mine.touched >= theirs.touched else theirs)
        if mine is not None:
            points.value = float(score.clamped(mine.value + theirs.value - score.ir.start))
            points.counts = _united_counts(mine, theirs)
        points.flip = session.now  # asks what holds now
    for name in session.program.scores:
        scores.of_person(session, name)


def _united_counts(mine: Points, theirs: Points) -> dict[int, list[int]]:
    united = dict(mine.counts)
    for rule, (begin, number) in theirs.counts.items():
        known = united.get(rule, [begin, 0])
        united[rule] = [begin, number + known[1]] if known[0] == begin else max(known, [begin, number])
    return united


def _unite_starts(state: State, other: State) -> None:
    """Starts under way: the newest match of a chain and at a door, all that is counted, what came by the calendar."""
    for name, pending in other.chains.items():
        if name not in state.chains or pending.at > state.chains[name].at:
            state.chains[name] = pending
    for name, door in other.doors.items():
        if name not in state.doors or door.at > state.doors[name].at:
            state.doors[name] = door
    for name, times in other.counting.items():
        state.counting[name] = _united(state.counting.get(name, ()), times)
    for name, moment in other.came.items():
        state.came[name] = max(moment, state.came.get(name, moment))


# --- runs ----------------------------------------------------------------------------------------------------------------


def _bring_runs(session: Session, name: str, other: State) -> frozenset[int]:
    """The other's runs and goals go on here under new numbers; the numbers.

    Of two runs of one flow and key the later ends: its goal is the other's.
    """
    state = session.state
    numbers: dict[int, int] = {}

    def number(run: int, flow: str) -> int:
        if run not in numbers:
            state.runs_made += 1
            numbers[run] = state.runs_made
            session.flow_fact(MERGED, flow, state.runs_made, 0, {"from": name, "run": run})
        return numbers[run]

    inside = {(run.flow, run.key): run for run in state.runs if run.parent is None}
    ending: list[Run] = []
    brought: list[Run] = []
    for run in other.runs:
        parent = None if run.parent is None else number(run.parent, run.flow)
        moved = msgspec.structs.replace(run, id=number(run.id, run.flow), parent=parent)
        brought.append(moved)
        rival = inside.get((run.flow, run.key)) if run.parent is None else None
        if rival is not None:
            ending.append(rival if run.entered < rival.entered else moved)
    state.runs += brought
    for aim in other.aims:
        state.aims.append(msgspec.structs.replace(aim, run=number(aim.run, aim.flow)))
    over = {run.id for run in ending}
    state.aims = [aim for aim in state.aims if aim.run not in over]
    for run in ending:
        runs.leave(session, run, MERGED)
    return frozenset(run.id for run in brought)
