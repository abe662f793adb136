"""What is remembered of one person, and its codec.

One record, read and written whole. Everything that decides what happens next to a person is in it; positions
in the arrays are the schema, so fields are only ever appended.
"""

from __future__ import annotations

from typing import Any

import msgspec

SCHEMA = 1


class Run(msgspec.Struct, array_like=True, gc=False):
    """One person's way through one flow.

    ``due`` is when the current wait ends by itself, ``flip`` when a watched condition may next change, ``expires`` when
    the run leaves whatever it does. ``wait`` describes the wait: ``["local", naive]`` a local time, ``["moment"]`` an instant,
    ``["field"]`` a date that may move, ``["held", reason]`` a held send, ``["reply", key]`` an action's result.
    ``loops`` holds, per loop, the rounds done and the items; ``visits`` how often each step was reached.
    ``parent`` is the run whose branch this is. ``noted`` is set for the control group and for flows being tested: effects are noted, not performed.
    """

    id: int
    flow: str
    version: int
    key: str | None
    entered: int
    pc: int = 0
    vars: dict[str, Any] = msgspec.field(default_factory=dict)
    due: int | None = None
    flip: int | None = None
    expires: int | None = None
    wait: list[Any] | None = None
    wait_since: int = 0
    loops: dict[int, list[Any]] = msgspec.field(default_factory=dict)
    visits: dict[int, int] = msgspec.field(default_factory=dict)
    noted: str | None = None
    sends: dict[str, str] = msgspec.field(default_factory=dict)
    event_id: str = ""
    parent: int | None = None


class Pending(msgspec.Struct, array_like=True, gc=False):
    """A started chain: the stage it waits for, since when and until when, and what it caught so far."""

    stage: int
    at: int
    deadline: int
    vars: dict[str, Any]
    event_id: str = ""


class Aim(msgspec.Struct, array_like=True, gc=False):
    """A goal still open: measured for its whole window, also after the run is over."""

    flow: str
    version: int
    run: int
    key: str | None
    entered: int
    until: int
    vars: dict[str, Any]
    event_id: str = ""


class Door(msgspec.Struct, array_like=True, gc=False):
    """A match that waits until its group of exclusive flows is free; the newest per flow and key."""

    flow: str
    key: str | None
    at: int
    until: int | None
    vars: dict[str, Any]
    event_id: str = ""


class Points(msgspec.Struct, array_like=True, gc=False):
    """A score: its value without the ``while`` points, when it was last touched, when it next fades.

    ``counts`` holds per rule the start of the period and the times it has given points in it; ``active`` the rules
    whose ``while`` condition holds; ``shown`` the value with them.
    """

    value: float
    touched: int
    counts: dict[int, list[int]] = msgspec.field(default_factory=dict)
    active: list[int] = msgspec.field(default_factory=list)
    fades: int | None = None
    flip: int | None = None


class State(msgspec.Struct, array_like=True, gc=False):
    """One person.

    ``program`` is the version of the program the derived parts belong to; ``clock`` the last moment handled; ``facts`` and
    ``runs_made`` count. ``series`` is what the program needs of history (see ``history``); ``segments`` since when the person
    is in each, ``flips`` when each may next change by itself. ``consent`` maps ``topic/channel`` to ``[given, at]``,
    ``suppressed`` a channel to ``[reason, at]`` (a third part: the address it is about), ``sent`` a channel to the times
    something was handed over.
    ``schedules`` holds the next moment of each start by the calendar, ``came`` its last one as local time, ``sides`` where each value with a threshold stands,
    ``turns`` when that may change by itself. ``arms`` are fixed assignments (``holdout``, arms of splits) that go before the computed ones.
    ``models`` maps a model to its prediction for this person and how sure it is.
    ``entries`` maps ``flow`` (or ``flow/key``) to the last entry and the entries the flow's limits still count.
    ``times`` says when each field of the profile was set. ``into`` is whom this profile was merged into: it is no more than another name then.
    """

    schema: int = SCHEMA
    program: int = 0
    clock: int = 0
    facts: int = 0
    runs_made: int = 0
    profile: dict[str, Any] = msgspec.field(default_factory=dict)
    series: dict[str, dict[str, list[Any]]] = msgspec.field(default_factory=dict)
    segments: dict[str, int] = msgspec.field(default_factory=dict)
    flips: dict[str, int] = msgspec.field(default_factory=dict)
    runs: list[Run] = msgspec.field(default_factory=list)
    chains: dict[str, Pending] = msgspec.field(default_factory=dict)
    counting: dict[str, list[int]] = msgspec.field(default_factory=dict)
    consent: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    suppressed: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    sent: dict[str, list[int]] = msgspec.field(default_factory=dict)
    entries: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    aims: list[Aim] = msgspec.field(default_factory=list)
    scores: dict[str, Points] = msgspec.field(default_factory=dict)
    doors: dict[str, Door] = msgspec.field(default_factory=dict)
    arms: dict[str, Any] = msgspec.field(default_factory=dict)
    schedules: dict[str, int] = msgspec.field(default_factory=dict)
    sides: dict[str, list[Any]] = msgspec.field(default_factory=dict)
    turns: dict[str, int] = msgspec.field(default_factory=dict)
    came: dict[str, str] = msgspec.field(default_factory=dict)
    models: dict[str, list[float | None]] = msgspec.field(default_factory=dict)
    times: dict[str, int] = msgspec.field(default_factory=dict)
    into: str | None = None


class StateError(Exception):
    """A stored state that cannot be read: damaged, or written by a newer triggerfish."""


SHORTEST = 2**63
LARGEST = 10**308
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


def encode(state: State) -> bytes:
    """The state as msgpack bytes; equal states give equal bytes. Whole numbers beyond 64 bits become floating ones."""
    try:
        return _encoder.encode(state)
    except OverflowError:
        return _encoder.encode(_shortened(msgspec.to_builtins(state)))


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shortened(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shortened(each) for each in value]
    if isinstance(value, int) and not -SHORTEST <= value < SHORTEST:
        return float(max(min(value, LARGEST), -LARGEST))
    return value


def decode(data: bytes) -> State:
    """The state from its bytes.

    Raises:
        StateError: the bytes are no state of a known schema.
    """
    try:
        state = _decoder.decode(data)
    except msgspec.MsgspecError as error:
        message = f"a person's state cannot be read: {error}"
        raise StateError(message) from error
    if state.schema > SCHEMA:
        message = f"a person's state has schema {state.schema}, this triggerfish knows {SCHEMA}: use the newer one"
        raise StateError(message)
    return state
