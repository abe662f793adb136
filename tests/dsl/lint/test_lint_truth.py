"""What the linter calls impossible or always true is so, for every person there can be: random conditions are asked of the
machine, for all combinations of values that matter.
"""

from __future__ import annotations

import itertools
import random

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.lint.truth import always, impossible
from triggerfish.dsl.project import compile_sources
from triggerfish.runtime.machine import rounds
from triggerfish.runtime.machine.entry import Scope
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.session import Session
from triggerfish.runtime.machine.signals import Happened
from triggerfish.runtime.machine.state import State

HEAD = """\
profile
    plan         one of "free", "pro", "team" = "free"
    tier         one of "a", "b"
    total_spent  number
    agreed       boolean

event bought

segment beta by hand

"""
DAY = 86_400_000
NOW = 20_000 * DAY
CONDITIONS = 600


def single(chance: random.Random) -> str:
    number, other = chance.choice([0, 1, 2]), chance.choice([0, 1, 2, 1.5])
    plan, tier = chance.choice(["free", "pro", "team"]), chance.choice(["a", "b", "c"])
    days, count = chance.choice([1, 7, 30]), chance.choice([1, 2])
    return chance.choice([
        f"total_spent {chance.choice(['<', '<=', '>', '>=', 'is', 'is not'])} {number}",
        f"{number} {chance.choice(['<', '<=', '>', '>='])} total_spent",
        f"total_spent {chance.choice(['', 'not '])}between {number} and {other}".replace("not between", "between"),
        f"total_spent {chance.choice(['is known', 'is unknown'])}",
        f'plan {chance.choice(["is", "is not"])} "{plan}"',
        f'plan {chance.choice(["in", "not in"])} ("{plan}", "{chance.choice(["free", "pro", "team"])}")',
        f'tier {chance.choice(["is", "is not"])} "{tier if tier != "c" else "a"}"',
        f'tier {chance.choice(["in", "not in"])} ("a", "b")',
        "tier is known", "tier is unknown", "plan is known", "plan is unknown", "total_spent is unknown", "agreed", "not agreed", "agreed is yes", "agreed is no", "in segment beta", "not in segment beta",
        f"did bought at {chance.choice(['least', 'most'])} {count} times in last {days} days",
        f"did bought exactly {count} times in last {days} days",
        f"did not bought in last {days} days", f"did bought in last {days} days", "did bought ever", "did not bought ever",
        f"count of bought in last {days} days {chance.choice(['<', '>', 'is'])} {chance.choice([0, 1, 2])}",
    ])  # fmt: skip


def written(chance: random.Random, depth: int = 0) -> str:
    if depth == 2 or chance.random() < 0.25:
        return single(chance)
    joint = chance.choice([" and ", " and ", " or "])
    text = joint.join(written(chance, depth + 1) for _ in range(chance.choice([2, 2, 3])))
    return f"not ({text})" if chance.random() < 0.15 else f"({text})"


def people(machine: Machine):
    """One state for each combination."""
    values = itertools.product([None, "pro", "team"], [None, "a", "b"], [None, 0, 0.5, 1, 1.5, 2, 3], [None, True, False])
    pasts = [(), (0.5,), (3,), (20,), (50,), (0.5, 0.6), (0.5, 3), (3, 20), (20, 50), (0.5, 0.6, 0.7), (0.5, 3, 20)]
    for number, (plan, tier, spent, agreed) in enumerate(values):
        fields = {"plan": plan, "tier": tier, "total_spent": spent, "agreed": agreed}
        for past in {pasts[number % len(pasts)], pasts[(number * 7 + 3) % len(pasts)]}:
            for inside in (False, True):
                state = State(program=machine.program.version, clock=NOW)
                state.profile = {"id": "u", **{name: value for name, value in fields.items() if value is not None}}
                session = Session(machine.program, "u", state)
                for days in sorted(past, reverse=True):
                    session.now = NOW - int(days * DAY)
                    rounds.remember(session, Happened("bought", {}, session.now, f"e{days}"))
                session.now = NOW
                session.set_membership("beta", entered=inside)
                yield state


def test_verdicts_are_right(catalog: Catalog):
    chance = random.Random(7)
    conditions = [written(chance) for _ in range(CONDITIONS)]
    text = HEAD + "".join(f"segment s_{number}\n    {one}\n\n" for number, one in enumerate(conditions))
    loaded = compile_sources({"case.flow": text}, catalog)
    assert loaded.program is not None, [one for one in loaded.diagnostics if one.severity == "error"][:3]
    project = Project(loaded.program, loaded.trees)
    machine = Machine(loaded.program)
    states = list(people(machine))
    never, ever = 0, 0
    for segment in loaded.program.segments:
        if segment.condition is None:
            continue
        is_never, is_ever = impossible([(segment.condition, True)], project), always(segment.condition, project)
        if not (is_never or is_ever):
            continue
        assert not (is_never and is_ever)
        test = machine.program.compiler.condition(segment.condition)
        answers = {bool(test(state, NOW, None, Scope({"event": {}}, NOW))) for state in states}
        assert answers == {is_ever}, conditions[int(segment.name.removeprefix("s_"))]
        never, ever = never + is_never, ever + is_ever
    assert never > 20
    assert ever > 10
