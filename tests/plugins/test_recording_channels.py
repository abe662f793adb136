"""What is only written down: one line a key, whoever writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from triggerfish.plugins import Failed, Later, Prepared, Sent
from triggerfish.plugins.record import Recording
from triggerfish.plugins.sms import SmsContent


def message(key: str, **changes: Any) -> Prepared[SmsContent]:
    values: dict[str, Any] = {
        "key": key, "person": "ana", "address": "+331", "content": SmsContent(body="Grüße"), "message": "m", "flow": "f",
        "step": "s", "at": 5, **changes,
    }  # fmt: skip
    return Prepared(**values)


def test_a_line_says_all(tmp_path: Path) -> None:
    path = tmp_path / "outbox" / "sms.jsonl"
    assert Recording(path).send(message("k")) == Sent("k")
    assert json.loads(path.read_text()) == {
        "key": "k", "person": "ana", "to": "+331", "message": "m", "flow": "f", "at": 5, "content": {"body": "Grüße"},
    }  # fmt: skip


def test_two_writers_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "sms.jsonl"
    one, other = Recording(path), Recording(path)
    for recording in (one, other, one, Recording(path)):
        for key in ("a", "b"):
            assert recording.send(message(key)) == Sent(key)
    one.send(message("c"))
    other.send(message("c"))
    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == ["a", "b", "c"]


def test_a_line_cut_short_by_a_crash_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "sms.jsonl"
    Recording(path).send(message("a"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole.replace(b'"a"', b'"b"')[:25])
    Recording(path).send(message("b"))
    lines = path.read_bytes().splitlines()
    assert len(lines) == 3
    assert json.loads(lines[0])["key"] == "a"
    assert json.loads(lines[2])["key"] == "b"


def test_what_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    outcome = Recording(tmp_path / "file" / "sms.jsonl").send(message("a"))
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    assert isinstance(Recording(tmp_path / "x").send(message("a", address=" ")), Failed)
