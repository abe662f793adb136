"""Logs, figures and signs of life of a running process: complete, documented, and without personal data."""

from __future__ import annotations

import ast
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from triggerfish.runtime.cli import main
from triggerfish.runtime.delivery.contract import Claimed, Finished
from triggerfish.runtime.engine.retry import Persistence
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.observation.figures import Figures
from triggerfish.runtime.observation.lifesign import Lifesign
from triggerfish.runtime.observation.log import Log
from triggerfish.runtime.observation.meters import Meters
from triggerfish.runtime.observation.observer import Observer
from triggerfish.runtime.observation.privacy import digest, scrubbed
from triggerfish.runtime.observation.remark import Remark, parts_of
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.errors import StoreUnavailable
from triggerfish.runtime.store.store import Store

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
NOW = 1_800_000_000_000


def invoke(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    assert done.exit_code == code, done.output
    return done


def delivery(**data: Any) -> Claimed:
    return Claimed("ana@shop.example", Delivery("ana@shop.example/1/send:1/1", "send", "email", NOW, "cart", "send:1", 1, 2, data, {}), 0)


def log(**options: Any) -> tuple[Log, list[str]]:
    lines: list[str] = []
    return Log(lines.append, **options), lines


# --- the log --------------------------------------------------------------------------------------------


def test_a_remark_is_its_sentence() -> None:
    said = Remark("input_set_aside", "{name!r} of {person!r} was set aside", name="x", person="ana")
    assert said == "'x' of 'ana' was set aside"
    assert said.names() == {"name", "person"}


def test_people_are_digests_in_sentences_and_parts() -> None:
    told, lines = log(form="json")
    told.notice(Remark("delivery_failed", "{key} of {person}: {reason}", key="ana@x.example/1/send:1/1", person="ana@x.example",
                       reason="550 <ana@x.example> 'Ana Bo' +49 170 1234567 is unknown", private=["unknown"]))  # fmt: skip
    entry = json.loads(lines[0])
    assert entry["message"] == f"{digest('ana@x.example')}/1/send:1/1 of {digest('ana@x.example')}: 550 <…> … … is …"
    assert (entry["level"], entry["event"], entry["person"]) == ("warning", "delivery_failed", digest("ana@x.example"))
    assert "timestamp" in entry


def test_people_are_shown_when_asked_for() -> None:
    told, lines = log(people=True)
    told.notice(Remark("x", "{person}{detail}", person="ana", detail=": secret"))
    assert lines == ["ana: secret"]


def test_of_an_exception_only_the_kind_is_told() -> None:
    told, lines = log(form="json")
    try:
        int("SECRET9")
    except ValueError as error:
        told.notice(Remark("timers_failed", "failed: {error}{detail}{place}", level="error", **parts_of(error)))
    assert "SECRET9" not in lines[0]
    assert "failed: ValueError (test_of_an_exception" in lines[0]


def test_levels_are_kept_apart() -> None:
    told, lines = log(level="warning")
    told.notice(Remark("x", "said", level="info"))
    told.notice("a plain sentence")
    told.notice("warning: something")
    told.notice(Remark("x", "worse", level="error"))
    assert lines == ["warning: something", "worse"]
    stamped, lines = log(stamped=True)
    stamped.notice("a plain sentence of ana@shop.example")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z info    a plain sentence of …", lines[0])


def test_what_cannot_be_written_holds_nothing_up() -> None:
    def full(_: str) -> None:
        raise OSError(28, "No space left on device")

    Log(full).notice("x")


def test_warnings_of_libraries_become_lines() -> None:
    told, lines = log(form="json")
    with told.others():
        logging.getLogger("driver").warning("lost %s", "ana@shop.example")
    logging.getLogger("driver").debug("not told")
    assert [(json.loads(line)["event"], json.loads(line)["message"]) for line in lines] == [("library", "driver: lost …")]


@pytest.mark.parametrize("text", ["call +49 (170) 123-4567", "of ana@x.example", "see https://x.example/u/abc", "named 'Ana'", 'with "Ana"'])
def test_what_may_be_personal_goes(text: str) -> None:
    assert scrubbed(text).endswith("…")


def test_trouble_with_the_database_is_said_once_and_when_it_is_over(clock: Any) -> None:
    told: list[str] = []
    left = [20]

    def work() -> str:
        left[0] -= 1
        if left[0]:
            raise StoreUnavailable("full", "no space")
        return "done"

    assert Persistence(clock, told.append, threading.Event(), patience=None).run(work) == "done"
    waited = sum(clock.waits)
    assert 60 < waited < 120
    assert told == [
        "the disk is full; make room, nothing was lost (no space); trying again in 0.1 s",
        "the disk is full; make room, nothing was lost (no space); trying again in 5 s",
        f"the database can be used again, after {waited:.0f} s",
    ]


def _events() -> Iterator[str]:
    for path in [*(ROOT / "runtime").rglob("*.py")]:
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if "observation.remark import" in text or path.name == "remark.py" else ():
            made = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Remark"
            if made and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value)
    yield from ("delivered", "delivery_retried", "delivery_failed")


def test_every_event_of_the_log_is_documented_and_no_other() -> None:
    table = PAGE[PAGE.index("| event | level |"):]
    rows = re.findall(r"^\| `(\w+)` \|", table[: table.index("\n\n")], re.MULTILINE)
    assert sorted(rows) == sorted(set(_events()))


MORE = """
message hello
    email
        subject "Hi {{ first_name }}"
        body "{{ event.cart_value }}"

message broken
    email
        subject "Hi {{ first_name }}"
        body "{{ event.items }}"

flow greet
    start when added_to_cart
    send email broken transactional
    send email hello transactional
"""
SECRETS = {"cart_value": "987654", "first_name": "Zebedee", "note": "QUAGGA77"}


def test_nothing_of_a_person_is_in_the_log(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    invoke("new", shop)
    with (shop / "triggerfish.toml").open("a") as settings:
        settings.write('\n[email]\nprovider = "smtp"\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nsender = "shop@shop.example"\n')
    invoke("identify", "zebedee@private.example", "first_name=Zebedee", "email=zebedee@private.example", "phone=+4917012345678",
           "--at", "2026-03-01T10:00:00Z", "-C", shop)
    invoke("track", "zebedee@private.example", "added_to_cart", "cart_value=987654", "note=QUAGGA77", "--at", "2026-03-02T10:00:00Z", "-C", shop)
    (shop / "more.flow").write_text(MORE)
    shown = invoke("run", shop, "--clock", "events", "--log-format", "json", "--log-level", "debug")
    entries = [json.loads(line) for line in shown.stderr.splitlines()]
    assert {"batch_committed", "delivery_retried", "delivery_failed"} <= {entry["event"] for entry in entries}
    assert any("“event.items” is unknown" in entry["message"] for entry in entries)
    for secret in (*SECRETS.values(), "zebedee", "private.example", "4917012345678"):
        assert secret.lower() not in shown.stderr.lower(), secret
    assert digest("zebedee@private.example") in shown.stderr


# --- figures --------------------------------------------------------------------------------------------


def filled() -> Meters:
    meters = Meters()
    observer = Observer(log()[0], lambda: NOW + 20, meters)
    batch = Batch(NOW)
    batch.facts.append(("ana", 1, NOW, "entered", "cart", 1, "", 0, "{}"))
    observer.batch(batch, 3)
    for status in ("sent", "waiting", "failed", "unknown"):
        observer.delivery(delivery(), Finished("k", "ana@shop.example", status, NOW, 1, reason="x"), 0.2)  # type: ignore[arg-type]
    observer.notice(Remark("plugin_raised", "{plugin}", plugin="crm"))
    observer.notice(Remark("database_trouble", "{trouble}", trouble="full"))
    return meters


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels, reverse=True))): sample.value for family in text_string_to_metric_families(text) for sample in family.samples
    }


def test_the_figures_of_a_process() -> None:
    from prometheus_client import generate_latest

    text = generate_latest(filled().registry).decode()
    found = samples(text)
    expected = {
        ("triggerfish_inputs_total",): 3, ("triggerfish_batches_total",): 1, ("triggerfish_batch_seconds_sum",): 0.02,
        ("triggerfish_facts_total", "entered"): 1, ("triggerfish_deliveries_total", "email", "sent"): 1,
        ("triggerfish_deliveries_total", "email", "retry"): 1, ("triggerfish_deliveries_total", "email", "unknown"): 1,
        ("triggerfish_provider_seconds_count", "email"): 4, ("triggerfish_plugin_errors_total", "crm"): 1,
        ("triggerfish_database_trouble_total", "full"): 1,
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected
    assert "ana" not in text


def test_every_figure_is_documented_and_no_other(store: Store) -> None:
    from prometheus_client import generate_latest

    meters = filled()
    store.quarantine.count()
    meters.registry.register(Figures(store, lambda: NOW))
    found = re.findall(r"^# TYPE (triggerfish_\w+) (\w+)", generate_latest(meters.registry).decode(), re.MULTILINE)
    made = {name for name, kind in found if not (kind == "gauge" and name.endswith("_created"))}
    documented = set(re.findall(r"^\| `(triggerfish_\w+)[`{]", PAGE, re.MULTILINE))
    assert documented == made | {"triggerfish_due_oldest_timestamp_seconds"}


def test_figures_say_when_the_database_is_gone(tmp_path: Path) -> None:
    from prometheus_client import CollectorRegistry, generate_latest

    with Store(f"sqlite:///{tmp_path / 'store.db'}") as store:
        registry = CollectorRegistry()
        registry.register(Figures(store, lambda: NOW))
        assert samples(generate_latest(registry).decode())["triggerfish_database_up",] == 1
        store.database.engine.dispose()
        for file in tmp_path.glob("store.db*"):
            if file.is_file():
                file.unlink()
        assert samples(generate_latest(registry).decode()) == {("triggerfish_database_up",): 0}


def test_run_answers_with_figures_and_logs_json(tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    invoke("new", shop)
    command = [sys.executable, "-m", "triggerfish.runtime.cli", "run", str(shop), "--metrics-port", "0", "--log-format", "json"]
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "notify"))
    listener.settimeout(60)
    environment = {**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
    with listener, subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as run:
        assert run.stderr is not None
        entries = [json.loads(line) for _, line in zip(range(3), run.stderr, strict=False)]
        address = next(entry["address"] for entry in entries if entry["event"] == "metrics_answering")
        with urllib.request.urlopen(address, timeout=10) as answer:
            found = samples(answer.read().decode())
        heard = {listener.recv(100) for _ in range(2)}
        run.send_signal(signal.SIGTERM)
        run.communicate(timeout=60)
        while b"STOPPING=1" not in heard:
            heard.add(listener.recv(100))
    assert run.returncode == 0
    assert {"program_in_force", "metrics_answering", "running"} == {entry["event"] for entry in entries}
    assert (found["triggerfish_database_up",], found["triggerfish_workers",]) == (1, 1)
    assert heard == {b"READY=1", b"WATCHDOG=1", b"STOPPING=1"}


def test_without_a_service_manager_nothing_is_told() -> None:
    life = Lifesign({})
    life.ready()
    life.alive()
    life.stopping()
    Lifesign({"NOTIFY_SOCKET": "/nowhere/at/all"}).ready()
