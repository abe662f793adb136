from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.picture.shape import Picture
from triggerfish.dsl.picture.shaping import shape
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins

PRELUDE = """
profile
    plan one of "free", "pro", "team" = "free"
    total_spent number = 0
    renewal_date date
event order_completed
    total number
    currency text
event added_to_cart
    cart_value number
    items list
        product_id text
event cart_cleared
topic offers "Offers and news" for email, opt-in for sms
segment engaged "Clicked lately"
    did email_clicked at least 2 times in last 30 days
message reminder "Cart reminder"
    email
        subject "Hello"
        body "Hello"
    sms "Hello"
message gift "Ten <percent> & more"
    email
        subject "Hello"
        body "Hello"
"""

CART = """# Whoever leaves something in the cart
# is reminded.
flow cart "Cart recovery"
    start when added_to_cart where cart_value >= 25
        then no order_completed, cart_cleared within 1 hour
    start when added_to_cart 3 times within 2 hours with the same cart_value
    only if total_spent >= 30
        and plan is "free"
    stop when order_completed   # they bought
    goal order_completed worth total within 3 days
    about offers

    # The friendly one comes first
    send email reminder as hello
    wait up to 2 days for email_clicked as click
    if click.happened
        # They are interested: leave them alone
        exit "interested"
    else if plan is "pro" or in segment engaged
        wait until monday at 9:00
        choose by plan
            "pro", "team"
                send email gift
            otherwise
                repeat up to 3 times until did order_completed since entered
                    send sms reminder
                    wait 1 day
                    if total_spent > 500
                        wait 2 days
    else
        for each item in event.items
            do log.write with
                message: "Item {{ item.product_id }} # was left"
    wait up to 2 days
        for order_completed where total > 10 as order
            set plan to "pro"
        until plan is "team"
            exit
        otherwise
            send email gift
"""


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_plugins().catalog()


@pytest.fixture(scope="session")
def compiled(catalog: Catalog) -> Callable[[str], Program]:
    def compile_text(text: str) -> Program:
        loaded = compile_sources({"cart.flow": text, "prelude.flow": PRELUDE}, catalog)
        errors = [f"{each.span.line}: {each.message}" for each in loaded.diagnostics if each.severity == "error"]
        assert not errors
        assert loaded.program is not None
        return loaded.program

    return compile_text


@pytest.fixture(scope="session")
def cart_program(compiled: Callable[[str], Program]) -> Program:
    return compiled(CART)


@pytest.fixture(scope="session")
def cart(cart_program: Program) -> Picture:
    return shape(cart_program, cart_program.flows[0])
