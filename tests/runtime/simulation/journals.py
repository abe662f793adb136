"""Programs and streams made up, and the journals that three ways of going through them write."""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import strategies as st

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.effects import Advance, Fact
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.crowd import announcements
from triggerfish.runtime.simulation.family import Family
from triggerfish.runtime.simulation.spool import Spool, frames, given, kin, people
from triggerfish.runtime.simulation.together import Together, workspace
from triggerfish.runtime.simulation.way import go
from triggerfish.runtime.store.journal import FactRow, fact_row
from triggerfish.runtime.store.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "machine"))

from busy_inputs import busy_inputs
from busy_program import BUSY

CATALOG = load_plugins().catalog()
START = 1_772_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TAIL = 10 * DAY
END = "the end"
FOREVER = 2**62

Journal = dict[str, list[FactRow]]
Stream = list[tuple[str, Input]]

CROWD = """
event dropped for everyone
    page  text

event ended for everyone

segment seen
    did page_viewed in last 20 days

flow drops
    start when dropped for everyone where did (page_viewed where page is event.page) in last 3 days
    goal ended within 20 days
    wait up to 4 days for ended as over
    do log.write with message: "dropped" as written
    if written.ok
        add 1 to visits

flow nudged_after
    start when dropped for everyone where did (nudged where level is 2) ever
    wait 1 hour

flow lasting
    start when added_to_cart
    stop when ended
    wait 6 days
    record nudged with level: 2

flow asking
    start when page_viewed
    per event.page
    urgency high
    do log.write with message: "one"
    do log.write with message: "two" as second
    if second.ok
        record nudged with level: 1
    wait 2 days
    do log.write with message: "three"

flow posts for workspace
    start when dropped for everyone
    start every monday at 9:00
    start by hand
    enter flow told for segment seen
    wait 36 hours
    enter flow told for segment seen

flow told
    start by hand
    wait 5 hours
    record nudged with level: 2

flow few
    start when page_viewed
    start when nudged
    release 2 per day
    wait 3 hours
    do log.write with message: "few"
"""
NEEDED = ("flow by_hand", "flow told")


GAPS = st.sampled_from([0, 0, 1, MINUTE, 7 * MINUTE, 40 * MINUTE, 60 * MINUTE, 5 * HOUR, 26 * HOUR, 4 * DAY])
NAMES = ["ana", "ben", "cleo", "v1", "v2"]


@st.composite
def about_somebody(draw: st.DrawFn) -> tuple[str, tuple[Any, str, dict[str, Any]]]:
    return draw(st.sampled_from(NAMES)), draw(busy_inputs())


@st.composite
def about_more(draw: st.DrawFn) -> tuple[str, tuple[Any, str, dict[str, Any]]]:
    """What happens for everyone, what sets off a flow for the workspace, and who turns out to be whom."""
    what = draw(st.sampled_from(["dropped", "dropped", "ended", "enter", "alias", "alias", "alias"]))
    if what == "dropped":
        return NOBODY, ("event", what, draw(st.fixed_dictionaries({}, optional={"page": st.sampled_from(["/", "/x"])})))
    if what == "ended":
        return NOBODY, ("event", what, {})
    if what == "enter":
        return WORKSPACE, (what, "posts", {})
    return draw(st.sampled_from(NAMES)), (what, draw(st.sampled_from(NAMES)), {"elder": draw(st.booleans())})


@st.composite
def streams(draw: st.DrawFn, most: int = 16) -> Stream:
    """What happens to five people of whom some may be one, in order of time; some of it at one moment."""
    at = START
    found: Stream = []
    row = st.tuples(GAPS, st.one_of(*[about_somebody()] * 4, about_more()))
    for number, (gap, (person, (kind, name, fields))) in enumerate(draw(st.lists(row, min_size=1, max_size=most))):
        at += gap
        found.append((person, Input(kind, name, at, f"m{number}", fields)))
    return found


@lru_cache(maxsize=200)
def program(seed: int) -> Program:
    """The busy program with some of its flows, and with other durations and figures."""
    chance = random.Random(seed)
    blocks = re.split(r"\n(?=\S)", f"{BUSY.strip()}\n{CROWD.strip()}")
    kept = [each for each in blocks if not each.startswith("flow ") or each.startswith(NEEDED) or chance.random() < _kept(each)]
    changed = [_other_figures(each, chance) if each.startswith("flow ") else each for each in kept]
    loaded = compile_sources({"a.flow": "\n".join(changed) + "\n"}, CATALOG)
    assert loaded.program is not None, [each.message for each in loaded.diagnostics]
    return loaded.program


def _kept(block: str) -> float:
    """``release`` has everybody gone through together: that goes for a third of the programs."""
    return 0.35 if block.startswith("flow few") else 0.5


def _other_figures(block: str, chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        return f"{match[1]}{chance.choice((1, 2, 3, 5, 9))} {match[2]}"

    return re.sub(r"((?:wait|wait up to|again after|expire after|within|for) )\d+ (hours?|days?|minutes?)\b", other, block)


def possible(machine: Machine, stream: Stream) -> Stream:
    """What can come in: a flow for the workspace that is not there cannot be set off."""
    return [each for each in stream if each[0] != WORKSPACE or machine.workspace is not None] or [(END, Input("event", "unheard_of", START, "m", {}))]


def spooled(folder: Path, stream: Iterable[tuple[str, Input]]) -> Spool:
    """A spool that holds this."""
    spool = Spool(folder)
    for person, one in stream:
        spool.add(person, one.kind, one.name, one.at, one.id, msgspec.json.encode(one.fields).decode())
    return spool


def simulated(machine: Machine, spool: Spool, end: int) -> Journal:
    """What a simulation would write, if it wrote a journal."""
    if machine.releases:
        return together(machine, spool, end)
    made, wide = workspace(machine, spool.shared, spool.first or 0, end, "ok")
    found: dict[str, list[Advance]] = {WORKSPACE: made}
    told = announcements(machine, wide)
    for part in spool.parts():
        packed = frames(part)
        for group in kin(part):
            own = {name: given(packed.pop(name), end) for name in group if name in packed}
            found.update(Family(machine, "ok").go(own, told, end))
        found.update({person: go(machine, person, given(some, end), told, end, "ok") for person, some in packed.items()})
    return _written({person: [fact for each in advances for fact in each.facts] for person, advances in found.items()})


def together(machine: Machine, spool: Spool, end: int) -> Journal:
    """The same, with everybody gone through side by side."""
    facts: dict[str, list[Fact]] = {}

    def keep(person: str, advances: Iterable[Advance]) -> None:
        facts.setdefault(person, []).extend(fact for each in advances for fact in each.facts)

    Together(machine, "ok", keep).run(people(spool.parts()), spool.shared, (spool.first or 0, 0, end))
    return _written(facts)


class Answering:
    """Delivers no message, and answers each action that was asked."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._done: set[str] = set()

    def deliver(self, now: int | None = None, *, at_once: bool = False) -> int:
        del at_once
        asked = [
            each for each in self._store.outbox.by_status("waiting")
            if each.delivery.kind == "action" and each.delivery.key not in self._done and (now is None or each.delivery.at <= now)
        ]
        asked.sort(key=lambda each: -each.delivery.urgency)
        for person, delivery in ((each.person, each.delivery) for each in asked):
            self._done.add(delivery.key)
            answer = Input("result", delivery.key, delivery.at, f"{delivery.key}/result", {"ok": True})
            self._store.events.append([(person, answer)], delivery.at, "delivery")
        return len(asked)

    def pause(self, now: int | None = None) -> float:
        del now
        return 0.0

    def recover(self, now: int | None = None) -> int:
        del now
        return 0


def replayed(store: Store, machine: Machine, stream: Stream, clock: Any) -> Journal:
    """What `run --clock events` writes."""
    store.events.append(stream, clock.now())
    Run(Engine(store, machine, clock, events_a_batch=7, people_a_batch=2), deliverer=Answering(store)).until_idle("events")
    return journal(store, stream)


def lived(store: Store, machine: Machine, stream: Stream, clock: Any, end: int) -> Journal:
    """What the live runtime writes that is told of everything as it happens, wakes when somebody is due, and runs actions at once."""
    engine, post = Engine(store, machine, clock), Answering(store)

    def work() -> None:
        while engine.process_due(clock.moment) + engine.process_events(clock.moment):
            pass

    def go_on(until: int) -> None:
        while (due := store.profiles.earliest_due() or FOREVER) <= until or clock.moment < until:
            if min(due, until) > clock.moment:
                if post.deliver(clock.moment):
                    work()
                    continue
                clock.moment = min(due, until)
            work()

    clock.moment = stream[0][1].at
    work()
    for person, one in stream:
        go_on(one.at)
        store.events.append([(person, one)], one.at)
        work()
    go_on(end)
    while post.deliver(end):
        go_on(end)
        work()
    return journal(store, stream)


def journal(store: Store, stream: Stream) -> Journal:
    """What is written of everybody."""
    people = {person for person, _ in stream} | {one.name for _, one in stream if one.kind == "alias"} | {WORKSPACE}
    return _written({person: store.journal.of_person(person) for person in people})


def _written(facts: Mapping[str, Sequence[Fact]]) -> Journal:
    return {person: rows(person, facts[person]) for person in sorted(facts) if facts[person]}


def rows(person: str, facts: Iterable[Fact]) -> list[FactRow]:
    """Facts as they are stored."""
    return [fact_row(person, fact) for fact in facts]
