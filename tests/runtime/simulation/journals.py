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
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.crowd import Wide, announcements
from triggerfish.runtime.simulation.spool import Spool, given, people
from triggerfish.runtime.simulation.way import go
from triggerfish.runtime.store.journal import FactRow, fact_row
from triggerfish.runtime.store.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "machine"))

from busy_program import BUSY

CATALOG = load_plugins().catalog()
START = 1_772_000_000_000
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
TAIL = 30 * DAY
END = "the end"

Journal = dict[str, list[FactRow]]
Stream = list[tuple[str, Input]]

EVENTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "added_to_cart": {"cart_id": st.sampled_from(["a", "b"]), "cart_value": st.sampled_from([10, 25, 60])},
    "order_completed": {"cart_id": st.sampled_from(["a", "b"]), "total": st.sampled_from([5, 60, 0.5])},
    "page_viewed": {"page": st.sampled_from(["/", "/x"]), "seconds": st.sampled_from([1, 30])},
    "nudged": {"level": st.sampled_from([1, 2])},
    "cancelled": {},
    "email_clicked": {"message": st.sampled_from(["note", "plain"])},
    "email_unsubscribed": {},
    "sms_bounced": {"reason": st.sampled_from(["soft", "hard"])},
    "unheard_of": {"x": st.just(1)},
}
FIELDS = {
    "plan": st.sampled_from(["free", "pro", None]),
    "renewal": st.sampled_from(["2026-03-10", "2026-04-01", None]),
    "timezone": st.sampled_from(["Asia/Tokyo", "America/New_York", None]),
    "email": st.sampled_from(["a@example.com", None]),
    "phone": st.just("+33600000000"),
    "visits": st.sampled_from([1, 5]),
}


@st.composite
def one_input(draw: st.DrawFn) -> tuple[Any, str, dict[str, Any]]:
    kind = draw(st.sampled_from(["event"] * 8 + ["identify", "identify", "consent", "membership", "enter"]))
    if kind == "identify":
        return kind, "", draw(st.fixed_dictionaries({}, optional=FIELDS))
    if kind == "consent":
        how = st.sampled_from(["subscribe", "unsubscribe"])
        return kind, "offers", draw(st.fixed_dictionaries({"how": how}, optional={"channel": st.sampled_from(["sms", "email"])}))
    if kind == "membership":
        return kind, "chosen", {"join": draw(st.booleans())}
    if kind == "enter":
        return kind, "by_hand", {"number": draw(st.sampled_from([1, 2]))}
    name = draw(st.sampled_from(sorted(EVENTS)))
    return kind, name, draw(st.fixed_dictionaries({}, optional=EVENTS[name]))


@st.composite
def streams(draw: st.DrawFn) -> Stream:
    """What happens to three people, in order of time; some of it at one moment."""
    gaps = st.sampled_from([0, 0, 1, MINUTE, 7 * MINUTE, 40 * MINUTE, 60 * MINUTE, 5 * HOUR, 26 * HOUR, 4 * DAY])
    at = START
    found: Stream = []
    row = st.tuples(st.sampled_from(["ana", "ben", "cleo"]), gaps, one_input())
    for number, (person, gap, (kind, name, fields)) in enumerate(draw(st.lists(row, min_size=1, max_size=30))):
        at += gap
        found.append((person, Input(kind, name, at, f"m{number}", fields)))
    return found


@lru_cache(maxsize=200)
def program(seed: int) -> Program:
    """The busy program with some of its flows, and with other durations and figures."""
    chance = random.Random(seed)
    blocks = re.split(r"\n(?=\S)", BUSY.strip())
    kept = [each for each in blocks if not each.startswith("flow ") or each.startswith("flow by_hand") or chance.random() < 0.5]
    changed = [_other_figures(each, chance) if each.startswith("flow ") else each for each in kept]
    loaded = compile_sources({"a.flow": "\n".join(changed) + "\n"}, CATALOG)
    assert loaded.program is not None, [each.message for each in loaded.diagnostics]
    return loaded.program


def _other_figures(block: str, chance: random.Random) -> str:
    def other(match: re.Match[str]) -> str:
        return f"{match[1]}{chance.choice((1, 2, 3, 5, 9))} {match[2]}"

    return re.sub(r"((?:wait|wait up to|again after|expire after|within|for) )\d+ (hours?|days?|minutes?)\b", other, block)


class Recording(Machine):
    """Remembers what each person was given, in order; who goes back to an earlier state, goes back to what they were given by then."""

    def __init__(self, *given_: Any, **options: Any) -> None:
        self.given: dict[str, list[Input]] = {}
        self._by_state: dict[tuple[str, bytes | None], list[Input]] = {}
        super().__init__(*given_, **options)

    def forget(self) -> None:
        self.given.clear()
        self._by_state.clear()

    def advance(self, person: str, state: bytes | None, inputs: Sequence[Input], now: int, **options: Any) -> Advance:
        found = super().advance(person, state, inputs, now, **options)
        before = [] if state is None else self._by_state.get((person, state), [])
        self.given[person] = self._by_state[person, found.state] = [*before, *inputs]
        return found


def spooled(folder: Path, stream: Iterable[tuple[str, Input]]) -> Spool:
    """A spool that holds this."""
    spool = Spool(folder)
    for person, one in stream:
        spool.add(person, one.kind, one.name, one.at, one.id, msgspec.json.encode(one.fields).decode())
    return spool


def simulated(machine: Machine, spool: Spool, end: int, wide: Sequence[Wide] = ()) -> Journal:
    """What a simulation would write, if it wrote a journal."""
    told = announcements(machine, wide)
    return {
        person: rows(person, [fact for each in go(machine, person, given(frames, end), told, end, "ok") for fact in each.facts])
        for person, frames in people(spool.parts())
    }


def replayed(store: Store, machine: Machine, stream: Stream, clock: Any) -> Journal:
    """What `run --clock events` writes."""
    store.events.append(stream, clock.now())
    Run(Engine(store, machine, clock, events_a_batch=7, people_a_batch=2)).until_idle("events")
    return journal(store, stream)


def lived(store: Store, machine: Machine, stream: Stream, clock: Any, end: int) -> Journal:
    """What the live runtime writes that is told of everything as it happens, and wakes when somebody is due."""
    engine = Engine(store, machine, clock)

    def wake(until: int) -> None:
        while (due := store.profiles.earliest_due()) is not None and due <= until:
            clock.moment = max(clock.moment, due)
            work(clock.moment)

    def work(now: int) -> None:
        while engine.process_due(now) + engine.process_events(now):
            pass

    clock.moment = stream[0][1].at
    work(clock.moment)
    for person, one in stream:
        wake(one.at)
        clock.moment = one.at
        store.events.append([(person, one)], one.at)
        work(one.at)
    wake(end)
    return journal(store, stream)


def journal(store: Store, stream: Stream) -> Journal:
    """What is written of everybody."""
    return {person: rows(person, store.journal.of_person(person)) for person in sorted({person for person, _ in stream})}


def rows(person: str, facts: Iterable[Fact]) -> list[FactRow]:
    """Facts as they are stored."""
    return [fact_row(person, fact) for fact in facts]


def answered(given_: Mapping[str, list[Input]]) -> Stream:
    """What people were given, with the answers among it, in order of time; each person's as it was."""
    every = [(one.at, number, person, one) for person, inputs in given_.items() for number, one in enumerate(inputs)]
    return [(person, one) for _, _, person, one in sorted(every, key=lambda each: each[:3])]
