"""The replay that ``explain`` looks at is what was recorded, however it was handled; where it is not, that is told."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.programs import InForce, deploy
from triggerfish.runtime.machine.effects import Advance, Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.store.events import Logged
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story.explain import Explanation
from triggerfish.runtime.story.record import Record, Version, read
from triggerfish.runtime.story.replay import replay
from triggerfish.runtime.story.versions import Machines

sys.path.insert(0, str(Path(__file__).parents[1] / "machine"))

from busy_program import BUSY
from test_replay import START, answered, streams

HOUR = 3_600_000
DAY = 24 * HOUR
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@pytest.fixture(scope="module")
def busy() -> Machine:
    program = compile_sources({"a.flow": BUSY}, load_plugins().catalog()).program
    assert program is not None
    return Machine(program)


class Lived:
    """A person whose inputs are handled as a runtime would, and what the store would keep of it."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.cell: bytes | None = None
        self.due: int | None = None
        self.facts: list[Fact] = []
        self.logged: list[Logged] = []

    def handle(self, inputs: Sequence[Input], now: int, *, live: bool, received: int | None = None) -> None:
        for one in inputs:
            self.logged.append(Logged(len(self.logged) + 1, "ana", one, one.at if received is None else received, "intake"))
        found: Advance = self.machine.advance("ana", self.cell, inputs, now, live=live)
        self.cell, self.due = found.state, found.due
        stored: list[Fact] = [msgspec.convert(msgspec.to_builtins(fact), Fact) for fact in found.facts]
        self.facts += stored
        for event in found.recorded:
            caused = Input("event", event.name, event.at, event.id, event.fields)
            self.logged.append(Logged(len(self.logged) + 1, "ana", caused, now, "machine"))

    def record(self) -> Record:
        return Record("ana", self.facts, self.logged, [], self.cell, [Version(1, 0)], lambda _: self.machine)


def _known(lived: Lived) -> None:
    found = replay(lived.record())
    assert found.difference is None
    assert found.followed == len(lived.facts)


@QUICK
@given(stream=streams())
def test_history_that_was_replayed_is_followed_to_the_byte(busy: Machine, stream: list[Input]) -> None:
    """Also when it arrived in another order than it happened in."""
    inputs = answered(busy, stream)
    lived = Lived(busy)
    for one in inputs:
        lived.handle([one], one.at, live=False, received=START + 900 * DAY)
    _known(lived)
    if inputs:
        assert decode(replay(lived.record()).state or b"") == decode(lived.cell or b"")
    given_ = [each for each in lived.logged if each.origin == "intake"]
    if len({each.input.at for each in given_}) == len(given_):
        lived.logged = [each._replace(seq=number) for number, each in enumerate(reversed(lived.logged), 1)]
        _known(lived)


@QUICK
@given(stream=streams(), delay=st.sampled_from([0, 700, 59_000]))
def test_a_live_run_is_followed(busy: Machine, stream: list[Input], delay: int) -> None:
    inputs = answered(busy, stream)
    lived = Lived(busy)
    for one in inputs:
        while lived.due is not None and lived.due <= one.at - delay - 1:
            lived.handle([], lived.due + delay, live=True)
        lived.handle([one], one.at + delay, live=True)
    _known(lived)


WELCOME = """\
event signed_up
event order_completed

topic news "News" for email

policy
    timezone "UTC"
    sender "A <a@shop.example>"
    postal address "1 Rue X, Paris"

message hi
    email
        subject "Hi"
        body "Hi"

flow welcome
    start when signed_up
    stop when order_completed
    about news
    send email hi
    wait 2 days
    send email hi
"""


def test_a_live_run_after_replayed_history_is_followed() -> None:
    """What was overdue happens when the runtime starts, a moment before the first inputs, of which one is late and leaves no trace."""
    program = compile_sources({"a.flow": WELCOME}, load_plugins().catalog()).program
    assert program is not None
    lived = Lived(Machine(program))
    live = START + 200 * DAY
    known = Input("identify", "", START, "e0", {"email": "ana@shop.example"})
    lived.handle([known, Input("event", "signed_up", START, "e1", {})], START, live=False, received=live)
    lived.handle([], live + 538, live=True)
    late = Input("event", "order_completed", START + 4 * DAY, "e2", {})
    now = Input("event", "signed_up", live + 460, "e3", {})
    lived.handle([late, now], live + 542, live=True, received=live + 460)
    assert [fact.kind for fact in lived.facts[3:6]] == ["sent", "exited", "entered"]
    _known(lived)


@QUICK
@given(stream=streams(), delay=st.sampled_from([2 * 60_000, HOUR, 30 * HOUR]))
def test_a_run_after_an_outage_is_followed_or_the_difference_is_told(busy: Machine, stream: list[Input], delay: int) -> None:
    """Everything is handled at once, long after it happened. What is told as recorded is what was recorded, in any case."""
    inputs = answered(busy, stream)
    if not inputs:
        return
    now = inputs[-1].at + delay
    lived = Lived(busy)
    lived.handle(inputs, now, live=True)
    found = replay(lived.record())
    assert found.difference is None or found.followed < len(lived.facts)
    told = [each for each in Explanation(lived.record(), now).entries() if each.kind == "differs"]
    assert bool(told) == (found.difference is not None)


def test_a_journal_that_says_otherwise_is_told(busy: Machine) -> None:
    lived = Lived(busy)
    for number in range(3):
        one = Input("event", "added_to_cart", START + number * HOUR, f"m{number}", {"cart_id": "a", "cart_value": 60})
        lived.handle([one], one.at, live=False)
    changed = next(index for index, fact in enumerate(lived.facts) if fact.kind == "entered")
    lived.facts[changed] = msgspec.structs.replace(lived.facts[changed], kind="refused", data={"reason": "again", "why": "made up"})
    [told] = [each for each in Explanation(lived.record(), START + DAY).entries() if each.kind == "differs"]
    assert "the replay differs from what was recorded at" in told.why
    assert "(again): made up" in told.why
    assert "entered" in told.why


@pytest.mark.parametrize("hours", [0, 1, 5, 40])
def test_the_state_of_any_moment_is_what_it_was_then(busy: Machine, hours: int) -> None:
    lived = Lived(busy)
    for number in range(6):
        at = START + number * 10 * HOUR
        while lived.due is not None and lived.due < at:
            lived.handle([], lived.due, live=False)
        lived.handle([Input("event", "added_to_cart", at, f"m{number}", {"cart_id": "a", "cart_value": 60})], at, live=False)
    moment = START + hours * HOUR
    once = Lived(busy)
    for each in lived.logged:
        if each.origin == "intake" and each.input.at <= moment:
            once.handle([each.input], each.input.at, live=False)
    once.handle([], moment, live=False)
    then = replay(lived.record(), moment)
    assert then.difference is None
    assert decode(then.state or b"") == decode(once.cell or b"")


TWO_VERSIONS = """
event begin
event other

flow walk
    start when begin
    wait {days} days
"""


def test_late_batches_and_deploys_are_followed_in_a_store(store: Store, clock: Any) -> None:
    first, second = (compile_sources({"a.flow": TWO_VERSIONS.format(days=days)}, load_plugins().catalog()).program for days in (1, 9))
    assert first is not None
    assert second is not None
    begun = clock.now()
    deploy(store.programs, first, begun)
    programs = InForce(store.programs, {})
    machine = programs.newer()
    assert machine is not None
    engine = Engine(store, machine, clock, programs=programs)

    def handle(name: str, after: int, late: int) -> None:
        clock.moment += after
        store.events.append([("ana", Input("event", name, clock.now(), f"{name} {clock.now()}", {}))], clock.now())
        clock.moment += late
        while engine.process_due(clock.now()) or engine.process_events(clock.now()):
            pass

    handle("begin", HOUR, 3 * HOUR)
    handle("other", HOUR, 0)
    deploy(store.programs, second, clock.now() + 1)
    handle("begin", 40 * HOUR, 0)
    handle("begin", HOUR, 2 * HOUR)
    record = read(store, "ana", Machines(store.programs, {}, lambda: first))
    found = replay(record)
    assert found.difference is None
    assert found.followed == len(record.facts) > 3
    assert [version for _, version in found.versions] == [1, 2]
    cell = store.profiles.load(["ana"])["ana"]
    assert decode(found.state or b"") == decode(cell.state or b"")
    middle = decode(replay(record, begun + 10 * HOUR).state or b"")
    assert [(run.flow, run.version, run.entered) for run in middle.runs] == [("walk", 1, begun + 4 * HOUR)]
