"""A shop with twenty flows and its visitors, made up: sessions of views, searches, carts and orders, in order of time.

Who comes how often is heavy-tailed (a tenth of the people make about half of the events); everything follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import load
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.inputs import Input

Inputs = list[tuple[str, Input]]

PROJECT = Path(__file__).parent / "shop"
START = 1_767_258_000_000
"""2026-01-01 10:00 in Paris, in milliseconds."""
DAY = 86_400_000
SECOND = 1_000
PRODUCTS = 400


def program() -> Program:
    """The twenty flows, compiled with the plugins that are installed."""
    loaded = load(PROJECT, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.file}:{found.span.line}: {found.message}" for found in loaded.diagnostics))
    return loaded.program


def inputs(people: int, events: int, days: float = 90, seed: int = 1) -> Inputs:
    """What is known of each person at the start, and so many events of theirs in ``days`` days, in order of time."""
    chance = random.Random(seed)
    rows = [(person, _known(person, number, chance)) for number, person in enumerate(_people(people))]
    return rows + _visits(people, events, START, days, chance, 0)


def later(people: int, events: int, day: float, days: float, seed: int) -> Inputs:
    """So many more events of the same people, from that ``day`` on; every ``seed`` gives others."""
    found = _visits(people, events, START + int(day * DAY), days, random.Random(seed), seed * 100_000_000)
    end = START + int((day + days) * DAY)
    return [(person, one) for person, one in found if one.at < end]


def _visits(people: int, events: int, begin: int, days: float, chance: random.Random, first: int) -> Inputs:
    visits: list[tuple[str, Input]] = []
    while len(visits) < events:
        # A product of two uniform numbers is heavy-tailed enough: few come often, most seldom.
        person = f"p{int(chance.random() * chance.random() * people):07}"
        at = begin + int(chance.random() * days * DAY)
        visits += ((person, one) for one in _session(at, first + len(visits), chance))
    del visits[events:]
    visits.sort(key=lambda row: (row[1].at, row[1].id))
    return visits


def _people(number: int) -> Iterator[str]:
    return (f"p{each:07}" for each in range(number))


def _known(person: str, number: int, chance: random.Random) -> Input:
    fields = {
        "email": f"{person}@example.org",
        "first_name": chance.choice(("Ana", "Ben", "Chloé", "Dmitri", "Emre")),
        "plan": chance.choice(("free", "free", "free", "plus")),
        "birthday": f"19{chance.randrange(60, 100)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
        "city": chance.choice(("Paris", "Lyon", "Lille")),
    }
    return Input("identify", "", START - DAY + number, f"i{number}", fields)


def _session(at: int, number: int, chance: random.Random) -> Iterator[Input]:
    """One visit: mostly views; now and then a search, a cart, an order with what follows from it."""

    def event(name: str, **fields: object) -> Input:
        nonlocal at, number
        at += chance.randrange(5, 90) * SECOND
        number += 1
        return Input("event", name, at, f"e{number}", fields)

    product = f"sku{chance.randrange(PRODUCTS)}"
    price = float(chance.randrange(5, 120))
    if chance.random() < 0.06:
        yield event("email_clicked", message="welcome_1", flow="welcome", step="send", link="https://shop.example")
    for _ in range(chance.randrange(1, 6)):
        yield event("page_viewed", path=chance.choice(("/", "/new", "/sale", "/pricing", "/help")))
        if chance.random() < 0.5:
            yield event("product_viewed", product_id=product, category="shoes", price=price)
    if chance.random() < 0.08:
        yield event("searched", query="boots")
    if chance.random() < 0.04:
        yield event("signed_up", source="web")
    if chance.random() < 0.01:
        yield event("demo_requested")
    if chance.random() < 0.15:
        yield event("added_to_cart", product_id=product, cart_value=price)
        if chance.random() < 0.4:
            order = f"o{number}"
            yield event("order_completed", order_id=order, total=price)
            at += 3 * DAY
            yield event("order_delivered", order_id=order)
