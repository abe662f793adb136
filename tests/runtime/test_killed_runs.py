"""A run that is killed anywhere and started again does exactly what an undisturbed one does."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.store.store import Store

KILLS = int(os.environ.get("TRIGGERFISH_KILLS", "10"))
PEOPLE = 400 if KILLS <= 10 else 40 * KILLS
PROJECT = """
profile
    first_name  text

event ordered
    total  number

event browsed

topic offers for email, sms

policy
    at most 2 emails per week
    quiet hours 22:00 to 7:00 for sms

segment lapsed
    did not ordered in last 20 days

message thanks
    email
        subject "Thank you, {{ first_name }}"
        body "<p>It was {{ event.total }}.</p>"

message back
    email
        subject "We miss you, {{ first_name }}"
        body "<p>Come back.</p>"
    sms "Come back, {{ first_name }}"

flow first_order
    start when ordered
    again never
    about offers

    wait 1 hour
    send email thanks
    record browsed

flow win_back
    start when enters segment lapsed
    stop when ordered
    about offers

    send email back
    wait 3 days
    repeat 2 times
        send sms back
        wait 12 hours

flow curious
    start when browsed 2 times within 5 days
        then no ordered within 1 day
    about offers

    send email back
"""


def triggerfish(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "triggerfish.runtime.cli", *arguments]


def make_project(folder: Path) -> None:
    chance = random.Random(7)
    (folder / "shop.flow").write_text(PROJECT)
    lines = [
        {
            "type": "identify",
            "userId": f"p{number}",
            "messageId": f"i{number}",
            "timestamp": "2026-01-01T00:00:00Z",
            "traits": {"first_name": f"Name {number}", "email": f"p{number}@example.com", "phone": f"+1555{number:07}"},
        }
        for number in range(PEOPLE)
    ]
    for number in range(PEOPLE * 15):
        event = chance.choice(["ordered", "browsed", "browsed"])
        lines.append(
            {
                "type": "track",
                "userId": f"p{chance.randrange(PEOPLE)}",
                "messageId": f"e{number}",
                "event": event,
                "timestamp": time.strftime(
                    "%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_767_225_600 + chance.randrange(90 * 86_400))
                ),
                "properties": {"total": chance.randrange(5, 200)} if event == "ordered" else {},
            }
        )
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    subprocess.run(triggerfish("ingest", str(folder / "events.jsonl"), str(folder)), check=True, capture_output=True)


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything that must not depend on the kills; wall-clock columns are left out."""
    database = Workspace(folder).settings.database
    queries = {
        "journal": "select * from journal order by person, number",
        "states": "select id, state, due_at from profiles order by id",
        "outbox": "select key, person, target, at, status, data, context from outbox order by key",
        "events": "select id, person, kind, name, at, fields, origin from events order by seq",
    }
    with Store(database) as store, store.database.read() as connection:
        found = {name: [tuple(row) for row in connection.exec_driver_sql(query)] for name, query in queries.items()}
    found["mails"] = sorted(
        (path.name, path.read_bytes().count(b"Message-ID"))
        for path in (folder / ".triggerfish" / "outbox").glob("*.eml")
    )
    return found


def test_killing_a_replay_at_random_moments_changes_nothing_on_any_database(project: Path, tmp_path: Path) -> None:
    """The undisturbed one is on SQLite: what comes out does not depend on the kind of database either."""
    undisturbed, killed = tmp_path / "undisturbed", project
    undisturbed.mkdir()
    make_project(undisturbed)
    make_project(killed)
    run = triggerfish("run", "--clock", "events")
    began = time.monotonic()
    subprocess.run([*run, str(undisturbed)], check=True, capture_output=True)
    whole = time.monotonic() - began
    began = time.monotonic()
    subprocess.run([*run, str(undisturbed)], check=True, capture_output=True)
    idle = time.monotonic() - began
    # Often enough that the work is cut into about as many pieces as there are kills.
    longest = idle + 2.5 * max(whole - idle, 0.1) / KILLS

    chance = random.Random(3)
    kills = 0
    for _ in range(KILLS * 20):
        process = subprocess.Popen([*run, str(killed)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            process.wait(timeout=chance.uniform(0.7 * idle, longest) if kills < KILLS else 600)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            kills += 1
        _, error = process.communicate()
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, error.decode()
    assert process.returncode == 0
    assert kills >= 1
    (tmp_path / "kills").write_text(str(kills))

    expected, found = contents(undisturbed), contents(killed)
    assert len(expected["journal"]) > PEOPLE
    assert expected["mails"]
    for name, rows in expected.items():
        assert found[name] == rows, name


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_after_the_batch_at_hand(tmp_path: Path, number: int) -> None:
    make_project(tmp_path)
    process = subprocess.Popen(triggerfish("run", str(tmp_path)), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr is not None
    for line in process.stderr:
        if b"running" in line:
            break
    process.send_signal(number)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 0, error.decode()
    assert b"events of" in out
