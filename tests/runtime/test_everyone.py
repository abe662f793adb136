"""What happens for everyone: whom it reaches, in chunks that may be cut off anywhere, and at what cost."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event as listen

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.lint.run import lint
from triggerfish.runtime.cli import main
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.errors import StoreUnavailable
from triggerfish.runtime.store.store import Store

NOW = 1_800_000_000_000
DAY = 86_400_000

FLOWS = """
profile
    plan  one of "free", "pro" = "free"

event viewed
    product_id  text

event rated
    stars  number

event dropped for everyone
    product_id  text
    stars       number

event ended for everyone

segment pros
    plan is "pro"

flow drop
    start when dropped for everyone where did (viewed where product_id is event.product_id) in last 30 days
    stop when ended
    wait 3 days

flow starred
    start when dropped for everyone
        where did (rated where stars is event.stars) ever or did (viewed where product_id is "any") ever
    wait 1 hour

flow posts for workspace
    start when dropped for everyone
    enter flow told for segment pros

flow told
    start by hand
    wait 1 day
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "a.flow").write_text(FLOWS)
    return Workspace(tmp_path / "project").program


def happened(name: str, at: int, id_: str, **fields: Any) -> Input:
    return Input("event", name, at, id_, fields)


def people(number: int) -> Iterator[tuple[str, Input]]:
    """Every fourth has viewed p1, the others something else; every fifth is a pro."""
    for each in range(number):
        product = "p1" if each % 4 == 0 else f"q{each}"
        yield f"person{each:05}", happened("viewed", NOW - DAY, f"v{each}", product_id=product)
        if each % 5 == 0:
            yield f"person{each:05}", Input("identify", "", NOW - DAY, f"i{each}", {"plan": "pro"})


def journal(store: Store, ids: list[str]) -> list[Any]:
    return [(person, fact) for person in ids for fact in store.journal.of_person(person)]


def entered(store: Store, flow: str, ids: list[str]) -> list[str]:
    return [person for person, fact in journal(store, ids) if fact.kind == "entered" and fact.flow == flow]


@pytest.mark.parametrize("mode", ["live", "events"])
def test_it_reaches_those_concerned_and_nobody_else(store: Store, program: Program, clock: Any, mode: Any) -> None:
    store.events.append(people(40), NOW)
    store.events.append([(NOBODY, happened("dropped", NOW - 1000, "d1", product_id="p1", stars=3))], NOW)
    store.events.append([("person00001", happened("viewed", NOW - 500, "late", product_id="p1"))], NOW)
    Run(Engine(store, Machine(program), clock, people_a_batch=3)).until_idle(mode)
    ids = store.profiles.ids()
    assert len(ids) == store.profiles.count() == 40, "the workspace is no person"
    assert entered(store, "drop", ids) == [f"person{each:05}" for each in range(0, 40, 4)]
    assert entered(store, "told", ids) == [f"person{each:05}" for each in range(0, 40, 5)]
    assert [fact.kind for fact in store.journal.of_person(WORKSPACE)] == ["entered", "brought", "exited"]
    told = [each for each in store.events.of_person("person00000") if each.input.name == "dropped"]
    assert [(each.input.id, each.origin) for each in told] == [("d1/person00000", "machine")]
    assert store.announcements.shards() == []


def test_people_inside_hear_what_they_wait_for(store: Store, program: Program, clock: Any) -> None:
    """And who has heard it and waits no more is not told again.

    > Told are those whom a start can concern: whoever did what its `where` asks for, found by an index that is made when the
    > program begins to run; and whoever waits for the event in a flow or a chain (`wait`, `collect`, `stop when`, `goal`,
    > `then`).
    """
    store.events.append(people(12), NOW)
    store.events.append([(NOBODY, happened("dropped", NOW - 1000, "d1", product_id="p1"))], NOW)
    store.events.append([(NOBODY, happened("ended", NOW - 900, "e1"))], NOW)
    store.events.append([(NOBODY, happened("ended", NOW - 800, "e2"))], NOW)
    Run(Engine(store, Machine(program), clock, people_a_batch=2)).until_idle("events")
    for person in ("person00000", "person00004", "person00008"):
        facts = [(fact.kind, fact.data.get("reason")) for fact in store.journal.of_person(person) if fact.flow == "drop"]
        assert facts[-1] == ("exited", "stopped")
        heard = [each.input.id for each in store.events.of_person(person) if each.input.name == "ended"]
        assert heard == [f"e1/{person}"], "after the first nobody listens any more"
    assert not [each for each in store.events.of_person("person00001") if each.input.name == "ended"]


def test_numbers_constants_and_either_of_two(store: Store, program: Program, clock: Any) -> None:
    store.events.append(
        [
            ("whole", happened("rated", NOW - DAY, "a", stars=3)),
            ("broken", happened("rated", NOW - DAY, "b", stars=3.5)),
            ("exact", happened("rated", NOW - DAY, "c", stars=3.0)),
            ("any", happened("viewed", NOW - DAY, "d", product_id="any")),
            ("other", happened("viewed", NOW - DAY, "e", product_id="none")),
        ],
        NOW,
    )
    store.events.append([(NOBODY, happened("dropped", NOW, "d1", product_id="p1", stars=3))], NOW)
    store.events.append([(NOBODY, happened("dropped", NOW, "d2"))], NOW)
    Run(Engine(store, Machine(program), clock)).until_idle("live")
    ids = store.profiles.ids()
    assert sorted(entered(store, "starred", ids)) == ["any", "exact", "whole"]
    assert not [each for each in store.events.of_person("other") if each.input.name == "dropped"]


def cut_off(store: Store, after: int) -> Callable[[], None]:
    """Let the commits fail from one on, until it is taken back."""
    real, made = store.commit, [0]

    def commit(batch: Any) -> int:
        made[0] += 1
        if made[0] == after:
            raise StoreUnavailable("gone", "power cut")
        return real(batch)

    store.commit = commit  # type: ignore[method-assign]
    return lambda: setattr(store, "commit", real)


def run_through(folder: Path, program: Program, clock: Any, fail_at: int | None) -> tuple[list[Any], bool]:
    """The journal of everybody at the end, and whether the run was cut off at all."""
    with Store(f"sqlite:///{folder / f'{fail_at}.db'}") as store:
        store.events.append(people(12), NOW)
        store.events.append([(NOBODY, happened("dropped", NOW - 1000, "d1", product_id="p1", stars=3))], NOW)
        store.events.append([(NOBODY, happened("ended", NOW - 900, "e1"))], NOW)
        restore = cut_off(store, fail_at) if fail_at is not None else lambda: None
        failed = False
        try:
            Run(Engine(store, Machine(program), clock, people_a_batch=2), patience=0).until_idle("events")
        except StoreUnavailable:
            failed = True
        restore()
        Run(Engine(store, Machine(program), clock, people_a_batch=2)).until_idle("events")
        everybody = [WORKSPACE, *store.profiles.ids()]
        states = [store.profiles.load([person])[person].state for person in everybody]
        told = [(each.input.id, each.origin) for person in everybody for each in store.events.of_person(person)]
        return [journal(store, everybody), states, sorted(told)], failed


def test_a_cut_at_any_commit_changes_nothing(tmp_path: Path, program: Program, clock: Any) -> None:
    """A chunk for each transaction, and none is lost or told twice.

    > An event `for everyone` is told to one person after the other, some hundred at a time, with all that follows from it;
    > what is due goes on meanwhile, and a run that is cut off goes on behind the last one told.
    """
    undisturbed, _ = run_through(tmp_path, program, clock, None)
    cuts = 0
    for fail_at in range(1, 100):
        disturbed, failed = run_through(tmp_path, program, clock, fail_at)
        if not failed:
            break
        cuts += 1
        assert disturbed == undisturbed, f"cut off at commit {fail_at}"
    assert cuts > 10, "there must be chunks to cut between"


def test_the_cost_grows_with_those_concerned(tmp_path: Path, program: Program, clock: Any) -> None:
    flows = tuple(flow for flow in program.flows if not flow.workspace)
    program = replace(program, flows=flows)
    with Store(f"sqlite:///{tmp_path / 'many.db'}") as store:
        store.events.append(((f"person{each:05}", happened("viewed", NOW - DAY, f"v{each}", product_id="p1" if each % 1000 == 0 else "q"))
                             for each in range(20_000)), NOW)
        engine = Engine(store, Machine(program), clock)
        Run(engine).until_idle("events")
        loaded: list[str] = []
        real = store.profiles.load
        store.profiles.load = lambda ids: loaded.extend(ids) or real(ids)  # type: ignore[method-assign, func-returns-value]
        plans: list[str] = []
        listen.listen(store.database.engine, "before_cursor_execute", lambda *given: plans.append(str(given[2])))
        store.events.append([(NOBODY, happened("dropped", NOW, "d1", product_id="p1", stars=3))], NOW)
        clock.moment += 1000
        while engine.process_events(clock.now()):
            if store.announcements.shards() == []:
                break
        concerned = {f"person{each:05}" for each in range(0, 20_000, 1000)}
        assert {each for each in loaded if each != WORKSPACE} == concerned
        assert set(entered(store, "drop", sorted(concerned))) == concerned
        looked_up = next(each for each in plans if "json_extract" in each)
        with store.database.read() as connection:
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {looked_up}", ("",) * looked_up.count("?")).all()
        scanned = [str(step[3]) for step in steps if "events" in str(step[3])]
        assert scanned
        assert all("events_of_" in each for each in scanned), "each look-up goes by its index"


def test_who_is_not_narrowed_down_is_asked(store: Store, clock: Any, tmp_path: Path) -> None:
    """> Where a `where` asks for nothing that people did, everybody is asked; `TF625` says so."""
    text = FLOWS.replace("did (viewed where product_id is event.product_id) in last 30 days", 'plan is "pro"')
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.flow").write_text(text)
    loaded = Workspace(tmp_path / "other").loaded
    assert loaded.program is not None
    assert "TF625" in {each.code for each in lint(loaded.program, loaded.trees)}
    store.events.append(people(12), NOW)
    store.events.append([(NOBODY, happened("dropped", NOW, "d1", product_id="p1", stars=3))], NOW)
    Run(Engine(store, Machine(loaded.program), clock, people_a_batch=5)).until_idle("live")
    ids = store.profiles.ids()
    assert sorted(entered(store, "drop", ids)) == ["person00000", "person00005", "person00010"]
    told = [each.input.id for person in ids for each in store.events.of_person(person) if each.input.name == "dropped"]
    assert len(told) == 12


def test_from_the_command_line(project: Path) -> None:
    """Nobody is named, and yet it is told of.

    > What somebody was told is kept with their events, and `explain` says why it did not let them in.
    > The flows `for workspace` have a story of their own: `triggerfish explain workspace`.
    """

    def invoke(*arguments: object, code: int = 0) -> str:
        result = CliRunner().invoke(main, [str(each) for each in arguments])
        assert result.exit_code == code, result.output
        return result.stdout

    narrowed = "did (viewed where product_id is event.product_id) in last 30 days"
    text = FLOWS.replace(narrowed, f"stars > 3 and {narrowed}").replace("posts for workspace\n", "posts for workspace\n    start by hand\n")
    (project / "a.flow").write_text(text)
    invoke("track", "ana", "viewed", "product_id=p1", "-C", project)
    assert "dropped is stored" in invoke("track", "dropped", "product_id=p1", "stars=1", "-C", project)
    assert "signed_up" not in invoke("track", "viewed", "product_id=p1", "-C", project, code=1)
    invoke("enter", "posts", "-C", project)
    invoke("run", project, "--until-idle")
    assert "drop did not start" in invoke("explain", "ana", "drop", project)
    assert "entered everybody in segment pros into told" in invoke("explain", "workspace", project)
    assert [each["kind"] for each in json.loads(invoke("explain", "workspace", "posts", project, "--format", "json"))["entries"]
            ].count("entered") == 2
    assert json.loads(invoke("status", project, "--format", "json"))["people"] == 1
