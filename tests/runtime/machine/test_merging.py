"""Two profiles become one: what each knew, what happened to each, and what is under way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.effects import Advance
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.merging import carried
from triggerfish.runtime.machine.state import State, decode

HOUR, DAY = 3_600_000, 86_400_000
START = 1_772_000_000_000

SHOP = """
profile
    first_name  text
    plan        one of "free", "pro" = "free"
    visits      number

event viewed
    price  number

event bought
    total  number

topic offers "Offers" for email, opt-in for sms

segment keen "Keen"
    did viewed at least 3 times in last 2 days

segment buyers "Buyers"
    sum of bought.total ever > 50
    did (viewed where price > 10) in last 30 days

segment chosen by hand

value spent is largest of bought.total in last 20 days

score interest "Interest"
    start 10
    between 0 and 100
    +5 viewed at most 3 per day
    +20 while in segment buyers

message note "Note"
    email
        subject "Hello {{ first_name | default: 'you' }}"
        body "Spent {{ spent }}"

flow cart "Cart"
    start when viewed
    stop when bought
    goal bought worth total within 10 days
    again after 3 days
    about offers

    wait 1 day
    send email note
    wait 3 days

flow keen_ones "Keen ones"
    start when enters segment keen
    about offers

    send email note
"""


class Person:
    """A profile under a machine, with what came out."""

    def __init__(self, machine: Machine, name: str) -> None:
        self.machine, self.name = machine, name
        self.cell: bytes | None = None
        self.results: list[Advance] = []

    def take(self, inputs: Sequence[Input], now: int) -> Person:
        result = self.machine.advance(self.name, self.cell, inputs, now, live=False)
        self.cell = result.state
        self.results.append(result)
        return self

    def put(self, kind: Any, name: str, at: int, fields: dict[str, Any] | None = None) -> Person:
        return self.take([Input(kind, name, at, f"{self.name}{len(self.results)}", fields or {})], at)

    def merge(self, other: Person, at: int) -> Person:
        """As the shell does it: the other is brought up to the moment, taken over, and retired."""
        other.take([], at)
        assert other.cell is not None
        self.put("merge", other.name, at, carried(other.cell))
        other.put("merged", self.name, at)
        return self

    @property
    def state(self) -> State:
        assert self.cell is not None
        return decode(self.cell)

    def facts(self, kind: str) -> list[tuple[str, int, dict[str, Any]]]:
        return [(fact.flow, fact.run, fact.data) for each in self.results for fact in each.facts if fact.kind == kind]

    @property
    def sent(self) -> list[str]:
        return [delivery.key for each in self.results for delivery in each.deliveries]


@pytest.fixture(scope="module")
def shop(compiled: Callable[[str], Program]) -> Machine:
    return Machine(compiled(SHOP))


def test_known_beats_unknown_then_the_newer(shop: Machine) -> None:
    """> Of two profiles that are merged, known beats unknown, then the newer; histories unite."""
    ana, visitor = Person(shop, "ana"), Person(shop, "visitor")
    visitor.put("identify", "", START, {"first_name": "Visitor", "visits": 3, "plan": "pro"})
    ana.put("identify", "", START + HOUR, {"first_name": "Ana", "email": "ana@example.com"})
    visitor.put("identify", "", START + 2 * HOUR, {"plan": "free", "email": "late@example.com"})
    ana.put("identify", "", START + 3 * HOUR, {"plan": "pro"})
    for hours in (4, 5):
        visitor.put("event", "viewed", START + hours * HOUR, {"price": 20})
        ana.put("event", "bought", START + hours * HOUR, {"total": 10 * hours})
    ana.put("event", "viewed", START + 6 * HOUR, {"price": 5})
    ana.merge(visitor, START + 7 * HOUR)
    assert ana.state.profile == {
        "id": "ana", "created_at": START, "first_name": "Ana", "email": "late@example.com", "plan": "pro", "visits": 3,
    }  # fmt: skip
    assert {*ana.state.segments} == {"keen", "buyers"}
    assert ana.state.scores["interest"].value == 10 + 3 * 5
    assert shop.program.scores["interest"].shown(ana.state.scores["interest"]) == 45
    assert visitor.state.profile == {"id": "visitor"}


def test_what_a_merge_makes_true_starts_nothing(shop: Machine) -> None:
    """> What becomes true by a merge starts nothing."""
    ana, visitor = Person(shop, "ana"), Person(shop, "visitor")
    visitor.put("event", "viewed", START).put("event", "viewed", START + HOUR)
    ana.put("event", "viewed", START)
    ana.merge(visitor, START + 2 * HOUR)
    assert "keen" in ana.state.segments
    assert not [each for each in ana.facts("entered") if each[0] == "keen_ones"]
    new = Person(shop, "new").merge(Person(shop, "old").take(
        [Input("event", "viewed", START + hours * HOUR, f"o{hours}", {}) for hours in range(3)], START + 3 * HOUR
    ), START + 4 * HOUR)  # fmt: skip
    assert new.facts("entered") == []
    assert [each.flow for each in new.state.runs] == ["cart"]
    assert new.state.profile["created_at"] == START


def test_the_latest_consent_statement_wins(shop: Machine) -> None:
    """> Of two profiles that are merged, the latest consent statement wins, a suppression always."""
    ana, visitor = Person(shop, "ana"), Person(shop, "visitor")
    ana.put("consent", "offers", START, {"how": "subscribe"})
    visitor.put("consent", "offers", START + HOUR, {"how": "unsubscribe", "channel": "email"})
    visitor.put("consent", "offers", START - HOUR, {"how": "unsubscribe", "channel": "sms"})
    visitor.put("identify", "", START + HOUR, {"email": "a@example.com", "phone": "+33600000001"})
    visitor.put("event", "sms_complained", START + HOUR)
    ana.merge(visitor, START + 2 * HOUR)
    assert {name: stated[0] for name, stated in ana.state.consent.items()} == {"offers/email": False, "offers/sms": True}
    assert ana.state.suppressed == {"sms": ["complaint", START + HOUR]}
    bounced = Person(shop, "bounced").put("identify", "", START, {"email": "b@example.com"})
    bounced.put("event", "email_bounced", START + 1, {"reason": "hard"})
    assert Person(shop, "other").put("identify", "", START, {}).merge(bounced, START + HOUR).state.suppressed["email"][2] == "b@example.com"


def test_the_earlier_of_two_runs_goes_on(shop: Machine) -> None:
    """> Of two runs of one flow and key the earlier goes on, the other ends `merged`."""
    for mine, theirs, ended in ((0, 1, 2), (1, 0, 1)):
        ana, visitor = Person(shop, "ana"), Person(shop, "visitor")
        for person, hours in ((ana, mine), (visitor, theirs)):
            person.put("identify", "", START, {"email": "a@example.com"}).put("event", "viewed", START + hours * HOUR)
        ana.merge(visitor, START + 2 * HOUR)
        assert [each.entered for each in ana.state.runs] == [START]
        assert ana.facts("exited") == [("cart", ended, {"reason": "merged"})]
        assert ana.facts("merged")[1] == ("cart", 2, {"from": "visitor", "run": 1})
        assert [each.entered for each in ana.state.aims] == [START]
        ana.take([], START + 2 * DAY)
        visitor.take([], START + 2 * DAY)
        assert (len(ana.sent), len(visitor.sent)) == (1, 0)
        assert ana.state.entries["cart"][0] == START + HOUR
        ana.put("event", "bought", START + 2 * DAY + HOUR, {"total": 7})
        assert [(flow, data["worth"]) for flow, _, data in ana.facts("goal")] == [("cart", 7)]


def test_who_was_merged_takes_nothing_any_more(shop: Machine) -> None:
    ana, visitor = Person(shop, "ana"), Person(shop, "visitor").put("event", "viewed", START)
    ana.merge(visitor, START + HOUR)
    before = visitor.state
    assert (before.into, visitor.results[-1].due, before.runs) == ("ana", None, [])
    visitor.put("event", "viewed", START + 2 * HOUR).take([], START + 40 * DAY)
    assert (visitor.state.runs, visitor.state.series, visitor.facts("entered")[1:]) == ([], {}, [])
    newer = Machine(shop.program.ir, {1: shop.program.ir}, 2)
    assert decode(newer.advance("visitor", visitor.cell, [], START + 41 * DAY).state or b"").segments == {}


KINDS = st.one_of(
    st.tuples(st.just("event"), st.just("viewed"), st.fixed_dictionaries({}, optional={"price": st.sampled_from([5, 20])})),
    st.tuples(st.just("event"), st.just("bought"), st.fixed_dictionaries({}, optional={"total": st.sampled_from([10, 0.5, 45])})),
    st.tuples(st.just("identify"), st.just(""), st.fixed_dictionaries({}, optional={
        "first_name": st.sampled_from(["Ana", "Bo"]), "plan": st.sampled_from(["free", "pro"]), "visits": st.integers(1, 3),
    })),
    st.tuples(st.just("consent"), st.just("offers"), st.fixed_dictionaries(
        {"how": st.sampled_from(["subscribe", "unsubscribe"])}, optional={"channel": st.sampled_from(["sms", "email"])}
    )),
    st.tuples(st.just("membership"), st.just("chosen"), st.just({"join": True})),
)  # fmt: skip
GAPS = st.sampled_from([1, HOUR, 5 * HOUR, DAY, 9 * DAY])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(stream=st.lists(st.tuples(GAPS, KINDS, st.booleans()), min_size=1, max_size=20), wait=GAPS)
def test_it_is_as_if_all_had_happened_to_one(shop: Machine, stream: list[Any], wait: int) -> None:
    one, mine, theirs = (Person(shop, name) for name in ("ana", "ana", "visitor"))
    at = START
    for number, (gap, (kind, name, fields), known) in enumerate(stream):
        at += gap
        given_ = [Input(kind, name, at, f"m{number}", fields)]
        one.take(given_, at)
        (mine if known else theirs).take(given_, at)
    at += wait
    one.take([], at)
    mine.take([], at)
    if theirs.cell is not None:
        mine.merge(theirs, at)
    whole, united = one.state, mine.state
    assert united.profile == whole.profile
    assert {*united.segments} == {*whole.segments}
    assert {name: stated[:2] for name, stated in united.consent.items()} == {name: stated[:2] for name, stated in whole.consent.items()}
    window = {key: log.window for key, log in shop.program.series.logs.items()}
    assert alive(united, window, at) == alive(whole, window, at)


def alive(state: State, windows: dict[str, int | None], now: int) -> dict[str, Any]:
    """The histories without what no window sees any more; that is dropped when the next event comes."""
    found: dict[str, Any] = {}
    for key, kept in state.series.items():
        window = windows.get(key)
        first = 0 if window is None else sum(1 for at in kept["@"] if at <= now - window)
        if key not in windows:
            found[key] = kept
        elif kept["@"][first:]:
            found[key] = {name: column[first:] for name, column in kept.items()}
    return found
