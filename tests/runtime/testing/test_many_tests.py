"""A thousand tests of fifty flows, and what a failed one tells."""

from __future__ import annotations

import time

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.messages.messages import MessageSet
from triggerfish.runtime.testing.run import TestRunner

FLOWS = 50
TESTS = 1000
SECONDS = 10
HEAD = """\
event signed_up
event bought
    total  number

topic offers "Offers" for sms

message hello
    sms "Hello"
"""
FLOW = """
segment buyers_{0}
    did bought at least {1} times in last {1} days

flow flow_{0}
    start when signed_up
    again after {1} days
    about offers
    stop when bought where total > {0}
    send sms hello
    wait {1} days
    if did bought ever
        send sms hello
"""
TEST = """
test "number {0}" for flow_{1}
    at 2026-03-02 10:00
    signed_up happens
    expect sms hello at 10:00
    after {2} days
    bought happens with total: 1
    expect count of bought in last {3} days is 1
    expect not in flow flow_{1}
"""


def runner_of(text: str):
    plugins = load_plugins()
    loaded = compile_sources({"a.flow": text}, plugins.catalog())
    assert loaded.program is not None, loaded.diagnostics
    program = loaded.program
    return TestRunner(program, lambda: MessageSet(program, plugins.channels)), loaded.tests


def test_a_thousand_tests():
    text = HEAD + "".join(FLOW.format(number, number + 1) for number in range(FLOWS))
    tests = "".join(TEST.format(n, n % FLOWS, n % FLOWS + 1, n + 1) for n in range(TESTS))
    runner, found = runner_of(text + tests)
    begun = time.process_time()
    results = list(runner.run(found))
    assert time.process_time() - begun < SECONDS
    assert [result.outcome for result in results] == ["passed"] * TESTS


def test_the_story_is_in_order_and_shows_values():
    text = HEAD + """
flow thanks
    start when bought where total >= 25
    about offers
    send sms hello

test "both"
    at 2026-03-02 10:00
    bought happens with total: 30
    bought happens with total: 20
    expect 2 sms
    bought happens with total: 40
"""
    runner, (test,) = runner_of(text)
    (result,) = runner.run([test])
    assert result.outcome == "failed"
    assert [line.partition("  ")[2] for line in result.story] == [
        "bought happened with total: 30",
        "entered thanks",
        "sms hello was handed over by thanks",
        "left thanks (finished)",
        "bought happened with total: 20",
        "thanks did not start (start when bought where total >= 25): total >= 25 is false: total is 20",
        "it is now",
    ]
