"""People who turn out to be one: from what came in to the one profile that goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.intake.intake import Intake
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.intake.segment import read_record
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State, decode
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.story.record import read
from triggerfish.runtime.story.replay import replay

HOUR, DAY = 3_600_000, 86_400_000

SHOP = """
profile
    plan  text

event viewed
    price  number

event bought

segment keen "Keen"
    did viewed at least 2 times in last 30 days

message note "Note"
    email
        subject "Hello"
        body "There"

flow cart "Cart"
    start when viewed
    stop when bought

    wait 1 day
    do log.write with message: "one"
    wait 1 day
    send email note transactional
"""

PROGRAM = compile_sources({"shop.flow": SHOP}, load_plugins().catalog()).program
assert PROGRAM is not None


class Shop:
    """Intake and engine on one store."""

    def __init__(self, store: Store, clock: Any) -> None:
        assert PROGRAM is not None
        self.store, self.clock = store, clock
        self.machine = Machine(PROGRAM)
        self.engine = Engine(store, self.machine, clock)
        self.number = 0

    def take(self, *records: dict[str, Any]) -> Intake:
        intake = Intake(self.store, Schema(self.machine.program.ir), self.clock)
        found = []
        for record in records:
            self.number += 1
            found += read_record({"messageId": f"m{self.number}", **record}, f"line {self.number}", "")
        intake.take(found)
        return intake

    def run(self) -> Shop:
        Run(self.engine).until_idle()
        return self

    def state(self, person: str) -> State:
        return decode(self.store.profiles.load([person])[person].state or b"")

    def facts(self, person: str, kind: str) -> list[dict[str, Any]]:
        return [fact.data for fact in self.store.journal.of_person(person) if fact.kind == kind]


@pytest.fixture
def shop(store: Store, clock: Any) -> Shop:
    return Shop(store, clock)


def viewed(**who: str) -> dict[str, Any]:
    return {"type": "track", "event": "viewed", "properties": {"price": 5}, **who}


def identify(traits: dict[str, Any] | None = None, **who: str) -> dict[str, Any]:
    return {"type": "identify", "traits": traits or {}, **who}


def test_a_visitor_who_gives_an_id_goes_on_as_that_person(shop: Shop) -> None:
    shop.take(viewed(anonymousId="v1"), identify({"plan": "free"}, anonymousId="v1"), viewed(userId="ana"))
    shop.run()
    shop.clock.moment += HOUR
    shop.take(identify({"email": "ana@example.com"}, anonymousId="v1", userId="ana"))
    shop.run()
    ana, visitor = shop.state("ana"), shop.state("v1")
    assert ana.profile["plan"] == "free"
    assert ana.profile["email"] == "ana@example.com"
    assert list(ana.segments) == ["keen"]
    assert [run.flow for run in ana.runs] == ["cart"]
    assert visitor.into == shop.store.profiles.load(["v1"])["v1"].into == "ana"
    assert shop.store.profiles.ids() == ["ana"]
    assert shop.facts("v1", "merged") == [{"into": "ana"}]
    assert shop.facts("ana", "merged")[0] == {"from": "v1"}
    assert [each["reason"] for each in shop.facts("ana", "exited")] == ["merged"]
    shop.clock.moment += HOUR
    shop.take(viewed(anonymousId="v1"))
    shop.run()
    assert len(shop.state("ana").series["viewed"]["@"]) == 2  # the newest two are enough
    assert shop.store.identities.of_person("ana") == [("anonymous", "v1"), ("email", "ana@example.com"), ("profile", "v1")]
    replayed = replay(read(shop.store, "ana", lambda _: shop.machine))
    assert replayed.difference is None
    assert replayed.state == shop.store.profiles.load(["ana"])["ana"].state


def test_results_and_inputs_under_the_other_name_reach_who_goes_on(shop: Shop) -> None:
    shop.take(viewed(userId="old"), identify({"email": "ana@example.com"}, userId="ana"))
    shop.run()
    shop.clock.moment += DAY + HOUR
    shop.run()
    [action] = shop.store.outbox.of_person("old")
    shop.take({"type": "alias", "previousId": "ana", "userId": "old"})
    shop.run()
    # Of two with ids of their own the elder goes on, whatever the alias calls them.
    elder, other = sorted(("ana", "old"), key=lambda each: shop.state(each).into is not None)
    assert shop.state(other).into == elder
    shop.store.events.append([
        ("old", Input("result", action.delivery.key, shop.clock.moment, "r1", {"ok": True})),
        (other, Input("event", "viewed", shop.clock.moment, "x1", {})),
    ], shop.clock.moment, "delivery")  # fmt: skip
    shop.run()
    assert len(shop.state(elder).series["viewed"]["@"]) == 2
    for person in (elder, other):
        replayed = replay(read(shop.store, person, lambda _: shop.machine))
        assert (replayed.difference, replayed.state) == (None, shop.store.profiles.load([person])[person].state)
    past = shop.engine._past([elder], frozenset({"viewed"}))
    assert [each.id for each in past[elder]] == ["m1", f"x1 for {elder}"]
    shop.clock.moment += 2 * DAY
    shop.run()
    assert len([each for each in shop.store.outbox.of_person(elder) if each.delivery.kind == "send"]) == 1


@pytest.mark.parametrize(("first", "second", "goes_on"), [
    ({"anonymousId": "v1"}, {"userId": "ana"}, "ana"),
    ({"userId": "ana"}, {"anonymousId": "v1"}, "ana"),
    ({"anonymousId": "v1"}, {"anonymousId": "v2"}, "v1"),
])  # fmt: skip
def test_an_email_address_makes_a_visitor_known(shop: Shop, first: dict[str, str], second: dict[str, str], goes_on: str) -> None:
    for who in (first, second):
        shop.take(identify({"email": "Ana@example.com"}, **who))
        shop.run()
        shop.clock.moment += HOUR
    assert shop.store.profiles.ids() == [goes_on]
    assert shop.store.identities.find("email", ["ana@example.com"]) == {"ana@example.com": goes_on}


def test_two_who_have_ids_of_their_own_are_not_one_because_of_an_address(shop: Shop) -> None:
    shop.take(identify({"email": "a@example.com"}, userId="ana"))
    intake = shop.take(identify({"email": "A@example.com"}, userId="bo"))
    shop.run()
    assert shop.store.profiles.ids() == ["ana", "bo"]
    assert "line 2: bo has the e-mail address of ana; both are kept, for both have ids of their own" in intake.report.sentences()


def test_a_device_that_others_use_as_well_makes_nobody_one(shop: Shop) -> None:
    shop.take(viewed(anonymousId="v1"), identify(anonymousId="v1", userId="ana"))
    shop.run()
    shop.take(identify(anonymousId="v1", userId="bo"), viewed(anonymousId="v1"))
    shop.run()
    assert shop.store.profiles.ids() == ["ana", "bo"]
    assert [run.flow for run in shop.state("bo").runs] == ["cart"]


def test_a_merge_that_is_cut_off_has_not_begun(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.take(viewed(anonymousId="v1"), viewed(userId="ana"))
    shop.run()
    shop.take(identify(anonymousId="v1", userId="ana"))
    before = shop.store.profiles.load(["v1", "ana"])

    def die(*_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(shop.store.identities, "move", die)
        with pytest.raises(RuntimeError, match="killed"):
            shop.engine.process_events(shop.clock.moment)
    assert shop.store.profiles.load(["v1", "ana"]) == before
    assert shop.facts("ana", "merged") == shop.facts("v1", "merged") == []
    shop.run()
    assert len([each for each in shop.facts("ana", "merged") if "run" not in each]) == len(shop.facts("v1", "merged")) == 1
    assert [run.flow for run in shop.state("ana").runs] == ["cart"]


def test_a_replay_of_history_merges_in_its_own_time(shop: Shop) -> None:
    records = [
        (viewed(anonymousId="v1"), 1), (identify(anonymousId="v1", userId="ana"), 3), (viewed(userId="ana"), 5),
        ({"type": "track", "event": "bought", "anonymousId": "v1"}, 6), (viewed(userId="ana"), 0),
    ]  # fmt: skip
    start = shop.clock.moment - 20 * DAY
    for record, hours in records:
        shop.take({**record, "timestamp": start + hours * HOUR})
    Run(shop.engine).until_idle("events")
    assert [each["reason"] for each in shop.facts("ana", "exited")] == ["merged", "stopped"]
    assert [len(shop.facts(person, "entered")) for person in ("ana", "v1")] == [1, 1]
    replayed = replay(read(shop.store, "ana", lambda _: shop.machine))
    assert (replayed.difference, replayed.state) == (None, shop.store.profiles.load(["ana"])["ana"].state)


def test_who_is_told_what_happened_for_everyone(store: Store, clock: Any, compiled_program: Callable[[str], Any]) -> None:
    program = compiled_program(SHOP + """
event dropped for everyone
    price  number

flow told "Told"
    start when dropped for everyone where did viewed in last 30 days
    do log.write with message: "down"
""")
    shop = Shop(store, clock)
    shop.machine = Machine(program)
    shop.engine = Engine(store, shop.machine, clock)
    shop.take(viewed(anonymousId="v1"), viewed(userId="bo"))
    shop.run()
    shop.take(identify(anonymousId="v1", userId="ana"), viewed(userId="ana"))
    shop.run()
    shop.take({"type": "track", "event": "dropped", "userId": "x", "properties": {"price": 1}})
    shop.run()
    assert [len(shop.facts(person, "entered")) for person in ("ana", "bo", "v1")] == [1, 2, 1]  # her first run is the visitor's


@pytest.fixture
def compiled_program() -> Callable[[str], Any]:
    def made(text: str) -> Any:
        loaded = compile_sources({"shop.flow": text}, load_plugins().catalog())
        assert loaded.program is not None, loaded.diagnostics
        return loaded.program

    return made
