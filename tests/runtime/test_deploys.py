"""Deploys: what the plan says is what happens, for everybody, without a restart."""

from __future__ import annotations

import msgspec
import pytest

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.deploys.apply import PlanRefused, apply, check_plan, version_before
from triggerfish.runtime.deploys.plan import Plan, Wishes, make_plan
from triggerfish.runtime.deploys.words import sentences
from triggerfish.runtime.engine import programs
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.programs import InForce
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.state import Run, State, decode
from triggerfish.runtime.store.errors import Conflict
from triggerfish.runtime.store.store import Store

HOUR = 3_600_000
DAY = 24 * HOUR
HEAD = """
profile
    trail text

event begin

event seen

topic offers "Offers" for sms

message note
    sms "note"
"""
FLOW = """
flow walk
    start when begin
    wait 2 days as pause
    set trail to "old"
    wait 1 day
"""


def compiled(text: str) -> Program:
    program = compile_sources({"a.flow": text}, load_plugins().catalog()).program
    assert program is not None
    return program


class Shop:
    """A store with somebody who runs it."""

    def __init__(self, store: Store, clock: object, text: str) -> None:
        self.store, self.clock = store, clock
        self.number = 0
        programs.deploy(store.programs, compiled(text), self.now)
        self.engine = self.runner()

    @property
    def now(self) -> int:
        return self.clock.moment  # type: ignore[attr-defined, no-any-return]

    def runner(self, people: int = 2) -> Engine:
        following = InForce(self.store.programs, {})
        machine = following.newer()
        assert machine is not None
        return Engine(self.store, machine, self.clock, programs=following, people_a_batch=people)  # type: ignore[arg-type]

    def happens(self, *people: str, event: str = "begin") -> None:
        self.number += 1
        given = [(each, Input("event", event, self.now, f"{each} {self.number}", {})) for each in people]
        self.store.events.append(given, self.now)
        self.run()

    def run(self) -> None:
        while self.engine.process_due(self.now) or self.engine.process_events(self.now):
            pass

    def after(self, milliseconds: int) -> None:
        self.clock.moment += milliseconds  # type: ignore[attr-defined]
        self.run()

    def plan(self, text: str, wishes: Wishes = Wishes()) -> Plan:  # noqa: B008 - a constant
        return make_plan(self.store, compiled(text), wishes, now=self.now, functions={})

    def deploy(self, text: str, **wishes: object) -> Plan:
        plan = self.plan(text, Wishes(**wishes))  # type: ignore[arg-type]
        apply(self.store, compiled(text), plan, self.now)
        self.run()
        return plan

    def state(self, person: str = "ana") -> State:
        state = self.store.profiles.load([person])[person].state
        assert state is not None
        return decode(state)

    def runs(self, person: str = "ana") -> list[Run]:
        return self.state(person).runs

    def trail(self, person: str = "ana") -> object:
        return self.state(person).profile.get("trail")


@pytest.fixture
def shop(store: Store, clock: object) -> Shop:
    made = Shop(store, clock, HEAD + FLOW)
    made.happens("ana", "bob", "cid")
    made.after(HOUR)
    return made


def lines(plan: Plan) -> list[str]:
    return [line.strip() for line in sentences(plan, ids=True)]


def test_a_first_plan_leaves_out_what_is_built_in(store: Store) -> None:
    text = "event begin\n\nprofile\n    email email sensitive\n    size text\n\nflow walk\n    start when begin\n    wait 1 day\n"
    assert lines(make_plan(store, compiled(text), Wishes(), now=0, functions={})) == [
        "nothing is in force yet; this would be version 1",
        "profile field size: added", "profile field email: changed", "event begin: added", "flow walk: added",
    ]  # fmt: skip


def test_without_move_people_finish_the_version_they_entered(shop: Shop) -> None:
    shop.deploy(HEAD + FLOW.replace('"old"', '"new"'))
    assert [run.version for run in shop.runs()] == [1]
    shop.after(2 * DAY)
    assert shop.trail() == "old"
    shop.happens("dan")
    assert [run.version for run in shop.runs("dan")] == [2]


def test_a_shortened_wait_counts_from_its_beginning_and_is_noticed(shop: Shop) -> None:
    text = HEAD + FLOW.replace("wait 2 days as pause", "wait 3 hours as pause").replace('"old"', '"new"')
    plan = shop.plan(text, Wishes(move=True))
    assert "3 people go on at `wait 3 hours as pause`; the wait counts from when it began" in lines(plan)
    shop.deploy(text, move=True)
    assert [(run.version, run.due) for run in shop.runs()] == [(2, shop.now + 2 * HOUR)]
    shop.after(2 * HOUR - 1)
    assert shop.trail() is None
    shop.after(1)
    assert [shop.trail(each) for each in ("ana", "bob", "cid")] == ["new", "new", "new"]


def test_a_wait_that_would_be_over_is_over_at_once(shop: Shop) -> None:
    text = HEAD + FLOW.replace("wait 2 days as pause", "wait 10 minutes as pause")
    plan = shop.deploy(text, move=True)
    assert "3 people go on at `wait 10 minutes as pause`; for 3 the wait, counted from when it began, is over at once" in lines(plan)
    assert shop.trail() == "old"
    facts = {fact.kind for fact in shop.store.journal.of_person("ana")}
    assert "moved" in facts


def test_an_inserted_step_moves_nobody_back(shop: Shop) -> None:
    text = HEAD + FLOW.replace("    wait 2 days", '    set trail to "first"\n    wait 2 days')
    due = shop.runs()[0].due
    shop.deploy(text, move=True)
    assert [(run.version, run.pc, run.due) for run in shop.runs()] == [(2, 1, due)]
    assert shop.trail() is None


@pytest.mark.parametrize("orphans", [None, "leave", "exit"])
def test_a_step_with_people_does_not_vanish_without_a_decision(shop: Shop, orphans: str | None) -> None:
    text = HEAD + FLOW.replace("    wait 2 days as pause\n", "")
    plan = shop.plan(text, Wishes(move=True))
    assert (plan.orphans, plan.flows[0].people[0].orphan_people) == (3, ["ana", "bob", "cid"])
    if orphans is None:
        with pytest.raises(PlanRefused, match="3 people are at steps that are gone"):
            shop.deploy(text, move=True)
        assert shop.store.programs.version() == 1
        return
    shop.deploy(text, move=True, orphans=orphans)
    assert [run.version for run in shop.runs()] == ([1] if orphans == "leave" else [])


def test_a_renamed_step_is_found_with_moved_and_not_without(shop: Shop) -> None:
    text = HEAD + FLOW.replace("as pause", "as rest")
    assert shop.plan(text, Wishes(move=True)).orphans == 3
    text = text.replace("    start when begin\n", "    start when begin\n    moved pause to rest\n")
    plan = shop.deploy(text, move=True)
    assert plan.orphans == 0
    assert any(line.startswith("~ pause is called rest now") for line in lines(plan))
    assert [run.version for run in shop.runs("cid")] == [2]
    shop.after(2 * DAY)
    assert shop.trail("cid") == "old"


def test_a_step_without_a_name_is_given_one_and_then_other_words(shop: Shop) -> None:
    bare = HEAD + FLOW.replace(" as pause", "")
    shop.deploy(bare, move=True)
    assert [run.version for run in shop.runs()] == [2]
    shorter = FLOW.replace("2 days", "3 hours")
    [group] = [each for flow in shop.plan(HEAD + shorter, Wishes(move=True)).flows for each in flow.people]
    assert group.orphans == 3  # nothing says that it is the same
    plan = shop.deploy(HEAD + FLOW, move=True)
    assert "~ wait 2 days  →  wait 2 days as pause" in lines(plan)
    shop.deploy(HEAD + shorter, move=True)
    assert [(run.version, run.due) for run in shop.runs()] == [(4, shop.now + 2 * HOUR)]


def test_of_steps_that_read_the_same_none_is_taken_for_another(shop: Shop) -> None:
    twice = HEAD + FLOW.replace("    wait 2 days as pause\n", "    wait 2 days\n    wait 2 days as pause\n")
    assert shop.plan(twice, Wishes(move=True)).orphans == 0
    unnamed = HEAD + FLOW.replace("    wait 2 days as pause\n", "    wait 2 days\n    wait 2 days\n")
    assert shop.plan(unnamed, Wishes(move=True)).orphans == 3


def test_a_flow_that_is_gone_is_said_to_be(shop: Shop) -> None:
    renamed = shop.plan(HEAD + FLOW.replace("flow walk", "flow stroll"), Wishes(move=True))
    assert "3 people have nowhere to go on: the flow is gone (decide: --leave-orphans or --exit-orphans)" in lines(renamed)


def test_moves_are_made_one_after_another_by_whoever_missed_them(shop: Shop) -> None:
    renamed = HEAD + FLOW.replace("as pause", "as rest").replace("    start when begin\n", "    start when begin\n    moved pause to rest\n")
    again = HEAD + FLOW.replace("2 days as pause", "5 days as sleep").replace(
        "    start when begin\n", "    start when begin\n    moved rest to sleep\n"
    )
    for text in (renamed, again):  # nobody is looked at in between
        apply(shop.store, compiled(text), shop.plan(text, Wishes(move=True, orphans="leave")), shop.now)
    began = shop.now - HOUR
    shop.run()
    assert [(run.version, run.due) for run in shop.runs()] == [(3, began + 5 * DAY)]


def test_branches_move_with_their_flow_or_not_at_all(store: Store, clock: object) -> None:
    body = """
flow walk
    start when begin
    together as both
        branch
            wait 2 days as left_side
        branch
            wait up to 3 days for seen as right_side
    set trail to "through"
"""
    shop = Shop(store, clock, HEAD + body)
    shop.happens("ana")
    moved_out = HEAD + body.replace("        branch\n            wait up to 3 days for seen as right_side\n", "").replace(
        "    set trail", "    wait up to 3 days for seen as right_side\n    set trail"
    )
    assert shop.plan(moved_out, Wishes(move=True)).orphans == 1
    shop.deploy(HEAD + body.replace("2 days", "1 day"), move=True)
    assert {run.version for run in shop.runs()} == {2}
    shop.after(DAY)
    shop.happens("ana", event="seen")
    assert (shop.runs(), shop.trail()) == ([], "through")


def test_loops_and_what_was_caught_go_along(store: Store, clock: object) -> None:
    body = """
flow walk
    start when begin
    repeat 3 times
        wait 1 day as pause
        send sms note about offers
    set trail to "through"
"""
    shop = Shop(store, clock, HEAD + body)
    shop.store.events.append([("ana", Input("identify", "", shop.now, "i", {"phone": "+15005550006"}))], shop.now)
    shop.happens("ana")
    shop.after(DAY)
    shop.deploy(HEAD + body.replace("    repeat", '    set trail to "begun"\n    repeat'), move=True)
    shop.after(DAY)
    shop.after(DAY)
    assert (shop.trail(), shop.runs()) == ("through", [])
    sent = [each.delivery.key for each in store.outbox.of_person("ana")]
    assert len(set(sent)) == len(sent) == 3, "no send repeats the key of an earlier one"


def test_a_process_under_way_takes_up_a_new_version_and_a_rollback(shop: Shop) -> None:
    shop.happens("dan")
    shop.deploy(HEAD + FLOW.replace('"old"', '"new"'))
    shop.happens("eve")
    assert [run.version for run in shop.runs("eve")] == [2]
    assert version_before(shop.store) == 1
    plan = shop.plan(HEAD + FLOW)
    assert apply(shop.store, compiled(HEAD + FLOW), plan, shop.now, how="rollback", back_to=1) == 3
    shop.happens("fay")
    assert [run.version for run in shop.runs("fay")] == [3]
    assert version_before(shop.store) is None, "back at the first there is nothing before it"
    shop.after(2 * DAY)
    assert [shop.trail(each) for each in ("dan", "eve", "fay")] == ["old", "new", "old"]


def test_no_batch_is_committed_under_a_version_that_is_no_longer_in_force(shop: Shop) -> None:
    shop.engine._follow = lambda: None  # type: ignore[method-assign] # as if the deploy came between looking and committing
    programs.deploy(shop.store.programs, compiled(HEAD + FLOW.replace('"old"', '"new"')), shop.now)
    before = shop.state("ana")
    shop.clock.moment += 2 * DAY  # type: ignore[attr-defined]
    with pytest.raises(Conflict, match="version 2 of the program was put in force meanwhile"):
        shop.engine.process_due(shop.now)
    assert shop.state("ana") == before


def test_everybody_is_looked_at_in_chunks_and_an_interruption_is_made_good(shop: Shop) -> None:
    shop.happens("dan", "eve")
    programs.deploy(shop.store.programs, compiled(HEAD + FLOW + "\nsegment fresh\n    trail is unknown\n"), shop.now)
    shop.engine.process_due(shop.now)  # a chunk of two people
    looked_at = [each for each in ("ana", "bob", "cid", "dan", "eve") if shop.state(each).program == 2]
    assert looked_at == ["ana", "bob"]
    shop.engine = shop.runner()  # killed and started again
    shop.run()
    assert {shop.state(each).program for each in ("ana", "bob", "cid", "dan", "eve")} == {2}
    assert not shop.store.programs.versions()[-1].settling


SEGMENTS = """
segment quiet
    did not seen in last 10 days

flow call
    start when enters segment quiet
    set trail to "called"
"""


def test_members_enter_only_if_the_deploy_is_told_so(store: Store, clock: object) -> None:
    shop = Shop(store, clock, HEAD)
    shop.happens("ana", "bob", event="seen")
    shop.after(20 * DAY)
    shop.happens("bob", event="seen")
    plan = shop.plan(HEAD + SEGMENTS)
    assert "in segment quiet: 1 person come in: ana; no flow starts" in lines(plan)
    assert plan.would_enter == {"call": 1}
    assert plan.events_to_read == 3
    shop.deploy(HEAD + SEGMENTS)
    assert ("quiet" in shop.state("ana").segments, shop.trail("ana")) == (True, None)
    shop.deploy(HEAD + SEGMENTS.replace("quiet", "silent"), enter_members=True)
    assert (shop.trail("ana"), shop.trail("bob")) == ("called", None)


def test_what_time_would_have_changed_before_the_deploy_is_not_made_up(store: Store, clock: object) -> None:
    """Ana was last looked at ten days and an hour ago: the new segment's moment passed an hour ago, unseen."""
    shop = Shop(store, clock, HEAD)
    shop.happens("ana", event="seen")
    shop.after(10 * DAY + HOUR)
    shop.deploy(HEAD + SEGMENTS + '\nflow daily\n    start every day at 7:00\n    set trail to "daily"\n')
    assert ("quiet" in shop.state().segments, shop.trail()) == (True, None)


def test_a_saved_plan_is_refused_when_anything_has_changed(shop: Shop) -> None:
    text = HEAD + FLOW.replace('"old"', '"new"')
    saved = msgspec.json.decode(msgspec.json.encode(shop.plan(text)), type=Plan)
    check_plan(saved, compiled(text), shop.store.programs.newest())
    with pytest.raises(PlanRefused, match="the program has changed since"):
        apply(shop.store, compiled(text + "# later\nsegment more\n    trail is known\n"), saved, shop.now)
    programs.deploy(shop.store.programs, compiled(HEAD + FLOW.replace("1 day", "9 days")), shop.now)
    with pytest.raises(PlanRefused, match="version 2 is in force by now, the plan was made when version 1 was"):
        apply(shop.store, compiled(text), saved, shop.now)
    assert shop.store.programs.version() == 2


def test_what_an_older_version_still_asks_for_is_missed(shop: Shop) -> None:
    sending = "    wait 1 day\n    send sms note transactional\n"
    shop.deploy(HEAD + FLOW + sending)
    shop.happens("dan", "eve")
    without = HEAD.replace('message note\n    sms "note"\n', "") + FLOW
    warning = "WARNING: 2 people in walk (version 2) may still come to `sms note`, which would be gone: it fails there"
    assert warning in lines(shop.plan(without))
    assert warning not in lines(shop.plan(without, Wishes(move=True, orphans="leave")))
    shop.deploy(without)
    shop.happens("fay")
    assert warning in lines(shop.plan(without + "\nsegment all\n    trail is known\n"))  # nobody looks at it in the folder any more
    for days in (2, 1, 1):
        shop.after(days * DAY)
    assert not [line for line in lines(shop.plan(without)) if "WARNING" in line]


def test_of_many_versions_only_those_in_use_are_made_ready(shop: Shop) -> None:
    for number in range(5):
        shop.happens(f"p{number}")
        shop.deploy(HEAD + FLOW.replace('"old"', f'"{number}"'))
    shop.after(2 * DAY)
    shop.after(DAY)
    plan = shop.plan(HEAD + FLOW.replace('"old"', '"last"'))
    assert plan.used == [6]
    shop.deploy(HEAD + FLOW.replace('"old"', '"last"'))
    machine = shop.runner().machine
    assert {version for version, _ in machine.program.older} == {6}  # type: ignore[attr-defined]
