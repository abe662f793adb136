"""``explain`` tells every decision, with its reason and its line."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from triggerfish.runtime.cli import main

PROGRAM = """
profile
    plan  text

event begin
event other
event nudged

topic offers "Offers" for email
topic texts "Texts" opt-in for sms

message hi
    email
        subject "{{ content.line }}"
        body "hi"
    sms "hi"

content line
    short "Hi" if plan is known
    otherwise "Hello"

policy
    timezone "UTC"
    at most 1 email per day
    quiet hours 9:00 to 18:00 for sms
    sender "Acme <hello@acme.example>"
    postal address "1 Rue X, Paris"

flow decides
    start when begin where plan is unknown
    only if did not other ever
    again never
    about offers

    if plan is "pro"
        exit "a pro"
    else
        choose best offer
            path first_one
                +3 if plan is unknown
            otherwise
    split tone
        50% calm
        50% loud
    send email hi
    send email hi
    send sms hi about texts
    send sms hi transactional
    send sms hi about offers_by_text
    wait 2 days

topic offers_by_text "Offers by text" for sms
"""


def invoke(*arguments: object) -> str:
    result = CliRunner().invoke(main, [str(each) for each in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The entries of an explanation, in their order."""
    shop = tmp_path_factory.mktemp("shop")
    (shop / "shop.flow").write_text(PROGRAM)
    at = "2026-03-02T10:00:00Z"
    invoke("identify", "ana", "email=ana@example.com", "phone=+33123456789", "--at", at, "-C", shop)
    for event in ("begin", "begin"):
        invoke("track", "ana", event, "--at", at, "-C", shop)
    invoke("run", shop, "--clock", "events")
    document = json.loads(invoke("explain", "ana", "decides", shop, "--format", "json"))
    assert document["person"] == "ana"
    entries: list[dict[str, str]] = document["entries"]
    return entries


@pytest.mark.parametrize(
    ("kind", "step", "why"),
    [
        ("entered", "", "entered decides"),
        ("refused", "", "inside already"),
        ("branch", "if plan", "else"),
        ("branch", "offer", "first_one"),
        ("branch", "tone", "loud"),
        ("sent", "send email hi", "handed over"),
        ("suppressed", "send email hi", "1 email per day"),
        ("suppressed", "send sms hi about texts", "consent"),
        ("sent", "send sms hi transactional", "handed over"),
        ("held", "send sms hi about offers_by_text", "quiet hours"),
    ],
)
def test_every_decision_is_told(told: list[dict[str, str]], kind: str, step: str, why: str) -> None:
    """
    > Every entry, refusal, branch, choice, assignment, suppression, cap and delay is recorded with its reasons; `triggerfish explain`
    > tells them for any person.
    """
    found = [each for each in told if each["kind"] == kind and step in each["step"]]
    assert any(why in each["why"] for each in found), "\n".join(map(str, told))
    assert all(each["file"] == "shop.flow" and each["line"] for each in found if each["kind"] != "refused")
