"""Many rules over twenty event types: one fused function per event type, against functions in a dispatch table."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import timing

from triggerfish.dsl.ir.flows import StartWhen
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State

EVENT_TYPES = 20
NOW = 1_800_000_000_000

Rule = tuple[str, int, int, str, float]
"""Event, least total, least spent, country, greatest number of visits."""


def made_up(number: int, seed: int = 3) -> list[Rule]:
    """Rules of four predicates, spread evenly over the event types."""
    chance = random.Random(seed)
    countries = ["FR", "DE", "ES", "IT"]
    return [
        (f"event_{index % EVENT_TYPES}", chance.randrange(100), chance.randrange(1_000), chance.choice(countries), chance.randrange(50))
        for index in range(number)
    ]  # fmt: skip


def source(rules: list[Rule]) -> str:
    """The rules as a project, one flow each."""
    lines = ["profile", "    country  text", "    spent    number", "    visits   number"]
    for index in range(EVENT_TYPES):
        lines += ["", f"event event_{index}", "    total  number"]
    for index, (event, total, spent, country, visits) in enumerate(rules):
        lines += [
            "", f"flow rule_{index}",
            f'    start when {event} where total >= {total} and spent >= {spent} and country is "{country}" and visits <= {visits}',
            '    exit "matched"',
        ]  # fmt: skip
    return "\n".join(lines) + "\n"


def people(number: int, seed: int = 5) -> list[tuple[State, str, dict[str, Any]]]:
    """``(state, event, fields)``, a tenth of the values missing."""
    chance = random.Random(seed)

    def some(**values: Any) -> dict[str, Any]:
        return {name: value for name, value in values.items() if chance.random() > 0.1}

    return [
        (
            State(profile=some(country=chance.choice(["FR", "DE", "ES", "IT"]), spent=chance.randrange(1_000), visits=chance.randrange(50))),
            f"event_{chance.randrange(EVENT_TYPES)}",
            some(total=chance.randrange(100)),
        )
        for _ in range(number)
    ]


def hand_written(rules: list[Rule]) -> dict[str, Callable[[State, dict[str, Any]], list[int]]]:
    """A dispatch table of lists of closures: what one would write without a compiler."""
    table: dict[str, list[tuple[int, Callable[..., bool]]]] = {}
    for index, (event, total, spent, country, visits) in enumerate(rules):

        def test(p: dict[str, Any], e: dict[str, Any], a: int = total, b: int = spent, c: str = country, d: float = visits) -> bool:
            t, s, v = e.get("total"), p.get("spent"), p.get("visits")
            return t is not None and t >= a and s is not None and s >= b and p.get("country") == c and v is not None and v <= d

        table.setdefault(event, []).append((index, test))

    def matcher(tests: list[tuple[int, Callable[..., bool]]]) -> Callable[[State, dict[str, Any]], list[int]]:
        return lambda state, fields: [index for index, test in tests if test(state.profile, fields)]

    return {event: matcher(tests) for event, tests in table.items()}


def measure(number: int, *, rounds: int, events: int) -> timing.Timings:
    """Times ``number`` rules on ``events`` events, after checking that all contenders find the same ones."""
    rules, cases = made_up(number), people(events)
    loaded = compile_sources({"rules.flow": source(rules)}, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.line}: {found.message}" for found in loaded.diagnostics[:5]))
    program = Machine(loaded.program).program
    order = {event: [stage.flow.order for stage in stages] for event, (_, stages) in program.starts.first.items()}
    fused = {event: matcher for event, (matcher, _) in program.starts.first.items()}
    dispatch: dict[str, list[tuple[int, Any]]] = {}
    for index, flow in enumerate(loaded.program.flows):
        start = flow.starts[0]
        assert isinstance(start, StartWhen)
        assert start.stages[0].where is not None
        dispatch.setdefault(start.stages[0].events[0], []).append((index, program.compiler.condition(start.stages[0].where)))
    closures = hand_written(rules)
    zen = _zen(rules)

    def by_fused() -> list[list[int]]:
        return [fused[event](state, NOW, fields, None) if event in fused else [] for state, event, fields in cases]

    def by_table() -> list[list[int]]:
        return [
            [index for index, test in dispatch.get(event, ()) if test(state, NOW, fields, None)] for state, event, fields in cases
        ]

    def by_hand() -> list[list[int]]:
        return [closures[event](state, fields) if event in closures else [] for state, event, fields in cases]

    flats = [({"spent": None, "country": None, "visits": None, "total": None, **state.profile, **fields}, event) for state, event, fields in cases]

    def by_zen() -> list[list[int]]:
        return [[index for index, ask in zen.get(event, ()) if ask(flat)] for flat, event in flats]

    expected = by_table()
    found = [[order[event][each] for each in each_found] if each_found else [] for (_, event, _), each_found in zip(cases, by_fused(), strict=True)]
    assert found == expected == by_hand(), "the contenders disagree"
    contenders: dict[str, Callable[[], list[list[int]]]] = {"fused": by_fused, "functions in a table": by_table, "hand-written in a table": by_hand}
    if zen:
        assert by_zen() == expected, "zen-engine disagrees"
        contenders["zen-engine in a table"] = by_zen
    return timing.interleaved({name: _counted(work) for name, work in contenders.items()}, rounds)


def _counted(work: Callable[[], list[list[int]]]) -> timing.Round:
    return lambda: len(work())


def _zen(rules: list[Rule]) -> dict[str, list[tuple[int, Any]]]:
    try:
        import zen
    except ImportError:
        return {}
    table: dict[str, list[tuple[int, Any]]] = {}
    for index, (event, total, spent, country, visits) in enumerate(rules):
        text = f'(total ?? -1) >= {total} and (spent ?? -1) >= {spent} and country == "{country}" and (visits ?? 1000) <= {visits}'
        table.setdefault(event, []).append((index, zen.compile_expression(text).evaluate))
    return table
