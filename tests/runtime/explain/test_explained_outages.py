"""What an outage did to somebody, as ``explain`` tells it for moments in it and after it."""

from __future__ import annotations

from typing import Any

import pytest

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.programs import InForce, deploy
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story.explain import Explanation
from triggerfish.runtime.story.record import read
from triggerfish.runtime.story.versions import Machines

HOUR = 3_600_000
SHOP = """
event begin
event other

flow usual
    start when begin
    wait 2 hours

flow strict
    start when begin
    when late by 6 hours skip
    wait 2 hours

flow timely
    start when other
    when late by 1 hour exit
    wait 2 hours
    wait 2 hours
"""


@pytest.fixture
def told(store: Store, clock: Any) -> Any:
    """Ana begins something else while all is well; then the runtime is away for 30 hours, and an hour into that she begins."""
    program = compile_sources({"shop.flow": SHOP}, load_plugins().catalog()).program
    assert program is not None
    deploy(store.programs, program, clock.now())
    programs = InForce(store.programs, {})
    machine = programs.newer()
    assert machine is not None
    engine = Engine(store, machine, clock, programs=programs)

    def run() -> None:
        while engine.process_due(clock.now()) or engine.process_events(clock.now()):
            pass

    start = clock.now()
    store.events.append([("ana", Input("event", "other", start, "m1", {}))], start)
    run()
    store.events.append([("ana", Input("event", "begin", start + HOUR, "m2", {}))], start + HOUR)
    clock.moment += 30 * HOUR
    run()

    def explain(hours: int) -> dict[str, str]:
        record = read(store, "ana", Machines(store.programs, {}, lambda: program))
        entries = Explanation(record, clock.now(), None if hours == 30 else start + hours * HOUR).entries()
        assert not any(each.kind == "differs" for each in entries)
        short = {each.flow: each.why for each in entries if each.kind == "summary"}
        return {**short, **{each.kind: each.why for each in entries if each.kind == "waits"}}

    return explain


def test_a_start_that_was_noticed_too_late_says_how_late_and_what_the_flow_bears(told: Any) -> None:
    short = told(30)
    assert "(late): it came true 1 day 5 hours before it was noticed, and a start may be noticed a day late" in short["usual"]
    assert "(late): it came true 1 day 5 hours before it was noticed, and the flow says `when late by 6 hours skip`" in short["strict"]


def test_a_run_that_ended_because_a_step_was_late_says_so(told: Any) -> None:
    assert "left timely (late)" in told(30)["timely"]
    assert "the flow says `when late by 1 hour exit`, and the step was reached later" in told(30)["timely"]


def test_in_the_outage_it_is_as_it_was_then(told: Any) -> None:
    then = told(5)
    assert "ana is inside since" in then["timely"]
    assert "that moment has passed, and nothing has handled it yet" in then["timely"]
    assert then["waits"] == "1 input was stored and not handled then (begin)"
    assert "begin was stored and not handled then" in then["usual"]
    assert "waits" not in told(30)
