"""What a ``test`` block cannot say: late and impossible times, versions, states, many flows, wrong values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import SCHEMA, State, StateError, encode
from triggerfish.runtime.machine.trace import Miss

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
Drive = Callable[..., Any]
At = Callable[..., int]

THINGS = """
profile
    plan    text
    visits  number
    due_on  date

event begin
    number number
    key    text
    items  list
        name text

event order_completed
    total number
    key   text

event page_viewed
    page text

event nudged

topic offers "Offers" for email, sms
topic news "News" confirmed opt-in for email

message note
    sms "note"
    email
        subject "note"
        body "note"
"""

# --- late events ------------------------------------------------------------------------------------------------


def test_late_events_count_by_their_own_time(driver: Drive, at: At) -> None:
    """Late events.

    > They count in windows by their own time.
    """
    person = driver(THINGS + """
segment lively
    did page_viewed at least 2 times in last 2 days
""")
    now = at("2026-03-10 10:00")
    person.event("page_viewed", now)
    person.event("page_viewed", now - 3 * DAY, now + MINUTE, live=True)
    assert "lively" not in person.state.segments
    person.event("page_viewed", now - DAY, now + 2 * MINUTE, live=True)
    assert "lively" in person.state.segments
    assert person.due == now + DAY
    person.until(now + DAY)
    assert "lively" not in person.state.segments


def test_late_events_satisfy_a_wait_but_not_from_before_the_entry(driver: Drive, at: At) -> None:
    """Late events and waits.

    > They satisfy a `for` or a `stop` if they are not older than the entry.
    """
    person = driver(THINGS + """
flow waits
    start when begin
    wait 1 hour
    wait up to 2 days for order_completed as order
    if order.happened
        set visits to order.total
""")
    begin = at("2026-03-10 10:00")
    person.event("begin", begin)
    person.event("order_completed", begin - 1, begin + 2 * HOUR, live=True, total=1)
    assert len(person.state.runs) == 1
    person.event("order_completed", begin + 30 * MINUTE, begin + 3 * HOUR, live=True, total=2)
    assert person.state.profile["visits"] == 2


def test_late_events_satisfy_a_stop_but_not_from_before_the_entry(driver: Drive, at: At) -> None:
    """Late events and stops.

    > They satisfy a `for` or a `stop` if they are not older than the entry.
    """
    person = driver(THINGS + """
flow waits
    start when begin
    stop when order_completed
    wait 2 days
""")
    begin = at("2026-03-10 10:00")
    person.event("begin", begin)
    person.event("order_completed", begin - HOUR, begin + HOUR, live=True)
    assert not person.of("exited")
    person.event("order_completed", begin, begin + HOUR, live=True)
    assert [fact.data["reason"] for fact in person.of("exited")] == ["stopped"]


def test_late_events_never_rewind_a_wait(driver: Drive, at: At) -> None:
    """Late events.

    > They never rewind a wait.
    """
    person = driver(THINGS + """
flow waits
    start when page_viewed
    wait 2 hours
    send sms note about offers
""")
    now = at("2026-03-10 10:00")
    person.put("identify", "", now, {"phone": "+33"})
    person.event("page_viewed", now - HOUR, now, live=True)
    assert person.due == now + 2 * HOUR


def test_what_came_in_during_an_outage_is_put_right(driver: Drive, at: At) -> None:
    """The cart and the order both waited: by their own times the order came within the hour.

    > The hour of `then no order_completed within 1 hour` runs from when the event happened, not from when it was heard of.
    """
    text = THINGS + """
flow forgotten
    start when begin
        then no order_completed within 1 hour
    send sms note about offers
"""
    begin = at("2026-03-10 10:00")
    inputs = [Input("event", "begin", begin, "m1", {}), Input("event", "order_completed", begin + 30 * MINUTE, "m2", {})]
    person = driver(text)
    person.advance(inputs, begin + 5 * HOUR, live=True)
    person.until(begin + 2 * DAY, live=True)
    assert not person.of("entered")
    person = driver(text)
    person.advance(inputs[:1], begin + 5 * HOUR, live=True)
    assert [fact.at for fact in person.of("entered")] == [begin + 5 * HOUR]


def test_two_late_matches_in_the_wrong_order_keep_the_newer(driver: Drive, at: At) -> None:
    """Each stage keeps its newest pending match: newest by the events' own times."""
    person = driver(THINGS + """
flow forgotten
    start when begin as first_thing
        then no order_completed within 1 hour
    set visits to first_thing.number
""")
    now = at("2026-03-10 10:00")
    person.event("begin", now, number=2)
    person.event("begin", now - 20 * MINUTE, now + 1000, live=True, number=1)
    person.until(now + HOUR - 1, live=True)
    assert not person.of("entered")
    person.until(now + HOUR, live=True)
    assert person.state.profile["visits"] == 2


def test_counts_inside_a_window_go_by_the_events_own_times(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
flow thrice
    start when page_viewed 3 times within 30 minutes
    set visits to 1
""")
    now = at("2026-03-10 10:00")
    person.event("page_viewed", now)
    person.event("page_viewed", now + 20 * MINUTE)
    person.event("page_viewed", now + 10 * MINUTE, now + 50 * MINUTE, live=True)
    assert len(person.of("entered")) == 1


def test_starts_more_than_a_day_late_do_nothing(driver: Drive, at: At) -> None:
    """Without `when late by`.

    > A start that is more than a day late after an outage does nothing, and that is recorded.
    > A step that is reached late after an outage runs.
    """
    person = driver(THINGS + """
segment quiet
    did not order_completed in last 3 days

flow begins
    start when begin
    wait 1 hour
    set visits to 1

flow absent
    start when page_viewed then no order_completed within 1 hour

flow gone_quiet
    start when enters segment quiet
""")
    now = at("2026-03-10 10:00")
    person.event("order_completed", now)
    person.event("begin", now)
    person.event("page_viewed", now)
    late = now + 6 * DAY
    person.until(late, live=True)
    assert {fact.flow: fact.data["reason"] for fact in person.of("refused")} == {"absent": "late", "gone_quiet": "late"}
    assert person.state.profile["visits"] == 1
    assert "quiet" in person.state.segments
    person.event("begin", late - 2 * DAY, late, live=True)
    assert [fact.data["reason"] for fact in person.of("refused", "begins")] == ["late"]
    person.event("begin", late - DAY, late, live=True)
    assert len(person.of("entered", "begins")) == 2


# --- impossible times --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("live", [True, False])
def test_times_in_the_future_become_arrival_time(driver: Drive, at: At, live: bool) -> None:
    """> A time in the future becomes the time of arrival."""
    person = driver(THINGS + """
segment lively
    did page_viewed in last 2 days

flow begins
    start when begin
    wait 1 day
""")
    now = at("2026-03-10 10:00")
    for name in ("page_viewed", "begin"):
        person.event(name, now + 400 * DAY, now, live=live)
    assert person.state.clock == now
    assert person.state.profile["created_at"] == now
    assert person.due == now + DAY
    assert person.state.flips["lively"] == now + 2 * DAY


@pytest.mark.parametrize("moment", [0, -1, -(10**14), -(10**18), 253_402_300_799_000, 10**15, 2**62])
@pytest.mark.parametrize("live", [True, False])
def test_no_moment_is_too_far(driver: Drive, moment: int, live: bool) -> None:
    """Any number of milliseconds is taken, and time goes on after it."""
    person = driver(THINGS + """
policy
    timezone "America/New_York"
    quiet hours 21:00 to 8:00
    at most 1 message per month
    at most 1 message in any 3 months else wait

segment lively
    did page_viewed at least 2 times in last 3 months

segment soon
    due_on within next 2 months

flow begins
    start when begin, page_viewed
    again after 1 month
    enter at most 2 per week
    expire after 10 years
    send sms note about offers
    wait 2 years
    wait until monday at 9:00
    wait until due_on - 3 months at 9:00
    wait up to 2 months until did not page_viewed in last 1 month
""")
    person.put("identify", "", moment, {"phone": "+33", "due_on": "9999-12-31"}, moment, live=live)
    person.event("begin", moment, moment, live=live)
    person.event("page_viewed", moment, moment, live=live)
    person.put("identify", "", moment, {"due_on": "0001-01-01"}, moment, live=live)
    for later in (1, DAY, 100 * DAY, 400 * DAY, 4000 * DAY):
        person.until(moment + later, live=live)


# --- people nobody knows, inputs nobody knows -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "name", "fields"),
    [
        ("event", "unheard_of", {"x": 1}), ("consent", "offers", {"how": "subscribe"}), ("consent", "nothing", {"how": "subscribe"}),
        ("consent", "offers", {"how": "?"}), ("membership", "nothing", {"join": True}), ("result", "no/such/key", {"ok": True}),
        ("identify", "", {}), ("enter", "no_such_flow", {}), ("identify", "", {"plan": "pro"}), ("event", "begin", {}),
    ],
)
def test_whatever_comes_first_makes_a_person(driver: Drive, at: At, kind: Any, name: str, fields: dict[str, Any]) -> None:
    """A new person's segments are worked out, and what they start starts, whatever is heard of them first."""
    person = driver(THINGS + """
segment newcomers
    did not order_completed in last 10 days

flow welcomes
    start when enters segment newcomers
    set visits to 1
""")
    person.put(kind, name, at("2026-03-10 10:00"), fields)
    assert "newcomers" in person.state.segments
    assert person.state.profile["visits"] == 1
    person.put(kind, name, at("2026-03-10 10:01"), fields)
    assert len(person.of("entered", "welcomes")) == 1


def test_a_first_order_is_history_before_segments_are_asked(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
segment newcomers
    did not order_completed ever
""")
    person.event("order_completed", at("2026-03-10 10:00"))
    assert "newcomers" not in person.state.segments
    assert not person.of("joined")


def test_ids_cannot_be_identified_away(driver: Drive, at: At) -> None:
    person = driver(THINGS)
    person.put("identify", "", at("2026-03-10 10:00"), {"id": "someone else", "plan": "pro"})
    assert person.state.profile["id"] == "ana"


# --- numbers and names ----------------------------------------------------------------------------------------------


def test_fields_may_be_called_anything(driver: Drive, at: At) -> None:
    """No field's name gets in the way of what is kept beside it."""
    person = driver("""
profile
    found number

event measured
    t number
    n number
    s text

flow sums
    start when measured
    set found to sum of measured.t in last 2 days + sum of measured.n ever + count of measured in last 2 days
""")
    now = at("2026-03-10 10:00")
    person.event("measured", now, t=1, n=10)
    person.event("measured", now + 1, t=2, n=20)
    assert person.state.profile["found"] == 3 + 30 + 2


def test_numbers_beyond_all_bounds(driver: Drive, at: At) -> None:
    """What a person's state can hold is what comes back from it; nothing a number does stops the machine."""
    person = driver(THINGS + """
flow adds
    start when begin
    set visits to sum of begin.number ever * event.number
    wait event.number * 1 month
""")
    now = at("2026-03-10 10:00")
    for number in (2**64 - 1, 2**70, 1e308, -(2**80), 1e308, 5):
        now += 1
        person.event("begin", now, number=number)
        person.until(now)
    assert isinstance(person.state.profile["visits"], float)


def test_a_hundred_fields_at_once(driver: Drive, at: At) -> None:
    """Many things at one moment are one round."""
    fields = "\n".join(f"    field{number} number" for number in range(150))
    person = driver(f"profile\n{fields}\n\nflow last_one\n    start when field149 changes\n    set field0 to 7\n")
    person.put("identify", "", at("2026-03-10 10:00"), {f"field{number}": 1 for number in range(150)})
    assert person.state.profile["field0"] == 7
    assert not person.of("error")


def test_flows_that_set_each_other_off_are_reported_once(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
flow ping
    start when begin
    record nudged

flow pong
    start when nudged
    record begin
""")
    person.event("begin", at("2026-03-10 10:00"))
    errors = person.of("error")
    assert len(errors) == 1
    assert "100 rounds" in errors[0].data["why"]
    assert len(person.of("entered")) == 100
    assert person.state.runs == []


def test_flows_that_multiply_are_stopped(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
flow doubles
    start when begin
    per event.key
    record nudged
    record nudged

flow doubles_back
    start when nudged
    record begin with key: "a"
    record begin with key: "b"
""")
    person.event("begin", at("2026-03-10 10:00"))
    assert len(person.of("error")) == 1
    assert "10000 changes" in person.of("error")[0].data["why"]


# --- states -----------------------------------------------------------------------------------------------------------


def test_a_state_of_a_newer_schema_is_refused(driver: Drive, at: At) -> None:
    person = driver(THINGS)
    person.cell = encode(State(schema=SCHEMA + 1))
    with pytest.raises(StateError, match=f"schema {SCHEMA + 1}"):
        person.until(at("2026-03-10 10:00"))


@pytest.mark.parametrize("cell", [b"", b"\x00", b"{}", b"\x93\x01\x02", msgspec.msgpack.encode({"a": 1})])
def test_a_damaged_state_is_an_error_that_says_so(driver: Drive, at: At, cell: bytes) -> None:
    person = driver(THINGS)
    person.cell = cell
    with pytest.raises(StateError, match="cannot be read"):
        person.until(at("2026-03-10 10:00"))


def test_a_state_keeps_no_more_than_the_program_asks(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
segment lively
    did page_viewed at least 3 times in last 2 hours

flow thrice
    start when page_viewed 3 times within 10 minutes with the same page
    set visits to 1
""")
    now = at("2026-03-10 10:00")
    for number in range(1000):
        person.event("page_viewed", now + number * MINUTE, page=f"/{number}", more="x" * 100)
    assert len(person.state.series["page_viewed"]["@"]) == 3
    assert len(person.state.counting) <= 10
    assert person.cell is not None
    assert len(person.cell) < 1000


# --- runs -------------------------------------------------------------------------------------------------------------


def test_effects_keep_their_keys_whatever_the_program_is_called(compiled: Callable[[str], Program], driver: Drive, at: At) -> None:
    """Keys come from person, run, step and visit: never from the time, or the program's version."""
    text = THINGS + """
flow sends
    start when begin
    repeat 2 times
        send sms note about offers
    send sms note about offers
    do log.write with message: "x" as written
"""
    keys = []
    for version, shift in ((1, 0), (7, 100 * DAY)):
        person = driver(text, version=version)
        person.put("identify", "", at("2026-03-10 10:00") + shift, {"phone": "+33"})
        person.event("begin", at("2026-03-10 11:00") + shift)
        keys.append([each.key for each in person.deliveries])
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 4
    assert all(key.startswith("ana/1/") for key in keys[0])


def test_results_are_for_the_run_that_waits(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
flow calls
    start when begin
    do http.request with url: "https://shop.example" as answer
    set visits to answer.status
""")
    now = at("2026-03-10 10:00")
    person.event("begin", now)
    key = person.deliveries[0].key
    person.put("result", "another/key", now + 1, {"ok": True, "status": 1})
    assert len(person.state.runs) == 1
    person.put("result", key, now + 2, {"ok": True, "status": 200})
    assert person.state.profile["visits"] == 200
    person.put("result", key, now + 3, {"ok": True, "status": 500})
    assert person.state.profile["visits"] == 200


def test_a_goal_is_counted_once_for_its_whole_window(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
flow aims
    start when begin
    goal order_completed worth total within 3 days where total > 5
    set visits to 1
""")
    now = at("2026-03-10 10:00")
    person.event("begin", now)
    person.event("order_completed", now, total=1)
    person.event("order_completed", now + 3 * DAY - 1, total=9)
    person.event("order_completed", now + 3 * DAY - 1, total=10)
    assert [fact.data["worth"] for fact in person.of("goal")] == [9]
    person.event("begin", now + 3 * DAY)
    person.event("order_completed", now + 6 * DAY, total=9)
    assert len(person.of("goal")) == 1
    assert person.state.aims == []


def test_the_starting_event_is_no_goal_of_its_own_run_but_one_at_the_same_moment_is(driver: Drive, at: At) -> None:
    person = driver(THINGS + """
flow aims
    start when order_completed
    again never
    goal order_completed within 3 days
    wait 1 day
""")
    now = at("2026-03-10 10:00")
    person.event("order_completed", now)
    assert not person.of("goal")
    person.event("order_completed", now)
    assert len(person.of("goal")) == 1


def test_consent_goes_by_the_latest_statement(driver: Drive, at: At) -> None:
    person = driver(THINGS)
    now = at("2026-03-10 10:00")
    person.put("consent", "offers", now, {"how": "unsubscribe", "channel": "sms"})
    person.put("consent", "offers", now - HOUR, {"how": "subscribe", "channel": "sms"}, now + 1, live=True)
    assert person.state.consent["offers/sms"][0] is False
    person.put("consent", "offers", now + 2, {"how": "subscribe"})
    assert person.state.consent["offers/sms"][0] is True
    assert person.state.consent["offers/email"][0] is True


def test_confirmed_consent(driver: Drive, at: At) -> None:
    """`confirmed opt-in for`: consent confirmed by a link."""
    person = driver(THINGS + """
flow asks
    start when subscribes to news
    send email note transactional

flow thanks
    start when confirms news
    send email note about news

flow writes
    start when nudged
    send email note about news
""")
    now = at("2026-03-10 10:00")
    person.put("identify", "", now, {"email": "a@example.com"})
    person.put("consent", "news", now, {"how": "subscribe"})
    assert [each.flow for each in person.deliveries] == ["asks"]
    person.event("nudged", now + 1)
    assert [fact.data["reason"] for fact in person.of("suppressed")] == ["no consent"]
    person.put("consent", "news", now + 2, {"how": "confirm"})
    person.event("nudged", now + 3)
    assert [each.flow for each in person.deliveries] == ["asks", "thanks", "writes"]
    person.put("consent", "news", now + 4, {"how": "unsubscribe"})
    person.put("consent", "news", now + 5, {"how": "subscribe"})
    person.event("nudged", now + 6)
    assert [each.flow for each in person.deliveries] == ["asks", "thanks", "writes", "asks"]


def test_the_control_group_is_the_same_everywhere(compiled: Callable[[str], Program]) -> None:
    text = THINGS + """
policy
    holdout 20%

flow sends
    start when begin
    holdout 10%
    set visits to 1
"""
    machine = Machine(compiled(text))
    noted = 0
    for number in range(2000):
        result = machine.advance(f"p{number}", None, [Input("event", "begin", 1_700_000_000_000, "m", {})], 1_700_000_000_000)
        noted += any(fact.data.get("noted") == "control group" for fact in result.facts)
    assert noted / 2000 == pytest.approx(0.28, abs=0.03)


# --- many flows, misses ---------------------------------------------------------------------------------------------------


def test_a_hundred_flows_on_one_event(driver: Drive, at: At) -> None:
    flows = "\n".join(
        f"flow f{number}\n    start when begin where number > {number}\n    priority {number}\n    wait 1 day\n    record nudged\n"
        for number in range(100)
    )
    person = driver(THINGS + flows + "\nflow counts\n    start when nudged\n    add 1 to visits\n")
    now = at("2026-03-10 10:00")
    person.event("begin", now, number=1000)
    assert [fact.flow for fact in person.of("entered")] == [f"f{number}" for number in reversed(range(100))]
    person.until(now + DAY)
    assert person.state.profile["visits"] == 100
    assert not person.of("error")
    person.event("begin", now + 2 * DAY, number=50)
    assert len(person.of("entered")) == 100 + 100 + 50


def test_what_did_not_start_can_be_asked_for(compiled: Callable[[str], Program], at: At) -> None:
    machine = Machine(compiled(THINGS + """
flow begins
    start when begin where number > 5 and key is "a"
    set visits to 1
"""))
    misses: list[Miss] = []
    now = at("2026-03-10 10:00")
    machine.advance("ana", None, [Input("event", "begin", now, "m", {"number": 3})], now, misses=misses)
    assert [(part.text, part.holds, part.values) for part in misses[0].parts] == [("number > 5", False, {"number": 3})]


def test_a_flow_may_bear_more_or_less_lateness(driver: Drive, at: At) -> None:
    """Starts.

    > `when late by` says otherwise for the starts and the steps of its flow.
    """
    person = driver(THINGS + """
flow patient
    start when begin
    when late by 3 days run

flow strict
    start when begin
    when late by 6 hours skip
""")
    now = at("2026-03-10 10:00")
    for late, entered in ((5 * HOUR, ["patient", "strict"]), (7 * HOUR, ["patient"]), (4 * DAY, ["patient"])):
        person.facts.clear()
        person.event("begin", now - late, now, live=True)
        assert [fact.flow for fact in person.of("entered")] == entered
        now += DAY


@pytest.mark.parametrize(
    ("action", "sent", "left"),
    [("run", 1, "finished"), ("skip", 0, "finished"), ("exit", 0, "late")],
)
def test_steps_that_are_reached_late(driver: Drive, at: At, action: str, sent: int, left: str) -> None:
    """Steps.

    > `when late by` says otherwise for the starts and the steps of its flow.
    """
    person = driver(THINGS + f"""
flow patient
    start when begin
    when late by 6 hours {action}
    about offers
    wait 1 hour
    send email note
    wait 1 hour
    send email note
""")
    now = at("2026-03-10 10:00")
    person.put("identify", "", now, {"email": "ana@example.com"}, now, live=True)
    person.event("begin", now, now, live=True)
    person.until(now + 9 * HOUR, live=True)
    assert len(person.of("sent")) == sent
    person.until(now + 10 * HOUR, live=True)
    assert [fact.data["reason"] for fact in person.of("exited")] == [left]
    assert len(person.of("sent")) == (0 if action == "exit" else sent + 1)
