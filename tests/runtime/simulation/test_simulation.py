"""The figures of a simulation: the same over any number of processes, with everybody apart or together; rooms, workspaces, answers."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.effects import Advance
from triggerfish.runtime.machine.everyone import NOBODY
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.simulation import ProcessDied, Simulated, Wanted, simulate
from triggerfish.runtime.simulation.spool import people
from triggerfish.runtime.store.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from journals import (
    CATALOG,
    DAY,
    HOUR,
    START,
    TAIL,
    Stream,
    lived,
    possible,
    program,
    rows,
    simulated,
    spooled,
    streams,
    together,
)

CROWD = """
event viewed
    product_id  text

event dropped for everyone
    product_id  text

event ended for everyone

segment curious
    did viewed in last 60 days

flow drop
    start when dropped for everyone
        where did (viewed where product_id is event.product_id) in last 30 days
    wait 3 days
    wait up to 5 days for ended as end
    do log.write with message: "done"

flow posts for workspace
    start when dropped for everyone
    start every monday at 9:00
    enter flow told for segment curious

flow told
    start by hand
    wait 1 day
"""

ROOM = """
event begin

flow walk
    start when begin
    release 5 per hour
    again after 1 hour
    wait 2 days
"""


def compiled(text: str) -> Program:
    loaded = compile_sources({"a.flow": text}, CATALOG)
    assert loaded.program is not None, [each.message for each in loaded.diagnostics]
    return loaded.program


def event(name: str, at: int, id_: str, **fields: Any) -> Input:
    return Input("event", name, at, id_, fields)


def shoppers(number: int) -> Stream:
    """So many people with some carts each."""
    found: Stream = []
    for each in range(number):
        person = f"p{each:03}"
        found.append((person, Input("identify", "", START, f"i{each}", {"email": f"{person}@example.com", "plan": "free"})))
        for cart in range(each % 5):
            at = START + cart * 3 * DAY + each * HOUR
            found.append((person, event("added_to_cart", at, f"c{each}-{cart}", cart_id=str(cart), cart_value=10 + each)))
            found.append((person, event("page_viewed", at + 1000, f"v{each}-{cart}", page="/", seconds=30)))
    return found


def told(result: Simulated) -> Any:
    return asdict(result.tally), None if result.comparison is None else result.comparison.as_json()


def test_the_number_of_processes_changes_nothing(tmp_path: Path) -> None:
    spool = spooled(tmp_path, shoppers(90))
    wanted = Wanted(program(3), program(5), until=(spool.last or 0) + TAIL)
    first = told(simulate(spool, wanted, processes=1))
    assert first[0]["sent"]
    assert first[1]["people"] > 20
    assert told(simulate(spool, wanted, processes=3)) == first


def test_a_process_that_dies_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = spooled(tmp_path, shoppers(9))
    part = spool.parts()[0]
    monkeypatch.setattr(type(spool), "parts", lambda _: [part, tmp_path / "gone.part"])
    part.with_name("gone.part").touch()
    part.with_name("gone.part").write_bytes(b"no frame")
    with pytest.raises(ProcessDied, match="ended"):
        simulate(spool, Wanted(program(3)), processes=2)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 3), stream=streams())
def test_everybody_together_is_everybody_apart(tmp_path_factory: pytest.TempPathFactory, seed: int, stream: Stream) -> None:
    machine = Machine(program(seed))
    stream = possible(machine, stream)
    spool, end = spooled(tmp_path_factory.mktemp("spool"), stream), stream[-1][1].at + TAIL
    assert together(machine, spool, end) == simulated(machine, spool, end)


def crowd() -> Stream:
    """Some view p1, some p2, in the weeks before a price drops; later it is over."""
    found: Stream = [
        (f"p{each:02}", event("viewed", START + each * DAY, f"v{each}", product_id=f"p{each % 2}")) for each in range(20)
    ]
    found.append((NOBODY, event("dropped", START + 35 * DAY, "d1", product_id="p1")))
    found += [(f"p{each:02}", event("viewed", START + (36 + each % 3) * DAY, f"w{each}", product_id="p0")) for each in range(6)]
    found.append((NOBODY, event("ended", START + 39 * DAY, "e1")))
    return sorted(found, key=lambda each: each[1].at)


def test_what_happens_for_everyone_is_as_it_is_live(tmp_path: Path, store: Store, clock: Any) -> None:
    machine, stream = Machine(compiled(CROWD)), crowd()
    end = stream[-1][1].at + 14 * DAY
    spool = spooled(tmp_path, stream)
    found = simulated(machine, spool, end)
    kinds = Counter((row[3], row[4]) for each in found.values() for row in each)
    assert kinds["entered", "drop"] == 7
    assert kinds["done", "drop"] == 7
    assert kinds["entered", "told"] > 20
    assert together(machine, spool, end) == found
    assert lived(store, machine, stream, clock, end) == found


def entries(machine: Machine, stream: Stream, folder: Path, end: int) -> set[tuple[str, int]]:
    return {(row[0], row[2]) for found in together(machine, spooled(folder, stream), end).values() for row in found if row[3] == "entered"}


def test_room_is_given_away_in_order_of_time(tmp_path: Path, store: Store, clock: Any) -> None:
    stream: Stream = [
        (f"p{each % 11:02}", event("begin", START + each * 7 * 60_000, f"b{each}")) for each in range(40)
    ]
    machine, end = Machine(compiled(ROOM)), stream[-1][1].at + 3 * DAY
    store.events.append([*stream, ("zed", event("unheard_of", end, "last"))], clock.now())
    Run(Engine(store, machine, clock)).until_idle("events")
    live = {(person, fact.at) for person in {person for person, _ in stream} for fact in store.journal.of_person(person) if fact.kind == "entered"}
    found = entries(machine, stream, tmp_path, end)
    assert found == live
    assert max(Counter(at // HOUR for _, at in found).values()) == 5
    (tmp_path / "again").mkdir()
    spool = spooled(tmp_path / "again", stream)
    result = simulate(spool, Wanted(compiled(ROOM), compiled(ROOM.replace("5 per", "4 per")), until=end), processes=2)
    assert result.together
    assert (result.tally.events, result.tally.people) == (40, 11)
    assert result.tally.entered["walk"] == len(found)
    assert result.tally.refused["walk", "release"] > 0
    assert result.comparison is not None
    assert result.comparison.counts["entered", "walk", "moves"] > 0


@pytest.mark.parametrize(("answer", "kind"), [("ok", "written"), ("fail", "lost")])
def test_actions_answer_at_once(tmp_path: Path, answer: Any, kind: str) -> None:
    text = """
event begin

flow write
    start when begin
    do log.write with message: "x" as done
    if done.ok
        exit "written"
    exit "lost"
"""
    spool = spooled(tmp_path, [("ana", event("begin", START, "b"))])
    tally = simulate(spool, Wanted(compiled(text), answer=answer)).tally
    assert tally.actions == {"log.write": 1}
    assert tally.exited == {("write", "exit"): 1}
    [row] = [each for each in simulated_with(text, spool, answer) if each[3] == "exited"]
    assert kind in row[8]


def simulated_with(text: str, spool: Any, answer: Any) -> list[Any]:
    from journals import given as frames_given

    from triggerfish.runtime.simulation.way import go

    machine = Machine(compiled(text))
    [(person, frames)] = people(spool.parts())
    made: list[Advance] = go(machine, person, frames_given(frames, START), [], START, answer)
    return rows(person, [fact for each in made for fact in each.facts])


def test_counting_begins_and_time_ends_where_it_is_told_to(tmp_path: Path) -> None:
    stream: Stream = [("ana", event("begin", START + each * DAY, f"b{each}")) for each in range(10)]
    spool = spooled(tmp_path, stream)
    plain = compiled(ROOM.replace("    release 5 per hour\n", "").replace("again after 1 hour", "again after 3 days"))
    whole = simulate(spool, Wanted(plain, until=START + 20 * DAY)).tally
    assert (whole.events, whole.entered["walk"], whole.exited["walk", "finished"]) == (10, 4, 4)
    later = simulate(spool, Wanted(plain, since=START + 4 * DAY, until=START + 8 * DAY)).tally
    assert (later.events, later.people, later.entered["walk"]) == (5, 1, 1)
    assert later.refused["walk", "again"] + later.refused["walk", "inside already"] == 4


def test_whom_the_machine_fails_at_is_left_out_and_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before: Callable[..., Advance] = Machine.advance

    def failing(self: Machine, person: str, *rest: Any, **options: Any) -> Advance:
        if person == "ben":
            raise ValueError("no way")
        return before(self, person, *rest, **options)

    monkeypatch.setattr(Machine, "advance", failing)
    spool = spooled(tmp_path, [("ana", event("begin", START, "a")), ("ben", event("begin", START, "b"))])
    tally = simulate(spool, Wanted(compiled(ROOM.replace("    release 5 per hour\n", "")))).tally
    assert tally.failed == {"ben": "ValueError: no way"}
    assert tally.entered == {"walk": 1}
