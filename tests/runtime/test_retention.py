"""What is older than is to be kept goes; what is still to be done, and what the flows know, stays."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_machine import FakeMachine

from triggerfish.runtime.cli import main
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.engine.upkeep import HOUR, Upkeep
from triggerfish.runtime.machine.effects import Delivery, Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.settings.retention import RetentionSettings
from triggerfish.runtime.store import retention
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.journal import fact_row
from triggerfish.runtime.store.outbox import delivery_row
from triggerfish.runtime.store.store import Store

DAY = 86_400_000
NOW = 1_800_000_000_000

SHOP = """
event viewed

segment keen "Keen"
    did viewed at least 2 times in last 90 days

flow cart "Cart"
    start when viewed
    only if did viewed at least 2 times in last 90 days
    do log.write with message: "hi"
"""


def run(*arguments: object, code: int = 0) -> str:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def full(store: Store, clock: Any) -> Store:
    """Ten events, facts and deliveries of three people, a day apart each; the last event is not handled yet."""
    batch = Batch(NOW)
    for number in range(10):
        at, person = NOW - (10 - number) * DAY, f"p{number % 3}"
        if number < 9:
            store.events.append([(person, Input("event", "x", at, f"m{number}", {"total": 1}))], at)
        batch.facts.append(fact_row(person, Fact(number, at, "noted", "", 0, "", 0, {})))
        delivery = Delivery(f"k{number}", "send", "email", at, "f", "s", 1, 2, {}, {})
        batch.deliveries.append(delivery_row(person, delivery, at))
    Run(Engine(store, FakeMachine(), clock)).until_idle()
    store.events.append([("p0", Input("event", "x", NOW, "m9", {"total": 1}))], NOW - 9 * DAY)
    with store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM journal")
        connection.exec_driver_sql("DELETE FROM outbox")
    store.commit(batch)
    with store.database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET status = 'sent' WHERE key <> 'k0'")
    return store


@pytest.mark.parametrize("rows", [1, 3, 1_000])
def test_old_rows_go_chunk_by_chunk(full: Store, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ROWS", rows)
    kept = {"events": NOW - 5 * DAY, "journal": NOW - 3 * DAY}
    states = full.profiles.load(["p0", "p1", "p2"])
    upkeep = Upkeep(full.retention, lambda name, _: kept[name])
    steps = 1
    while upkeep.step(NOW):
        steps += 1
    assert steps >= 20 // rows
    assert {name: upkeep.deleted[name] for name in ("events", "journal", "outbox")} == {"events": 5, "journal": 7, "outbox": 6}
    left = {each.input.id for person in states for each in full.events.of_person(person)}
    assert left == {"m5", "m6", "m7", "m8", "m9"}  # m9 came in long ago, and is not handled yet
    assert sorted(posted.delivery.key for person in states for posted in full.outbox.of_person(person)) == ["k0", "k7", "k8", "k9"]
    assert {fact.number for _, fact in full.journal.all()} == {7, 8, 9}
    assert full.profiles.load(["p0", "p1", "p2"]) == states
    assert not upkeep.step(NOW + HOUR - 1)
    kept["journal"] = NOW - 2 * DAY
    while upkeep.step(NOW + HOUR):
        pass
    assert upkeep.deleted["journal"] == 8


def test_what_runs_clears_away_by_itself(full: Store) -> None:
    stop = threading.Event()

    class Watched(Upkeep):
        def step(self, now: int) -> bool:
            more = super().step(now)
            if not more:
                stop.set()
            return more

    upkeep = Watched(full.retention, lambda _name, _now: NOW - 5 * DAY)
    LiveRuntime(Engine(full, FakeMachine(), WallClock()), stop, upkeep=upkeep, poll_seconds=0.01).run()
    assert upkeep.deleted["events"] in {5, 6}  # the last one may have been handled before
    assert (upkeep.deleted["journal"], upkeep.deleted["outbox"]) == (5, 4)


def test_how_long_is_said_in_words() -> None:
    kept = RetentionSettings(events="400 days", journal="2 years")
    assert kept.before("events", NOW) == NOW - 400 * DAY
    assert kept.before("journal", NOW) == NOW - 730 * DAY
    assert RetentionSettings().before("events", NOW) is None
    for wrong in ("400", "0 days", "soon", "-1 days", "1 hour"):
        with pytest.raises(ValueError, match="write it in words"):
            RetentionSettings(events=wrong)


def test_prune_and_what_is_told_afterwards(project: Path, address: str) -> None:
    (project / "shop.flow").write_text(SHOP)
    assert "[retention] says nothing" in run("db", "prune", project, code=2)
    settings = project / "triggerfish.toml"
    settings.write_text(settings.read_text() + '[retention]\nevents = "30 days"\njournal = "30 days"\n')
    assert "flows look back further at viewed than [retention] keeps events (30 days)" in run("check", project)
    now = WallClock().now()
    with Store(address, upgrade=True) as store:
        store.events.append([("ana", Input("event", "viewed", now - 60 * DAY + at, f"m{at}", {})) for at in (1, 2)], now - 60 * DAY)
        store.events.append([("ana", Input("event", "viewed", now - DAY, "m3", {}))], now - DAY)
    run("run", project, "--until-idle", "--clock", "events")
    assert "[retention]" not in run("explain", "ana", project)
    deleted = json.loads(run("db", "prune", project, "--format", "json"))["deleted"]
    assert deleted["events"] >= 2
    assert deleted["journal"] >= 1
    assert "what happened at first is no longer stored ([retention])" in run("explain", "ana", project)
