"""The demo's flows on all 69,659 purchases: what the engine does is counted again in plain Python."""

from __future__ import annotations

import csv
import gzip
import shutil
import threading
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from triggerfish.runtime.cli.runtime import Runtime
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.demo.gaps import quiet_spells
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.intake.files import ingest
from triggerfish.runtime.intake.schema import Schema

CDNOW = Path(__file__).parents[2] / "examples" / "cdnow"


def test_the_data_is_what_it_says() -> None:
    with gzip.open(CDNOW / "purchases.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 69_659
    assert len({row["customer_id"] for row in rows}) == 23_570
    assert (min(row["date"] for row in rows), max(row["date"] for row in rows)) == ("1997-01-01", "1998-06-30")
    assert sum(int(row["quantity"]) for row in rows) == 167_881
    assert (CDNOW / "purchases.csv.gz").stat().st_size + (CDNOW / "customers.csv.gz").stat().st_size < 600_000


def kept(source: Path, target: Path, one_in: int) -> None:
    """Leaves only the rows of every so many'th customer."""
    with gzip.open(source, "rt") as read, gzip.open(target, "wt") as written:
        rows = csv.reader(read)
        header = next(rows)
        column = header.index("customer_id")
        csv.writer(written).writerows([header, *(row for row in rows if int(row[column]) % one_in == 0)])


@pytest.mark.parametrize(
    ("days", "one_in", "mails", "people"), [(90, 1, 31_773, 23_570), (60, 8, 4_583, 2_946), (180, 8, 2_914, 2_946)]
)
def test_win_back_mails_are_the_gaps_in_the_table(days: int, one_in: int, mails: int, people: int, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(CDNOW, shop)
    for name in ("customers", "purchases"):
        kept(CDNOW / f"{name}.csv.gz", shop / f"{name}.csv.gz", one_in)
    bought = defaultdict(set)
    with gzip.open(shop / "purchases.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            bought[row["customer_id"]].add(date.fromisoformat(row["date"]))
    last = max(max(dates) for dates in bought.values())
    gaps = 0
    for dates in bought.values():
        for day in dates:
            # A mail goes out when the window has passed without another purchase: on its last day one comes too late.
            end = day + timedelta(days=days)
            gaps += end <= last and not any(day < other < end for other in dates)

    flow = shop / "shop.flow"
    flow.write_text(flow.read_text().replace("in last 90 days", f"in last {days} days"))
    if days != 90:
        (shop / "winback.flow").write_text((shop / "winback.flow").read_text().partition("\ntest ")[0])
    workspace = Workspace(shop)
    with workspace.store() as store:
        for name in ("customers", "purchases"):
            schema = Schema(workspace.program)
            ingest(shop / f"{name}.csv.gz", store, schema, WallClock(), mapping=shop / f"{name}.toml")
    notices: list[str] = []
    with Runtime(workspace, threading.Event(), notices.append) as runtime:
        Run(runtime.engine).until_idle("events")
        report = runtime.report()

    assert notices == []
    assert report["sent"]["email:win_back"] == gaps
    assert report["entered"]["win_back"] == gaps
    assert report["sent"]["email:thanks"] == report["people"] == people
    assert gaps == quiet_spells(shop / "purchases.csv.gz", days) == mails
