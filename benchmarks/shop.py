"""The project the durable benchmark runs: real purchases where they are at hand, and flows on them."""

from __future__ import annotations

import datetime as dt
import gzip
import random
import tarfile
from collections.abc import Iterator
from pathlib import Path

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.inputs import Input

Inputs = list[tuple[str, Input]]

EXAMPLE = Path(__file__).parent.parent / "examples" / "cdnow"

FLOWS = '''
profile
    first_name  text

event purchase "Purchase"
    quantity  number
    amount    number

topic offers "Offers and news" for email

value spent is sum of purchase.amount in last 365 days

segment quiet "Bought, but not for 90 days"
    did purchase ever
    did not purchase in last 90 days

segment big_spender "Spent more than 300 in a year"
    sum of purchase.amount in last 365 days > 300

message thanks "Thanks"
    email
        subject "Thank you, {{ first_name | default: 'music lover' }}"
        body "Your {{ event.quantity }} records are on their way."

message nudge "Second purchase"
    email
        subject "Heard them all?"
        body "Something new is waiting for you, {{ first_name | default: 'music lover' }}."

message win_back "Win back"
    email
        subject "We miss you"
        body "It has been a while, {{ first_name | default: 'music lover' }}."

message vip "Big spender"
    email
        subject "For our best customers"
        body "You spent {{ spent_text | default: 'a lot' }} with us."

policy
    timezone "America/New_York"
    at most 2 emails per week

flow first_purchase "First purchase"
    start when purchase where count of purchase ever is 1
    again never
    about offers
    send email thanks

flow second_purchase "Second purchase"
    start when purchase where count of purchase ever is 1
    again never
    stop when purchase
    about offers
    wait 14 days
    send email nudge

flow win_back "Win back"
    start when enters segment quiet
    stop when purchase
    again after 180 days
    about offers
    send email win_back
    wait 30 days

flow spender "Big spender"
    start when enters segment big_spender
    again never
    about offers
    send email vip
'''


def program() -> Program:
    """The flows above, compiled with the plugins that are installed."""
    loaded = compile_sources({"shop.flow": FLOWS.replace("{{ spent_text | default: 'a lot' }}", "a lot")}, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.line}: {found.message}" for found in loaded.diagnostics))
    return loaded.program


def purchases(path: Path | None, customers: int | None) -> Inputs:
    """Who bought what when, in order of time; before a customer's first purchase, what is known of them.

    ``path`` is a file of lines ``customer date quantity amount`` (the CDNOW purchases), plain, ``.gz`` or inside the ``.tar.gz`` of
    the lifetimes package; without it and without the example project the purchases are made up.
    ``customers`` keeps the first so many of them.
    """
    if path is None and EXAMPLE.is_dir():
        path = next((each for each in sorted(EXAMPLE.rglob("*")) if "master" in each.name.lower()), None)
    rows = sorted(_read(path) if path is not None else _made_up(customers or 2_000))
    if customers is not None:
        kept = set(sorted({customer for _, customer, _, _ in rows})[:customers])
        rows = [row for row in rows if row[1] in kept]
    inputs: Inputs = []
    known: set[str] = set()
    for number, (at, customer, quantity, amount) in enumerate(rows):
        if customer not in known:
            known.add(customer)
            fields = {"email": f"customer-{customer}@example.com", "first_name": f"Customer {customer}"}
            inputs.append((customer, Input("identify", "", at, f"profile-{customer}", fields)))
        inputs.append((customer, Input("event", "purchase", at, f"purchase-{number:06}", {"quantity": quantity, "amount": amount})))
    return inputs


def _read(path: Path) -> Iterator[tuple[int, str, int, float]]:
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            name = next(each for each in archive.getnames() if each.endswith("CDNOW_master.txt"))
            member = archive.extractfile(name)
            text = member.read().decode() if member is not None else ""
    else:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    for number, line in enumerate(text.splitlines()):
        parts = line.replace(",", " ").split()
        if len(parts) != 4 or not parts[1].isdigit():
            continue
        day = dt.datetime.strptime(parts[1], "%Y%m%d").replace(tzinfo=dt.UTC)
        # The data knows days only: noon, and a millisecond each, so that the order is that of the file.
        at = int(day.timestamp() * 1000) + 12 * 3_600_000 + number % 1000
        yield at, parts[0], int(parts[2]), float(parts[3])


def _made_up(customers: int) -> Iterator[tuple[int, str, int, float]]:
    chance = random.Random(7)
    start = int(dt.datetime(1997, 1, 1, 12, tzinfo=dt.UTC).timestamp() * 1000)
    for customer in range(customers):
        day = chance.randrange(90)
        while day < 545:
            yield start + day * 86_400_000 + chance.randrange(3_600_000), f"{customer:05}", chance.randint(1, 5), round(chance.uniform(5, 80), 2)
            day += 1 + int(chance.expovariate(1 / 180))
