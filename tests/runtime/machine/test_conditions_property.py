"""Generated code against the slow and obvious way, on thousands of random conditions, people and pasts."""

from __future__ import annotations

import sys
from bisect import bisect_right
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Segment
from triggerfish.runtime.machine.entry import Scope
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State, decode

sys.path.insert(0, str(Path(__file__).parent))

from dataclasses import replace

import generated as g
import naive

CASES = 120
SEEDS = range(30)


def machine(node: x.Expr) -> Machine:
    segments = tuple(Segment(name, name, "hand", None, (), "a.flow", 1) for name in ("s1", "s2"))
    return Machine(replace(g.program(), segments=segments), asked=[node, *g.VALUES.values()])


def live_through(one: Machine, profile: dict[str, Any], zone: str, past: list[tuple[int, str, dict[str, Any]]]) -> State:
    """The state after a past that arrived in this order."""
    cell = one.advance("ana", None, [Input("identify", "", g.START - g.DAY, "i", {**profile, "timezone": zone})], g.START - g.DAY, live=False).state
    for number, (at, name, fields) in enumerate(past):
        cell = one.advance("ana", cell, [Input("event", name, at, f"m{number}", fields)], at, live=False).state
    assert cell is not None
    return decode(cell)


def world(made: g.Made, state: State, past: Any, zone: str, now: int) -> naive.World:
    return naive.World(
        now, ZoneInfo(zone), state.profile, past, values=g.VALUES, segments=set(state.segments),
        variables={"event": {"n": 2}}, entered=g.START + g.DAY,
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_generated_code_means_what_it_says(seed: int) -> None:
    for number in range(CASES):
        made = g.Made(seed * 10_000 + number)
        node = made.condition(made.pick(1, 2, 3))
        one = machine(node)
        zone, past = made.r.choice(g.ZONES), made.past(10)
        state = live_through(one, made.person(), zone, past)
        if made.flip():
            state.segments["s1"] = 0
        condition = one.program.compiler.condition(node)
        newest = max([g.START, *(at for at, _, _ in past)])
        for ahead in (0, 1, 5 * g.MINUTE, 2 * g.HOUR, g.DAY, 3 * g.DAY, made.r.randrange(70 * g.DAY)):
            now = newest + ahead
            asked = world(made, state, past, zone, now)
            scope = Scope(asked.variables, asked.entered)
            found = condition(state, now, None, scope)
            assert found in (True, False)
            assert found is naive.holds(node, asked), (seed, number, now, node, past, state.profile)


HORIZON = 80 * g.DAY


@pytest.mark.parametrize("seed", range(20))
def test_no_change_before_the_promised_moment(seed: int) -> None:
    """What a watched condition is at the moments it asks for, it is until the next of them."""
    for number in range(15):
        made = g.Made(1_000_000 + seed * 1000 + number, watched=True)
        node = made.condition(made.pick(0, 1, 2))
        one = machine(node)
        zone, past = made.r.choice(g.ZONES), made.past(6)
        state = live_through(one, made.person(), zone, past)
        condition, flip = one.program.compiler.condition(node), one.program.compiler.flip(node)
        start = max([g.START, *(at for at, _, _ in past)])
        moments, truths = [start], [condition(state, start, None, None)]
        while flip is not None and (turn := flip(state, moments[-1], None, None)) is not None and turn < start + HORIZON:
            assert turn > moments[-1]
            moments.append(turn)
            truths.append(condition(state, turn, None, None))
        assert len(moments) < 500
        for now in sorted(interesting(made, state, past, zone, start)):
            expected = truths[bisect_right(moments, now) - 1]
            assert condition(state, now, None, None) is expected, (seed, number, now, moments, node, past, state.profile, zone)


def interesting(made: g.Made, state: State, past: Any, zone: str, start: int) -> set[int]:
    """Every three hours, and every second or less around all that could be an edge."""
    where = ZoneInfo(zone)
    edges = [at for at, _, _ in past] + [each for each in (state.profile.get("m1"),) if each is not None]
    midnights = [x.MomentOf(x.Constant(day, "date")) for day in g.DATES]
    edges += [naive.value(each, naive.World(start, where, {}, [])) for each in midnights]
    edges += [naive.stepped(each, span, where, sign) for each in list(edges) for span in g.SPANS[:6] for sign in (1, -1)]
    found = set(range(start, start + HORIZON, 3 * g.HOUR + 1))
    for edge in edges:
        for span in ((0, 0, 0), *g.SPANS):
            for base in (naive.window(edge, span, where), 2 * edge - naive.window(edge, span, where)):
                found |= {base + near for near in (-1001, -1, 0, 1, 1000)}
    midnight = naive.instant(naive.local(start, where).replace(hour=0, minute=0, second=0, microsecond=0), where)
    for ahead in range(90):
        found |= {naive.stepped(midnight, (0, ahead, 0), where, 1) + near for near in (-1, 0)}
    return {each for each in found if start <= each < start + HORIZON}
