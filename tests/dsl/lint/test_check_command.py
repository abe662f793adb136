"""``check`` shows what the linter finds, in every format, and never fails because of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main

SHOP = """\
event signed_up

topic offers "Offers" for sms

message hello
    sms "Hello"

message other
    sms "Hello again"

flow welcome
    start when signed_up
    again never
    about offers
    repeat 3 times
        send sms hello
        wait 1 day
"""


@pytest.fixture
def check(tmp_path: Path):
    def running(text: str, *options: str) -> Result:
        (tmp_path / "shop.flow").write_text(text)
        return CliRunner().invoke(main, ["check", str(tmp_path), *options])

    return running


def test_text(check):
    result = check(SHOP)
    assert result.exit_code == 0
    assert "shop.flow:8:9: warning[TF616] no flow sends the message `other`\n" in result.stdout
    assert result.stderr == (
        "1 file, 1 flow, 0 tests: no errors, 1 warning\nat worst one person gets in a week: 3 sms (welcome 3)\n"
    )


def test_json(check):
    found = json.loads(check(SHOP, "--format", "json").stdout)
    assert found["ok"] is True
    assert [one["code"] for one in found["diagnostics"]] == ["TF616"]
    assert found["load"] == {
        "per": "person and week",
        "messages": {"sms": 3},
        "after_caps": {"sms": 3},
        "unlimited": [],
        "flows": [
            {"flow": "welcome", "file": "shop.flow", "line": 11, "channel": "sms", "per_run": 3, "entries": 1, "messages": 3}
        ],
    }


def test_other_formats(check):
    assert "::warning file=shop.flow,line=8," in check(SHOP, "--format", "github").stdout
    assert '"TF616"' in check(SHOP, "--format", "sarif").stdout


def test_errors_first(check):
    result = check(SHOP.replace("send sms hello", "send sms helo"), "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [one["code"] for one in found["diagnostics"]] == ["TF106"]
    assert found["load"] is None


def test_allowed(check):
    result = check(SHOP.replace("message other", "message other  # allow TF616: because the shop sends it"))
    assert result.stdout == ""
