"""The example project on real purchases (CDNOW, 1997-98): its program, and its customers and purchases as inputs."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.project import load
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.machine.inputs import Input

Inputs = list[tuple[str, Input]]

PROJECT = Path(__file__).parent.parent / "examples" / "cdnow"


def program() -> Program:
    """The flows of the example, compiled with the plugins that are installed."""
    loaded = load(PROJECT, load_plugins().catalog())
    if loaded.program is None:
        raise SystemExit("\n".join(f"{found.span.file}:{found.span.line}: {found.message}" for found in loaded.diagnostics))
    return loaded.program


def inputs(customers: int | None = None) -> Inputs:
    """What is known of each customer and then what they bought, in order of time; of the first so many customers."""
    rows: list[tuple[int, int, str, Input]] = []
    for number, row in enumerate(_rows("customers.csv.gz")):
        at = _moment(row["since"])
        rows.append((at, 0, row["customer_id"], Input("identify", "", at, f"customer-{number:06}", {"email": row["email"]})))
    for number, row in enumerate(_rows("purchases.csv.gz")):
        at, fields = _moment(row["date"]), {"quantity": int(row["quantity"]), "total": float(row["total"])}
        rows.append((at, 1, row["customer_id"], Input("event", "purchase", at, f"purchase-{number:06}", fields)))
    kept = set(sorted({person for _, _, person, _ in rows})[:customers])
    rows.sort(key=lambda row: row[:2])
    return [(person, given) for _, _, person, given in rows if person in kept]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with gzip.open(PROJECT / name, "rt", newline="") as file:
        yield from csv.DictReader(file)


def _moment(date: str) -> int:
    return int(dt.datetime.fromisoformat(date).replace(tzinfo=dt.UTC).timestamp() * 1000)
