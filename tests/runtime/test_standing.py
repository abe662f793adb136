"""``triggerfish status``: what is wrong, and what to do about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from triggerfish.runtime.cli import main
from triggerfish.runtime.machine.state import Run, State, encode
from triggerfish.runtime.settings.alerts import AlertSettings
from triggerfish.runtime.standing.findings import findings, length
from triggerfish.runtime.standing.places import places
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.profiles import Change
from triggerfish.runtime.store.store import Store

WORKER = {"process": "17", "machine": None, "since": 0}


def invoke(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return done


def document(**other: Any) -> dict[str, Any]:
    day = {"failed": 0, "unknown": 0, "reasons": [], "set_aside": 0, "set_aside_reasons": []}
    well = {
        "program_version": 1, "workers": [WORKER], "events_ahead": 0, "events_lag_seconds": 0, "events_ahead_of_clock_seconds": 0,
        "lag_seconds": 0, "earliest_due": None, "replayed": False, "open": [], "retried": [],
    }  # fmt: skip
    return {**well, **other, "last_day": {**day, **other.get("last_day", {})}}


def opened(state: str, lag: int) -> dict[str, Any]:
    return {"target": "email", "state": state, "count": 3, "due": 0, "lag_seconds": lag}


@pytest.mark.parametrize(
    ("other", "severity", "says"),
    [
        ({"workers": [], "events_ahead": 1}, "failure", "no worker is alive, and something waits for one"),
        ({"workers": [], "lag_seconds": 1}, "failure", "no worker is alive"),
        ({"workers": [], "open": [opened("waiting", 1)]}, "failure", "no worker is alive"),
        ({"program_version": None, "events_ahead": 1}, "failure", "no program is in force"),
        ({"events_ahead": 2, "events_lag_seconds": 301}, "warning", "the oldest of 2 events has waited for 5 minutes"),
        ({"lag_seconds": 7_300}, "warning", "somebody has been due for 2 hours"),
        ({"open": [opened("waiting", 901)]}, "warning", "email: 3 deliveries overdue for 15 minutes"),
        ({"open": [opened("retry", 0)], "retried": [{"target": "email", "reason": "busy"}]}, "warning", "email: 3 deliveries to be tried again: busy"),
        ({"events_ahead_of_clock_seconds": 3_600}, "warning", "the clock of this machine is 1 hour behind"),
        ({"last_day": {"failed": 101, "reasons": [{"target": "email", "reason": "full"}]}}, "warning", "most often email: full"),
        ({"last_day": {"unknown": 11}}, "warning", "nobody knows of 11 deliveries"),
        ({"last_day": {"set_aside": 101, "set_aside_reasons": [{"reason": "no time", "place": "a:1"}]}}, "warning", "most often: no time"),
    ],
    ids=str,
)
def test_what_is_wrong(other: dict[str, Any], severity: str, says: str) -> None:
    (found,) = findings(document(**other), AlertSettings())
    assert (found.severity, says in found.what, bool(found.cure)) == (severity, True, True)


def test_all_is_well_up_to_the_thresholds() -> None:
    edge = document(
        events_ahead=1, events_lag_seconds=300, lag_seconds=300, open=[opened("waiting", 900)],
        last_day={"failed": 100, "unknown": 10, "set_aside": 100},
    )  # fmt: skip
    assert findings(edge, AlertSettings()) == []
    assert findings(document(workers=[]), AlertSettings()) == []
    assert [one.name for one in findings(edge, AlertSettings(due_lag=299))] == ["due_lag"]


def test_deliveries_of_one_channel_are_overdue_once() -> None:
    (found,) = findings(document(open=[opened("retry", 7_300), opened("waiting", 901)]), AlertSettings())
    assert found.what == "email: 6 deliveries overdue for 2 hours"


def test_what_a_replay_left_due_does_not_stand_still() -> None:
    replayed = {"workers": [], "lag_seconds": 9, "replayed": True, "program_version": 7}
    (found,) = findings(document(**replayed), AlertSettings())
    assert (found.severity, found.name, found.cure) == ("warning", "replayed", "start triggerfish run to go on")
    for other in ({"replayed": False}, {"events_ahead": 1}):
        assert [one.name for one in findings(document(**{**replayed, **other}), AlertSettings())] == ["no_worker"]


def test_the_worst_comes_first() -> None:
    found = findings(document(workers=[], events_ahead=1, last_day={"unknown": 11}), AlertSettings())
    assert [one.name for one in found] == ["no_worker", "unknown"]


def test_lengths_in_words() -> None:
    assert [length(each) for each in (1, 59, 60, 7_300, 200_000)] == ["1 second", "59 seconds", "1 minute", "2 hours", "2 days"]


def test_places_are_counted_from_the_first_parts_of_a_state(store: Store) -> None:
    batch = Batch(1)
    for number in range(5):
        runs = [Run(1, "welcome", 2, None, 0, 3, vars={"x": [1]}, parent=None), Run(2, "cart", 1, "k", 0, number % 2)]
        state = State(profile={"email": "x"}, runs=runs[: 2 if number else 1], segments={"s": 1})
        batch.changes.append(Change(f"p{number}", encode(state), None, 0))
    batch.changes.append(Change("broken", b"\x01", None, 0))
    store.commit(batch)
    seen: list[tuple[int, int]] = []
    assert places(store, lambda done, total: seen.append((done, total))) == {
        ("welcome", 2, 3): 5, ("cart", 1, 1): 2, ("cart", 1, 0): 2,
    }  # fmt: skip
    assert seen == [(6, 6)]


FLOW = """
event ping

flow f
    start when ping
    wait 1 day
    wait 2 days
"""


@pytest.fixture
def shop(project: Path) -> Path:
    (project / "a.flow").write_text(FLOW)
    invoke("track", "ana", "ping", "-C", project)
    return project


def test_check_for_cron(shop: Path) -> None:
    still = invoke("status", shop, "--check", code=3).stdout
    assert "STANDS STILL: no program is in force, and something waits for it" in still
    invoke("run", shop, "--once")
    assert invoke("status", shop, "--check").stdout.startswith("all well\n")
    (shop / "triggerfish.toml").write_text("[alerts]\nset_aside_a_day = 0\n")
    (shop / "bad.csv").write_text("person,event,time\n,ping,yesterday\n")
    invoke("ingest", shop / "bad.csv", shop, code=1)
    wrong = invoke("status", shop, "--check", code=1).stdout
    assert "WRONG: 1 inputs were set aside" in wrong
    assert "send them again" in wrong
    assert invoke("status", shop).stdout == wrong


def test_status_tells_since_when_who_and_where(shop: Path) -> None:
    invoke("run", shop, "--once")
    shown = invoke("status", shop).stdout
    assert "program   version 1 since " in shown
    assert "workers   none alive" in shown
    assert "1 f, line 6: wait 1 day" in shown
    told = json.loads(invoke("status", shop, "--format", "json").stdout)
    assert (told["ok"], told["findings"]) == (True, [])
    assert told["steps"] == [{"flow": "f", "version": 1, "line": 6, "step": "wait 1 day", "count": 1}]


def test_many_people_are_counted_when_asked_for(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triggerfish.runtime.cli.commands import status

    invoke("run", shop, "--once")
    monkeypatch.setattr(status, "FEW_PEOPLE", 0)
    assert "Where people wait is counted with --steps." in invoke("status", shop).stdout
    assert "1 f, line 6: wait 1 day" in invoke("status", shop, "--steps").stdout


def test_watching_goes_by_itself(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from triggerfish.runtime.cli.commands import status

    def stop(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(status.time, "sleep", stop)
    assert "people    0" in invoke("status", shop, "--watch", code=130).stdout
    invoke("status", shop, "--watch", "--check", code=2)


def test_history_that_was_replayed_under_a_later_version_is_told_from_standing_still(project: Path) -> None:
    for days in (1, 2):
        (project / "a.flow").write_text(FLOW.replace("1 day", f"{days} days"))
        invoke("run", project, "--once")
    invoke("track", "ana", "ping", "--at", "2020-01-01T10:00:00Z", "-C", project)
    invoke("run", project, "--clock", "events")
    shown = invoke("status", project, "--check", code=1).stdout
    assert "WRONG: history was replayed, and what became due since then waits" in shown
    invoke("run", project, "--once")
    assert invoke("status", project, "--check").stdout.startswith("all well\n")
