"""A program that changes while people are inside: what it newly asks of the past is looked up once."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from triggerfish.runtime.cli import main

BEFORE = """
event ordered
    total  number
event seen
"""
AFTER = BEFORE + """
topic offers for email

segment buyers
    did ordered at least 2 times in last 30 days

segment spenders
    sum of (ordered.total where total > 10) ever >= 100

segment quiet
    did not seen in last 30 days

message hi
    email
        subject "Hi"
        body "Hi"

flow bought
    start when ordered where count of ordered ever >= 3
    about offers
    send email hi

flow silent
    start when enters segment quiet
    about offers
    send email hi
"""


def invoke(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def track(shop: Path, person: str, event: str, at: str, **fields: object) -> None:
    invoke("track", person, event, *(f"{name}={value}" for name, value in fields.items()), "--at", at, "-C", shop)


def replay(shop: Path) -> dict[str, object]:
    document: dict[str, object] = json.loads(invoke("run", shop, "--clock", "events", "--format", "json"))
    return document


def segments(shop: Path, person: str) -> list[str]:
    return sorted(json.loads(invoke("people", "show", person, shop, "--format", "json"))["segments"])


def test_a_new_window_is_filled_from_the_event_log(project: Path) -> None:
    (project / "a.flow").write_text(BEFORE)
    for day, total in ((1, 60), (5, 50), (9, 5)):
        track(project, "ana", "ordered", f"2026-03-0{day}T10:00:00Z", total=total)
    track(project, "bob", "seen", "2026-03-09T10:00:00Z")
    assert replay(project)["events"] == 4

    (project / "a.flow").write_text(AFTER)
    changed = replay(project)
    assert changed["entered"] == {}, "a changed program starts nothing"
    assert segments(project, "ana") == ["buyers", "quiet", "spenders"]
    assert segments(project, "bob") == []

    track(project, "ana", "ordered", "2026-03-10T10:00:00Z", total=1)
    track(project, "cid", "seen", "2026-04-20T10:00:00Z")
    assert replay(project)["entered"] == {"bought": 1, "silent": 1}
    assert segments(project, "ana") == ["quiet", "spenders"], "the window closed again"
    assert segments(project, "bob") == ["quiet"]


def test_a_wider_window_is_filled_too(project: Path) -> None:
    (project / "a.flow").write_text(BEFORE + "segment buyers\n    did ordered in last 2 days\n")
    track(project, "ana", "ordered", "2026-03-01T10:00:00Z", total=60)
    track(project, "ana", "seen", "2026-03-09T10:00:00Z")
    replay(project)
    assert segments(project, "ana") == []
    (project / "a.flow").write_text(BEFORE + "segment buyers\n    did ordered in last 20 days\n")
    replay(project)
    assert segments(project, "ana") == ["buyers"]
