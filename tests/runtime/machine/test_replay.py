"""However a person's inputs are cut into calls, the same happens: to the byte."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.effects import Advance
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine

sys.path.insert(0, str(Path(__file__).parent))

from busy_inputs import busy_inputs
from busy_program import BUSY

MINUTE = 60_000
START = 1_772_000_000_000
TAIL = 30 * 86_400_000


@st.composite
def streams(draw: st.DrawFn) -> list[Input]:
    """Inputs in order of time, close together, far apart and at one moment; actions' results among them."""
    gaps = st.sampled_from([0, 1, MINUTE, 7 * MINUTE, 40 * MINUTE, 60 * MINUTE, 5 * 3_600_000, 26 * 3_600_000, 4 * 86_400_000])
    inputs = []
    at = START
    for number, (gap, (kind, name, fields)) in enumerate(draw(st.lists(st.tuples(gaps, busy_inputs()), max_size=25))):
        at += gap
        inputs.append(Input(kind, name, at, f"m{number}", fields))
    return inputs


def answered(machine: Machine, inputs: list[Input]) -> list[Input]:
    """The stream with an answer to every action a moment later, found by playing it once."""
    cell: bytes | None = None
    waiting, played = list(inputs), []
    while waiting:
        one = waiting.pop(0)
        played.append(one)
        result = machine.advance("ana", cell, [one], one.at, live=False)
        cell = result.state
        waiting += [
            Input("result", each.key, max(each.at, one.at) + 500, f"r{each.key}", {"ok": True})
            for each in result.deliveries
            if each.kind == "action"
        ]
        waiting.sort(key=lambda each: each.at)
    return played


def outcome(results: list[Advance]) -> tuple[Any, ...]:
    facts = [fact for each in results for fact in each.facts]
    deliveries = [delivery for each in results for delivery in each.deliveries]
    recorded = [event for each in results for event in each.recorded]
    return results[-1].state, results[-1].due, facts, deliveries, recorded


def play(machine: Machine, chunks: list[list[Input]], end: int) -> tuple[Any, ...]:
    cell: bytes | None = None
    results = []
    for chunk in [*chunks, []]:
        results.append(machine.advance("ana", cell, chunk, chunk[-1].at if chunk else end, live=False))
        cell = results[-1].state
    return outcome(results)


@pytest.fixture(scope="module")
def busy(compiled: Callable[[str], Program]) -> Machine:
    return Machine(compiled(BUSY))


QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@QUICK
@given(stream=streams(), cuts=st.lists(st.booleans(), min_size=60, max_size=60))
def test_any_cut_gives_the_same(busy: Machine, stream: list[Input], cuts: list[bool]) -> None:
    inputs = answered(busy, stream)
    end = (inputs[-1].at if inputs else START) + TAIL
    chunks: list[list[Input]] = []
    for number, one in enumerate(inputs):
        if not chunks or cuts[number % len(cuts)]:
            chunks.append([])
        chunks[-1].append(one)
    singly = play(busy, [[one] for one in inputs], end)
    assert play(busy, chunks, end) == singly
    if inputs:
        assert play(busy, [inputs], end) == singly


@QUICK
@given(stream=streams())
def test_timers_fire_the_same_however_often_they_are_looked_after(busy: Machine, stream: list[Input]) -> None:
    """Waking at every due moment, as the live runtime does, gives what one long replay gives."""
    inputs = answered(busy, stream)
    end = (inputs[-1].at if inputs else START) + TAIL
    cell: bytes | None = None
    results: list[Advance] = []
    for one in inputs:
        while results and (due := results[-1].due) is not None and due < one.at:
            results.append(busy.advance("ana", cell, [], due, live=False))
            cell = results[-1].state
        results.append(busy.advance("ana", cell, [one], one.at, live=False))
        cell = results[-1].state
    while results and (due := results[-1].due) is not None and due <= end:
        results.append(busy.advance("ana", cell, [], due, live=False))
        cell = results[-1].state
    if results:
        assert outcome(results)[1:] == play(busy, [[one] for one in inputs], end)[1:]


@QUICK
@given(stream=streams(), delay=st.sampled_from([0, 5, 900, 59_000]))
def test_a_live_run_equals_its_replay(busy: Machine, stream: list[Input], delay: int) -> None:
    """Inputs handled a little late, and timers when they are due, are handled as of their own time."""
    inputs = answered(busy, stream)
    end = (inputs[-1].at if inputs else START) + TAIL
    cell: bytes | None = None
    results: list[Advance] = []

    def wake(until: int) -> None:
        nonlocal cell
        while results and (due := results[-1].due) is not None and due <= until:
            results.append(busy.advance("ana", cell, [], due + delay, live=True))
            cell = results[-1].state

    for one in inputs:
        wake(one.at - delay - 1)
        results.append(busy.advance("ana", cell, [one], one.at + delay, live=True))
        cell = results[-1].state
    wake(end - delay)
    if results:
        _, _, facts, deliveries, _recorded = play(busy, [[one] for one in inputs], end)
        found = outcome(results)
        assert [each for each in found[2] if each.at <= end - delay] == [each for each in facts if each.at <= end - delay]
        assert [each for each in found[3] if each.at <= end - delay] == [each for each in deliveries if each.at <= end - delay]


@QUICK
@given(stream=streams())
def test_the_same_inputs_give_the_same_bytes(busy: Machine, stream: list[Input]) -> None:
    """Another machine of the same program agrees, and the bytes that went in are as they were.

    > The same inputs give the same run: nothing depends on chance or on the clock of the wall, and so a flow can be tested,
    > replayed and explained.
    """
    inputs = answered(busy, stream)
    cell: bytes | None = None
    for one in inputs:
        before = None if cell is None else bytes(bytearray(cell))
        fields = repr(one)
        result = busy.advance("ana", cell, [one], one.at, live=False)
        again = busy.advance("ana", cell, [one], one.at, live=False)
        assert cell == before
        assert repr(one) == fields
        assert again == result
        cell = result.state


@QUICK
@given(stream=streams())
def test_keys_and_numbers_are_never_used_twice(busy: Machine, stream: list[Input]) -> None:
    inputs = answered(busy, stream)
    end = (inputs[-1].at if inputs else START) + TAIL
    _, _, facts, deliveries, recorded = play(busy, [[one] for one in inputs], end)
    keys = [each.key for each in deliveries]
    assert len(keys) == len(set(keys))
    assert len({each.id for each in recorded}) == len(recorded)
    assert [fact.number for fact in facts] == list(range(1, len(facts) + 1))
    moments = [fact.at for fact in facts]
    assert moments == sorted(moments)


def local(moment: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(moment / 1000, ZoneInfo("Europe/Paris"))


@QUICK
@given(stream=streams())
def test_no_send_breaks_a_rule_of_the_policy(busy: Machine, stream: list[Input]) -> None:
    """Caps, quiet hours, consent and addresses, checked from the outside on all that was handed over."""
    stay = [
        Input(each.kind, each.name, each.at, each.id, {name: value for name, value in each.fields.items() if name != "timezone"})
        for each in stream
    ]
    reachable = Input("identify", "", START, "address", {"email": "a@example.com", "phone": "+33600000000"})
    inputs = answered(busy, [reachable, *stay])
    _, _, facts, deliveries, _ = play(busy, [[one] for one in inputs], inputs[-1].at + TAIL)
    sends = [each for each in deliveries if each.kind == "send" and not each.data["transactional"]]
    mails = [local(each.at) for each in sends if each.target == "email"]
    assert max(Counter(each.date() for each in mails).values(), default=0) <= 2
    assert max(Counter(each.isocalendar()[:2] for each in mails).values(), default=0) <= 5
    for each in sends:
        assert sum(1 for other in sends if each.at - 36 * 3_600_000 < other.at <= each.at) <= 3
        if each.target == "sms":
            assert 8 <= local(each.at).hour < 21
        assert each.data["address"]
    consent = {"email": True, "sms": False}
    for fact in facts:
        if fact.kind == "consent" and fact.data["topic"] == "offers":
            consent[fact.data["channel"]] = fact.data["how"] != "unsubscribes"
        if fact.kind == "sent" and any(each.key == fact.data["key"] for each in sends):
            assert consent[fact.data["channel"]]


SCRIPT = """
import sys, hashlib
sys.path.insert(0, {here!r})
from conftest import compiled_text
from busy_inputs import busy_inputs
from busy_program import BUSY
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
machine = Machine(compiled_text(BUSY))
names = ["page_viewed", "added_to_cart", "page_viewed", "page_viewed", "order_completed", "nudged", "added_to_cart"]
fields = {{"cart_id": "a", "cart_value": 60, "total": 5, "page": "/", "seconds": 30, "level": 2}}
cell = None
for number in range(60):
    one = Input("event", names[number % 7], {start} + number * 1_700_000, f"m{{number}}", dict(fields))
    cell = machine.advance("ana", cell, [one], one.at, live=False).state
print(hashlib.sha256(cell).hexdigest())
"""


def test_the_bytes_do_not_depend_on_the_process() -> None:
    """Python orders sets of texts anew in every process; the state must not show it."""
    script = SCRIPT.format(here=str(Path(__file__).parent), start=START)
    found = {
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout
        for seed in ("0", "1")
    }
    assert len(found) == 1
