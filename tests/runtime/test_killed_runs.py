"""Whatever is killed, at whatever moment: nothing is lost, and nothing happens twice.

``TRIGGERFISH_KILLS`` says how often each of them is killed; ``kills.py`` runs the same without pytest.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from killing.databases import Databases, Files, OnServer
from killing.deliveries import deliveries
from killing.forks import command, start
from killing.outcome import Outcome
from killing.replays import replays
from killing.server import Server
from killing.shop import history_project
from killing.workers import workers

from triggerfish.runtime.store.store import Store

KILLS = int(os.environ.get("TRIGGERFISH_KILLS", "3"))

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """Databases of each kind."""
    if request.param == "sqlite":
        yield Files(tmp_path)
        return
    made = OnServer(request.getfixturevalue("postgresql").server, f"triggerfish_kills_{os.getpid()}")
    try:
        yield made
    finally:
        made.drop()


def check(outcome: Outcome) -> None:
    assert outcome.problems == []
    assert outcome.kills.total() >= KILLS


def test_a_replay_that_is_killed(databases: Databases, tmp_path: Path) -> None:
    outcome = replays(databases, tmp_path / "work", KILLS, people=15)
    check(outcome)
    assert outcome.figures["journal"] > 300
    assert outcome.figures["mails"] > 50


def test_a_worker_that_is_killed_while_orders_come_in(tmp_path: Path) -> None:
    check(workers(Files(tmp_path), tmp_path / "work", KILLS, at_once=1))


def test_two_workers_and_their_server_that_are_killed(tmp_path: Path) -> None:
    try:
        server = Server()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    with server:
        outcome = workers(OnServer(server.address, "kills"), tmp_path / "work", KILLS, at_once=2, server=server, seed=2)
    check(outcome)
    assert outcome.kills["server"]


def test_a_worker_that_is_killed_while_it_delivers(databases: Databases, tmp_path: Path) -> None:
    outcome = deliveries(databases, tmp_path / "work", KILLS)
    check(outcome)
    assert outcome.figures["mails"] > KILLS


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_after_the_batch_at_hand_and_a_restart_goes_on(tmp_path: Path, number: int) -> None:
    project, log = tmp_path / "shop", tmp_path / "log"
    log.touch()
    history_project(project, f"sqlite:///{tmp_path / 'shop.db'}")
    for order in (1, 2):
        process = start(command, (), "run", str(project), log=log)
        until = time.monotonic() + 30
        while log.read_text().count("running") < order and time.monotonic() < until:
            time.sleep(0.01)
        start(command, (), "track", "ana", "ordered", f"total={order}", "-C", str(project), log=tmp_path / "track").join()
        with Store(f"sqlite:///{tmp_path / 'shop.db'}") as store:
            while store.events.ahead() and time.monotonic() < until:
                time.sleep(0.01)
        assert process.pid is not None
        os.kill(process.pid, number)
        process.join(30)
        assert process.exitcode == 0, log.read_text()
    said = log.read_text()
    assert said.count("stopping after the batch at hand") == 2
    assert said.count("1 event of 1 person") == 2
