"""People who turn out to be one while two workers are at work: as with one worker, nobody is lost and nothing happens twice."""

from __future__ import annotations

import os
import random
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from postgresql import Databases
from two_workers import work_together

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.intake.intake import Intake
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.intake.segment import read_record
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import decode
from triggerfish.runtime.store.store import Store

CASES = int(os.environ.get("TRIGGERFISH_MERGE_CASES", "1"))
HOUR, DAY, PEOPLE = 3_600_000, 86_400_000, 4
SHOP = """
event ordered
    number  number

value orders is count of ordered ever

message note
    email
        subject "{{ event.number }} of {{ orders }}"
        body "There"

flow thanks
    start when ordered
    per event.number

    wait 1 day
    send email note transactional
"""

PROGRAM = compile_sources({"shop.flow": SHOP}, load_plugins().catalog()).program


def machine() -> Machine:
    assert PROGRAM is not None
    return Machine(PROGRAM)


def family(case: int, who: int) -> list[dict[str, str]]:
    """The names of one person: the id, one to three visitors, and perhaps an id of another time."""
    chance = random.Random(f"{case} {who}")
    names = [{"userId": f"c{case}-p{who}"}]
    names += [{"anonymousId": f"c{case}-v{who}-{which}"} for which in range(chance.randrange(1, 4))]
    return names + [{"userId": f"c{case}-q{who}"}] * chance.randrange(2)


def beginning(case: int) -> list[dict[str, Any]]:
    """Who has an id has been known for a while; which of two ids is the elder differs."""
    ids = [name for who in range(PEOPLE) for name in family(case, who) if "userId" in name]
    random.Random(case).shuffle(ids)
    return [_said("identify", f"c{case}-i{n}", name, traits={"email": f"{name['userId']}@example.com"}) for n, name in enumerate(ids)]


def going_on(case: int) -> list[dict[str, Any]]:
    """They turn out to be one, and order under all their names; in any order."""
    chance, made = random.Random(case), []
    for names in (family(case, who) for who in range(PEOPLE)):
        made += [("identify", {**name, **names[0]}, {}) for name in names if "anonymousId" in name]
        made += [("alias", names[0], {"previousId": name["userId"]}) for name in names[1:] if "userId" in name]
        made += [("track", chance.choice(names), {"event": "ordered"}) for _ in range(chance.randrange(5, 20))]
    chance.shuffle(made)
    return [
        _said(kind, f"c{case}-m{number}", name, **fields, **({"properties": {"number": number}} if kind == "track" else {}))
        for number, (kind, name, fields) in enumerate(made)
    ]


def _said(kind: str, id_: str, name: dict[str, str], **fields: Any) -> dict[str, Any]:
    return {"type": kind, "messageId": id_, **name, **fields}


def take(store: Store, clock: Any, given: list[dict[str, Any]]) -> None:
    assert PROGRAM is not None
    for start in range(0, len(given), 25):
        found = [one for record in given[start : start + 25] for one in read_record(record, "line", "")]
        Intake(store, Schema(PROGRAM), clock).take(found)


def outcome(store: Store) -> dict[str, Any]:
    """What must not depend on who handled what when; each order is known by its number."""
    facts = list(store.journal.all())
    cells = store.profiles.load(sorted({person for person, _ in facts}))
    sent = store.outbox.by_status("waiting")

    def home(person: str) -> str:
        into = cells[person].into
        return person if into is None else home(into)

    return {
        "entered": sorted(str(fact.data["event"]).partition(" for ")[0] for _, fact in facts if fact.kind == "entered"),
        "goes on as": {person: home(person) for person, cell in cells.items() if cell.into is not None},
        "sent": sorted((one.delivery.context["event"]["number"], one.person, one.delivery.context["orders"]) for one in sent),
        "in flows": [person for person, cell in cells.items() if decode(cell.state or b"").runs],
        "set aside": store.quarantine.count(),
    }


@pytest.mark.parametrize("case", range(CASES))
def test_two_workers_merge_as_one_does(postgresql: Databases, tmp_path: Path, clock: Any, case: int) -> None:
    found, began = [], clock.moment
    with postgresql.with_tables() as address, ExitStack() as stack:
        for where, number in ((address, 2), (f"sqlite:///{tmp_path / 'alone.db'}", 1)):
            stores = [stack.enter_context(Store(where)) for _ in range(number)]
            engines = [Engine(store, machine(), clock, events_a_batch=10, people_a_batch=4) for store in stores]
            clock.moment = began
            for one in beginning(case):
                clock.moment += 1_000
                take(stores[0], clock, [one])
            work_together(engines[:1])
            take(stores[0], clock, going_on(case))
            work_together(engines)
            clock.moment += DAY + HOUR
            work_together(engines)
            found.append(outcome(stores[0]))
    orders = [one["messageId"] for one in going_on(case) if one["type"] == "track"]
    assert found[1]["entered"] == sorted(orders)
    assert len(found[1]["sent"]) == len(orders)
    assert len(found[1]["goes on as"]) > PEOPLE
    assert (found[1]["in flows"], found[1]["set aside"]) == ([], 0)
    assert found[0] == found[1]
