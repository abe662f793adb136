"""Condition evaluation: generated functions against hand-written ones, zen-engine and rule-engine.

One condition of eight predicates, then 10, 100 and 1,000 rules over twenty event types. Everything goes through the real
compiler: ``.flow`` text, program, generated function. All contenders must agree on every input, missing values included,
before anything is timed.

    python benchmarks/conditions.py [--quick] [--rounds N]
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import rules
import timing

from triggerfish.dsl.ir.flows import StartWhen
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State

NOW = 1_800_000_000_000
DAY = 86_400_000
FLOW = """
profile
    plan         one of "free", "pro", "team"
    country      text
    company      text
    total_spent  number
    visits       number

event order_completed
    total  number
    path   text

event product_viewed

flow measured
    start when order_completed where plan is "pro"
        and country in ("FR", "DE", "ES", "IT", "PT")
        and total_spent >= 100
        and visits < 50
        and company does not contain "test"
        and total between 20 and 500
        and path like "/shop/*"
        and did product_viewed at least 3 times in last 7 days
    log.write with message: "matched"
""".replace("    log.write with", "    do log.write with")

HAND = """
def hand_written(S, now, e, r):
    p = S.profile
    if p.get("plan") != "pro" or p.get("country") not in COUNTRIES:
        return False
    spent = p.get("total_spent")
    if spent is None or spent < 100:
        return False
    visits = p.get("visits")
    if visits is None or visits >= 50:
        return False
    company = p.get("company")
    if company is not None and "test" in company:
        return False
    total = e.get("total")
    if total is None or not 20 <= total <= 500:
        return False
    path = e.get("path")
    if path is None or not path.startswith("/shop/"):
        return False
    viewed = S.series.get("product_viewed")
    if viewed is None:
        return False
    times = viewed["@"]
    return len(times) >= 3 and times[-3] > now - 604800000
"""

ZEN = (
    'plan == "pro" and country in ["FR", "DE", "ES", "IT", "PT"] and (total_spent ?? 0) >= 100 and (visits ?? 50) < 50'
    ' and (company == null or not contains(company, "test")) and (total ?? 0) >= 20 and (total ?? 501) <= 500'
    ' and startsWith(path ?? "", "/shop/") and len(viewed) >= 3 and viewed[len(viewed) - 3] > now - 604800000'
)
RULE = (
    'plan == "pro" and country in ["FR", "DE", "ES", "IT", "PT"] and total_spent != null and total_spent >= 100'
    ' and visits != null and visits < 50 and (company == null or not ("test" in company))'
    ' and total != null and total >= 20 and total <= 500 and path != null and path.starts_with("/shop/")'
    " and viewed.length >= 3 and viewed[viewed.length - 3] > now - 604800000"
)

OTHER_FIELDS = {f"other_{number}": value for number, value in enumerate(("text of some length", 12.5, True, "2026-03-02") * 4)}
"""What else a profile holds: the condition looks at five fields of 21."""

Case = tuple[State, dict[str, Any]]
Predicate = Callable[[Any, int, Any, Any], Any]


def true_case() -> Case:
    """A person and an event for which all eight predicates hold: nothing is cut short."""
    profile = {"id": "p", **OTHER_FIELDS, "plan": "pro", "country": "ES", "company": "Acme", "total_spent": 250.5, "visits": 12}
    state = State(profile=profile, series={"product_viewed": {"@": [NOW - 3 * DAY, NOW - 2 * DAY, NOW - DAY]}})
    return state, {"total": 49.9, "path": "/shop/shoes"}


def mixed_cases(number: int, seed: int = 11) -> list[Case]:
    """People and events of all sorts, a tenth of the values missing. Most values suit the condition: the rest decide."""
    chance = random.Random(seed)

    def some(**choices: list[Any]) -> dict[str, Any]:
        suits = chance.random()
        return {
            name: values[0] if chance.random() < suits else chance.choice(values)
            for name, values in choices.items()
            if chance.random() > 0.1
        }

    cases = []
    for _ in range(number):
        profile = some(
            plan=["pro", "free", "team"], country=["FR", "DE", "ES", "US"], company=["Acme", "Big test co", "Shop"],
            total_spent=[100, 99.99, 0, 100.0, 5_000], visits=[49, 50, 0, 3, 80],
        )  # fmt: skip
        fields = some(total=[20, 19.99, 20.5, 500, 500.01], path=["/shop/", "/shop/shoes", "/blog", "/shop"])
        times = sorted(NOW - chance.choice([0, DAY, 6 * DAY, 7 * DAY - 1, 7 * DAY, 9 * DAY]) for _ in range(chance.randrange(6)))
        series: dict[str, dict[str, list[Any]]] = {"product_viewed": {"@": times[-3:]}} if times else {}
        cases.append((State(profile={"id": "p", **OTHER_FIELDS, **profile}, series=series), fields))
    return cases


def whole(case: Case) -> dict[str, Any]:
    """A case as other engines want it: one dictionary, of all there is to know. Made beforehand, not timed."""
    return {**case[0].profile, **flat(case)}


def flat(case: Case) -> dict[str, Any]:
    """As ``whole``, with just the names the condition uses, as if somebody had picked them out. Made beforehand, not timed."""
    state, fields = case
    names = {"plan": None, "country": None, "company": None, "total_spent": None, "visits": None, "total": None, "path": None}
    viewed = state.series.get("product_viewed", {"@": []})["@"]
    return {**names, **{k: v for k, v in state.profile.items() if k in names}, **fields, "viewed": list(viewed), "now": NOW}


def generated() -> Predicate:
    loaded = compile_sources({"measured.flow": FLOW}, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.line}: {found.message}" for found in loaded.diagnostics))
    start = loaded.program.flows[0].starts[0]
    assert isinstance(start, StartWhen)
    where = start.stages[0].where
    assert where is not None
    return Machine(loaded.program).program.compiler.condition(where)


def hand_written() -> Predicate:
    namespace: dict[str, Any] = {"COUNTRIES": frozenset(("FR", "DE", "ES", "IT", "PT"))}
    exec(compile(HAND, "<hand-written>", "exec"), namespace)
    made: Predicate = namespace["hand_written"]
    return made


def others() -> dict[str, Callable[[dict[str, Any]], Any]]:
    """The peers that are installed, each ready to be asked about a flat dictionary."""
    found: dict[str, Callable[[dict[str, Any]], Any]] = {}
    try:
        import zen

        found["zen-engine"] = zen.compile_expression(ZEN).evaluate
    except ImportError:
        print("  zen-engine is not installed: left out")
    try:
        import rule_engine

        context = rule_engine.Context(default_value=None)
        found["rule-engine"] = rule_engine.Rule(RULE, context=context).matches
    except ImportError:
        print("  rule-engine is not installed: left out")
    return found


def one_condition(*, quick: bool, rounds: int) -> dict[str, Any]:
    ours, hand, peers = generated(), hand_written(), others()
    cases = [*mixed_cases(300 if quick else 3_000), true_case()]
    assert hand(*arguments(true_case())) is True
    held = 0
    for case in cases:
        expected = hand(*arguments(case))
        held += expected
        answers = {"generated": ours(*arguments(case)), **{name: ask(flat(case)) for name, ask in peers.items()}}
        assert set(answers.values()) == {expected}, (case, expected, answers)
    print(f"One condition of 8 predicates; all agree on {len(cases)} inputs, {held} of them true")
    found: dict[str, Any] = {}
    for kind, some in (("all true", [true_case()] * 100), ("mixed", cases[:200])):
        found[kind] = timing.interleaved(_contenders(ours, hand, peers, some, repeat=5 if quick else 20), rounds)
        _print(kind, found[kind], "hand-written")
    return found


def arguments(case: Case) -> tuple[State, int, dict[str, Any], None]:
    return case[0], NOW, case[1], None


def _contenders(
    ours: Predicate, hand: Predicate, peers: dict[str, Callable[[dict[str, Any]], Any]], cases: list[Case], repeat: int
) -> dict[str, timing.Round]:
    given = {"only what is used": [flat(case) for case in cases], "the whole profile": [whole(case) for case in cases]}

    def native(function: Predicate) -> timing.Round:
        def work() -> int:
            for _ in range(repeat):
                for state, fields in cases:
                    function(state, NOW, fields, None)
            return repeat * len(cases)

        return work

    def peer(function: Callable[[dict[str, Any]], Any], what: str, times: int) -> timing.Round:
        dictionaries = given[what]

        def work() -> int:
            for _ in range(times):
                for one in dictionaries:
                    function(one)
            return times * len(dictionaries)

        return work

    return {
        "generated": native(ours), "hand-written": native(hand),
        **{
            f"{name}, {what}": peer(ask, what, 1 if name == "rule-engine" else repeat)
            for name, ask in peers.items() for what in given if name != "rule-engine" or what == "only what is used"
        },
    }  # fmt: skip


def _print(title: str, timings: timing.Timings, base: str) -> None:
    print(f"  {title}")
    for name in timings.seconds:
        print(f"    {name:30} {timings.median(name) * 1e6:9.2f} us   {timings.ratio(name, base)} x {base}")


def main(options: list[str] | None = None) -> dict[str, Any]:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer inputs, rounds and rules")
    parser.add_argument("--rounds", type=int)
    given = parser.parse_args(options)
    rounds = given.rounds or (5 if given.quick else 25)
    print(f"Conditions; {timing.machine()}")
    found = {"one": one_condition(quick=given.quick, rounds=rounds), "many": {}}
    for number in (10, 100) if given.quick else (10, 100, 1_000):
        timings = rules.measure(number, rounds=min(rounds, 15), events=100 if given.quick else 400)
        found["many"][number] = timings
        _print(f"{number} rules over {rules.EVENT_TYPES} event types, per event", timings, "fused")
    return found


if __name__ == "__main__":
    main()
