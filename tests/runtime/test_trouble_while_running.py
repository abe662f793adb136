"""The database goes away, the disk fills up, somebody sets the clock: said in a sentence, and everything goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fake_machine import FakeMachine
from postgresql import Databases, autocommit
from sqlalchemy import event, make_url

from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.cli import main
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.engine.ticker import Task, Ticker
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.observation.remark import plain
from triggerfish.runtime.store.errors import StoreUnavailable
from triggerfish.runtime.store.store import Store

HOUR = 3_600_000
NOON = 1_800_000_000_000
FLOW = """
event ordered
event thanked
event browsed

flow thanks
    start when ordered
    wait 30 minutes
    record thanked
"""


def given(number: int, at: int, name: str = "ordered") -> tuple[str, Input]:
    return "ana", Input("event", name, at, f"m{number}", {"total": number})


@pytest.fixture
def real(store: Store, clock: Any) -> Engine:
    """An engine with the real machine and a small flow."""
    program = compile_sources({"a.flow": FLOW}, load_plugins().catalog()).program
    assert program is not None
    clock.moment = NOON
    return Engine(store, Machine(program), clock)


def kinds(store: Store, flow: str = "thanks") -> list[str]:
    return [fact.kind for fact in store.journal.of_person("ana", flow=flow)]


@pytest.fixture
def absence(address: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """How to take the database away while it is open, and how to bring it back."""
    url = make_url(address)
    if url.get_backend_name() == "sqlite":
        path = Path(str(url.database))
        return lambda: [path.rename(path.with_suffix(".away")), None][1], lambda: [path.with_suffix(".away").rename(path), None][1]

    def allow(connections: str) -> None:
        server = url.set(database="postgres").render_as_string(hide_password=False)
        with autocommit(server) as engine, engine.connect() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {url.database} WITH ALLOW_CONNECTIONS {connections}")
            connection.exec_driver_sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (url.database,))

    return lambda: allow("false"), lambda: allow("true")


def test_a_database_that_is_gone_for_a_minute(store: Store, clock: Any, absence: Any) -> None:
    take_away, bring_back = absence
    told: list[str] = []
    store.events.append([given(number, number) for number in range(50)], 1)
    take_away()

    def wait() -> None:
        if sum(clock.waits) >= 60 and not back:
            back.append(True)
            bring_back()

    back: list[bool] = []
    clock.on_wait = wait
    try:
        ran = Run(Engine(store, FakeMachine(), clock, notice=told.append), patience=120).until_idle()
    finally:
        if not back:
            bring_back()
    assert ran.events == 50
    assert back
    assert told[0].startswith("the database cannot be reached; check that it is running, or that its file is where it was (")
    assert told[0].endswith("); trying again in 0.1 s")
    assert [(plain(one).event, plain(one).parts.get("trouble")) for one in (told[0], told[-1])] == [("database_trouble", "gone"), ("database_back", None)]
    assert len([fact for fact in store.journal.of_person("ana") if fact.kind == "noted"]) == 50


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
CREATE TRIGGER full_disk BEFORE INSERT ON journal EXECUTE FUNCTION full_disk();
"""


def test_a_disk_that_is_full_for_a_while(store: Store, clock: Any) -> None:
    """On PostgreSQL a trigger answers with the code of a full disk; SQLite is allowed no more pages."""
    told: list[str] = []
    store.events.append([given(number, number) for number in range(200)], 1)

    pages = [1]  # that is, as many as there are

    def run(statement: str) -> None:
        with store.database.engine.connect() as connection:
            connection.exec_driver_sql(statement)
            connection.commit()

    def make_room() -> None:
        if store.database.dialect.name == "sqlite":
            pages[0] = 100_000
        else:
            run("DROP FUNCTION IF EXISTS full_disk CASCADE")

    if store.database.dialect.name == "sqlite":

        @event.listens_for(store.database.engine, "checkout")
        def limit(connection: Any, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages[0]}")

    else:
        run(FULL)
    clock.on_wait = make_room
    ran = Run(Engine(store, FakeMachine(), clock, notice=told.append)).until_idle()
    assert ran.events == 200
    assert len(told) == 1
    assert told[0].startswith("the disk is full; make room, nothing was lost (")
    assert plain(told[0]).parts["trouble"] == "full"
    assert len([fact for fact in store.journal.of_person("ana") if fact.kind == "noted"]) == 200


def test_a_clock_set_back_an_hour_repeats_nothing_and_what_is_due_waits(store: Store, clock: Any, real: Engine) -> None:
    store.events.append([given(1, NOON)], NOON)
    Run(real).until_idle()
    assert "entered" in kinds(store)
    clock.moment = NOON - HOUR
    store.events.append([given(2, NOON - HOUR, "browsed")], NOON - HOUR)
    Run(real).until_idle()
    assert store.events.count(origin="machine") == 0
    clock.moment = NOON + HOUR
    Run(real).until_idle()
    assert store.events.count(origin="machine") == 1
    clock.moment = NOON
    Run(real).until_idle()
    assert store.events.count(origin="machine") == 1
    assert kinds(store).count("exited") == 1


def test_a_clock_that_jumps_a_day_makes_what_is_due_by_it_happen_once(store: Store, clock: Any, real: Engine) -> None:
    store.events.append([given(1, NOON)], NOON)
    Run(real).until_idle()
    clock.moment = NOON + 24 * HOUR
    Run(real).until_idle()
    assert store.events.count(origin="machine") == 1
    assert store.profiles.earliest_due() is None or store.profiles.earliest_due() > clock.moment  # type: ignore[operator]


def test_status_says_that_the_database_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "triggerfish.toml").write_text('[database]\nurl = "postgresql://127.0.0.1:1/shop"\n')
    (tmp_path / "a.flow").write_text(FLOW)
    done = CliRunner().invoke(main, ["status", "--check", str(tmp_path)])
    assert done.exit_code == 3, done.output
    assert "the database cannot be reached; check that it is running" in done.output


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (-1, "the clock was set back by 1 hour: what is due waits until it is that late again"),
        (24, "the clock went ahead by 24 hours: what became due by it happens now"),
    ],
)
def test_a_clock_that_is_set_is_mentioned_and_the_ticks_go_on(hours: int, sentence: str) -> None:
    class SetClock(WallClock):
        offset = 0

        def now(self) -> int:
            return super().now() + self.offset

    clock, stop, told, ticks = SetClock(), threading.Event(), list[str](), list[int]()
    ticker = Ticker([Task("work", lambda: ticks.append(1), lambda: None)], clock, told.append, stop, poll_seconds=0.05)
    thread = threading.Thread(target=ticker.run)
    thread.start()
    try:
        for wanted in (2, 4):
            before, until = len(ticks), time.monotonic() + 10
            while len(ticks) < before + wanted and time.monotonic() < until:
                time.sleep(0.01)
            assert len(ticks) >= before + wanted
            clock.offset = hours * HOUR
    finally:
        stop.set()
        thread.join(10)
    assert told == [sentence]
    assert plain(told[0]).event == "clock_changed"


def test_whoever_delivers_hears_in_a_sentence_that_the_database_is_gone(store: Store, absence: Any) -> None:
    take_away, bring_back = absence
    assert store.outbox.claim(1, NOON) == []
    take_away()
    try:
        if store.database.dialect.name == "postgresql":
            for work in (store.database.liveness.enrol, store.database.liveness.alive, lambda: store.database.liveness.dead(["1-1"])):
                with pytest.raises(StoreUnavailable, match="cannot be reached"):
                    work()
        with pytest.raises(StoreUnavailable, match="cannot be reached"):
            store.outbox.start(["none"])
    finally:
        bring_back()
    assert store.outbox.claim(1, NOON) == []


def test_an_empty_database_is_told_of_once_with_the_folder_in_the_cure(postgresql: Databases, tmp_path: Path) -> None:
    with postgresql.empty() as address:
        (tmp_path / "triggerfish.toml").write_text(f'[database]\nurl = "{address}"\n')
        (tmp_path / "a.flow").write_text(FLOW)
        done = CliRunner().invoke(main, ["run", "--once", str(tmp_path)])
    assert done.exit_code == 3
    assert done.output.count("no tables yet") == 1
    assert f"run `triggerfish db upgrade {tmp_path}`" in done.output


def test_a_server_that_does_not_let_us_in_says_what_to_look_at(postgresql: Databases) -> None:
    with postgresql.with_tables() as address:
        nobody = make_url(address).set(username="nobody_at_all").render_as_string(hide_password=False)
        nowhere = make_url(address).set(database="nothing_of_that_name").render_as_string(hide_password=False)
        for wrong, said in ((nobody, "the database server does not let us in"), (nowhere, "there is no such database on the server")):
            with pytest.raises(StoreUnavailable, match=rf"^{said}; check the url below \[database\]") as caught:
                Store(wrong)
            assert not caught.value.passing
            assert "\n" not in str(caught.value)
    with pytest.raises(StoreUnavailable, match="cannot be reached") as caught:
        Store("postgresql://127.0.0.1:1/shop")
    assert caught.value.passing
