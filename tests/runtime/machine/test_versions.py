"""A newer program takes over: nobody is started, runs go on as they were."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.machine import Machine

DAY = 86_400_000

THINGS = """
profile
    plan   text
    trail  text
    visits number

event begin
    key   text
    total number

event order_completed
    total number

event page_viewed
    page text

topic offers "Offers" for email, sms

message note
    sms "note"
"""

FIRST = THINGS + """
topic extra "Extra" for sms

value spend is sum of order_completed.total in last 10 days

segment lively
    did page_viewed in last 5 days

flow waits
    start when begin
    stop if spend > 100
    wait 2 days
    set trail to "old"
    if in segment lively
        set plan to "lively"
    if spend > 5
        send sms note about extra

flow chain
    start when begin then no page_viewed within 1 day
    set visits to 1

flow counts
    start when page_viewed 3 times within 1 day
    set visits to 3
"""

SECOND = THINGS + """
segment quiet
    did not order_completed in last 90 days

flow waits
    start when begin
    set trail to "new"
    wait 2 days
    set trail to "newer"

flow from_segment
    start when enters segment quiet
    set visits to 99

flow chain
    start when begin then no page_viewed within 1 day
    set visits to 2
"""


def taken_over(person: Any, compiled: Callable[[str], Program], first: str, second: str) -> None:
    person.machine = Machine(compiled(second), older={1: compiled(first)}, version=2)


def test_runs_keep_the_steps_they_entered_with(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    person = driver(FIRST)
    now = at("2026-03-10 10:00")
    person.put("identify", "", now, {"phone": "+33"})
    person.event("begin", now)
    taken_over(person, compiled, FIRST, SECOND)
    person.event("order_completed", now + 1, total=10)
    person.event("page_viewed", now + 2)
    assert person.state.runs[0].version == 1
    person.until(now + 2 * DAY)
    assert person.state.profile["trail"] == "old"
    assert [each.data["topic"] for each in person.deliveries] == ["extra"]  # what only the old version has is still there
    person.event("begin", now + 3 * DAY)
    assert person.state.profile["trail"] == "new"


HEADED = THINGS + """
score warmth
    start 5

message other
    sms "other"

flow held_by_headers
    start when begin
    status active
    stop when order_completed where total > 100
    expire after 3 days
    priority 1

    wait 1 day
    if warmth > 7
        set plan to "warm"
    set trail to "first"
    wait 5 days

flow beside
    start when begin
    priority 2

    wait 1 day
    set trail to "beside"
"""


def test_runs_keep_their_headers_but_go_by_the_newest_priority(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    """
    > A run keeps the steps and the headers of the version it entered, but for `status`, `priority`, `exclusive` and `urgency`.
    > The policy, messages, contents, segments, scores and values are always the newest.
    """
    newer = HEADED.replace("total > 100", "total > 1").replace("expire after 3 days", "expire after 2 days")
    newer = newer.replace("priority 1\n", "priority 3\n").replace("start 5", "start 5\n    +10 order_completed")
    person = driver(HEADED)
    now = at("2026-03-10 10:00")
    person.event("begin", now)
    taken_over(person, compiled, HEADED, newer)
    person.event("order_completed", now + 1, total=50)
    assert not person.of("exited", "held_by_headers")  # the stop of the version it entered
    person.until(now + DAY)
    assert person.state.profile["trail"] == "beside"  # by the newer priorities the other flow comes second
    assert person.state.profile["plan"] == "warm"  # by the newer score
    person.until(now + 3 * DAY - 1)
    assert person.state.runs
    person.until(now + 3 * DAY)
    assert [fact.data["reason"] for fact in person.of("exited", "held_by_headers")] == ["expired"]


def test_a_new_program_starts_nothing(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    """Segments, chains and counts of a newer program.

    > A changed program starts nothing by itself: memberships, crossings, chains and dates are worked out afresh in silence.
    """
    person = driver(FIRST)
    now = at("2026-03-10 10:00")
    person.put("identify", "", now, {"plan": "x"})
    facts = len(person.facts)
    taken_over(person, compiled, FIRST, SECOND)
    person.until(now + 1)
    assert "quiet" in person.state.segments
    assert "lively" not in person.state.segments
    assert "visits" not in person.state.profile
    assert len(person.facts) == facts
    assert person.state.program == 2


def test_chains_go_on_and_counts_that_are_gone_are_forgotten(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    person = driver(FIRST)
    now = at("2026-03-10 10:00")
    person.event("page_viewed", now)
    person.event("begin", now)
    assert person.state.counting
    taken_over(person, compiled, FIRST, SECOND)
    person.until(now + 1)
    assert not person.state.counting
    person.until(now + DAY)
    assert person.state.profile["visits"] == 2


def test_a_watched_condition_is_asked_anew(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    """What a run watches may turn at another moment now.

    > The policy, messages, contents, segments, scores and values are always the newest.
    """
    first = THINGS + """
segment lively
    did page_viewed in last 5 days

flow waits
    start when begin
    stop if not in segment lively
    wait 30 days
"""
    person = driver(first)
    now = at("2026-03-10 10:00")
    person.event("page_viewed", now)
    person.event("begin", now)
    taken_over(person, compiled, first, first.replace("5 days", "2 days"))
    person.event("page_viewed", now + DAY)
    person.until(now + 3 * DAY - 1)
    assert person.state.runs
    person.until(now + 3 * DAY)
    assert [(fact.at, fact.data["reason"]) for fact in person.of("exited")] == [(now + 3 * DAY, "stopped")]


def test_a_program_that_disables_a_flow_ends_its_runs(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    """> With `status disabled` nobody enters, and those inside leave."""
    person = driver(FIRST)
    now = at("2026-03-10 10:00")
    person.event("begin", now)
    taken_over(person, compiled, FIRST, FIRST.replace("    stop if spend > 100", "    status disabled\n    stop if spend > 100"))
    person.until(now + 1)
    assert [fact.data["reason"] for fact in person.of("exited", "waits")] == ["disabled"]


def test_a_version_that_is_not_at_hand_ends_its_runs(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    person = driver(FIRST)
    now = at("2026-03-10 10:00")
    person.event("begin", now)
    person.machine = Machine(compiled(SECOND), version=2)
    person.until(now + 1)
    (fact,) = person.of("exited", "waits")
    assert fact.data["reason"] == "error"
    assert "version 1" in fact.data["detail"]


PAUSED = THINGS + """
flow waits
    start when begin
    status active
    do http.request with url: "https://shop.example" as answer
    set trail to "answered"
    wait up to 2 days until plan is "pro"
    set trail to "pro"
    wait 1 day
    set trail to "over"
"""


def test_those_inside_a_paused_flow_stand_still(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    """Active again, they go on.

    > With `status paused` nobody enters, and those inside stand still.
    """
    paused = PAUSED.replace("status active", "status paused")
    person = driver(PAUSED)
    now = at("2026-03-10 10:00")

    def program(number: int, text: str) -> None:
        older = {each: compiled(paused if each % 2 == 0 else PAUSED) for each in range(1, number)}
        person.machine = Machine(compiled(text), older=older, version=number)

    person.event("begin", now)
    program(2, paused)
    person.put("result", person.deliveries[0].key, now + 1, {"ok": True})
    person.event("begin", now + 1)
    assert "trail" not in person.state.profile
    program(3, PAUSED)
    person.until(now + 2)
    assert person.state.profile["trail"] == "answered"
    program(4, paused)
    person.put("identify", "", now + 3, {"plan": "pro"})
    assert person.state.profile["trail"] == "answered"
    program(5, PAUSED)
    person.until(now + 4)
    assert person.state.profile["trail"] == "pro"
    program(6, paused)
    person.until(now + 3 * DAY)
    assert person.state.profile["trail"] == "pro"
    program(7, PAUSED)
    person.until(now + 3 * DAY + 1)
    assert person.state.profile["trail"] == "over"


def test_values_that_no_longer_fit_are_forgotten(driver: Callable[..., Any], compiled: Any, at: Any) -> None:
    """A field that was a text and is a number now: conditions on it go on, without the old value."""
    first = """
profile
    size   text
    since  text
    kept   number

event bought
    amount text

flow sums
    start when bought
    if count of (bought where amount is size) in last 3 days > 0 or last bought.amount is "x"
        set since to "2026-03-10"
"""
    second = """
profile
    size   number
    since  date
    kept   number

event bought
    amount number

segment big
    size > 3 or largest of bought.amount ever > 5
    since within last 10 days

flow sums
    start when bought
    if sum of (bought.amount where amount > size) in last 3 days > 0
        set kept to sum of bought.amount ever
"""
    person = driver(first)
    now = at("2026-03-10 10:00")
    person.put("identify", "", now, {"size": "large", "kept": 3})
    person.event("bought", now, amount="x")
    person.event("bought", now + 1, amount="y")
    taken_over(person, compiled, first, second)
    person.event("bought", now + 2, amount=7)
    assert [fact.data["why"].split()[0] for fact in person.of("error")] == ["size"]
    assert person.state.profile["since"] == "2026-03-10"
    assert "big" in person.state.segments
    person.put("identify", "", now + 3, {"size": 5})
    person.event("bought", now + 4, amount=8)
    assert person.state.profile["kept"] == 15
