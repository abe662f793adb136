"""The whole way: a mail goes out, somebody follows its links, and their flow goes on."""

from __future__ import annotations

import email
import email.policy
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from triggerfish.runtime.cli import main
from triggerfish.runtime.cli.service import service
from triggerfish.runtime.cli.workspace import Workspace

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
FLOWS = """\
event signed_up

event nps_answered
    score  number

event order_shipped
    order_id  text

topic news "The news" for email
topic weekly "Weekly letter" confirmed opt-in for email

policy
    sender "Acme <hello@acme.example>"
    postal address "1 Rue X, 75001 Paris"
    utm source "newsletter", medium "email"

message welcome
    email
        subject "Welcome"
        body "[Shop](https://shop.example/cart) [Nine]({{ 'nps_answered' | record_link: score: 9 }}) [Yes]({{ 'weekly' | confirm_link }})"

flow greeting
    start when signed_up
    about news

    send email welcome
    wait up to 2 days for email_clicked where link is "https://shop.example/cart" as click
    if click.happened
        set language to "fr"
    wait up to 2 days for nps_answered where score >= 9 as answer
    if answer.happened
        exit "glad"

flow confirmed
    start when confirms weekly by email
    exit "confirmed"

flow shipped
    start by webhook order_shipped
    exit "shipped"
"""


def run(*words: object) -> Result:
    done = CliRunner().invoke(main, [str(word) for word in words])
    assert done.exit_code == 0, done.stdout + done.stderr
    return done


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    (tmp_path / "shop.flow").write_text(FLOWS)
    (tmp_path / "triggerfish.toml").write_text(
        '[web]\npublic_url = "https://links.example/"\n\n[web.hooks]\norder_shipped = "a secret of the hook"\n'
    )
    return tmp_path


def mailed(shop: Path) -> email.message.EmailMessage:
    [file] = (shop / ".triggerfish" / "outbox").glob("*.eml")
    found = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(found, email.message.EmailMessage)
    return found


def ask(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> int:
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    connection.request(method, path, body, {"User-Agent": BROWSER, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def story(shop: Path) -> list[tuple[str, str]]:
    entries = json.loads(run("explain", "ana", shop, "--format", "json").stdout)["entries"]
    return [(entry["kind"], entry["why"]) for entry in entries]


def test_a_mail_is_followed_and_the_flow_goes_on(shop: Path) -> None:
    run("identify", "ana", "email=ana@shop.example", "-C", shop)
    run("track", "ana", "signed_up", "-C", shop)
    run("run", shop, "--until-idle")
    mail = mailed(shop)
    html = mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
    links = {purpose: path for path, purpose in re.findall(r'https://links\.example(/(\w+)/[\w-]+)"', html)}
    assert set(links) == {"c", "r", "confirm", "u", "o"}
    assert "ana" not in "".join(links.values())
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    [one_click] = re.findall(r"<https://links\.example(/u/[\w-]+)>", mail["List-Unsubscribe"])
    assert one_click == links["u"]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "https://shop.example/cart?utm_source=newsletter&utm_medium=email&utm_campaign=greeting&utm_content=welcome" in text

    workspace = Workspace(shop)
    with workspace.store() as store, service(workspace, store, None, 0) as address:
        assert ask(address, "GET", links["o"]) == 200
        assert ask(address, "GET", links["c"]) == 302
    run("run", shop, "--until-idle")
    assert json.loads(run("people", "show", "ana", shop, "--format", "json").stdout)["profile"]["language"] == "fr"
    with workspace.store() as store, service(workspace, store, None, 0) as address:
        assert ask(address, "POST", links["r"]) == 200
        assert ask(address, "POST", links["confirm"]) == 200
        assert ask(address, "POST", links["u"], b"List-Unsubscribe=One-Click") == 200
        secret = {"Authorization": "Bearer a secret of the hook"}
        assert ask(address, "POST", "/hooks/order_shipped", b'{"person": "ana", "order_id": "A1"}', **secret) == 200
    run("run", shop, "--until-idle")
    assert json.loads(run("status", shop, "--format", "json").stdout)["flows"]["greeting"]["inside"] == 0
    told = story(shop)
    reasons = " ".join(why for kind, why in told if kind == "exited")
    assert all(reason in reasons for reason in ("glad", "confirmed", "shipped"))
    consents = [why for kind, why in told if kind == "consent"]
    assert len(consents) == 2


def test_up_serves_and_runs_until_it_is_told_to_stop(shop: Path) -> None:
    up = subprocess.Popen(
        [sys.executable, "-m", "triggerfish.runtime.cli", "up", str(shop), "--port", "0"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert up.stderr is not None
    address = ""
    for line in up.stderr:
        if "answering on" in line:
            address = re.findall(r"http://[^\s,;]+", line)[0]
        if "running" in line:
            break
    secret = {"Authorization": "Bearer a secret of the hook"}
    try:
        assert ask(address, "GET", "/ready") == 200
        assert ask(address, "POST", "/hooks/order_shipped", b'{"person": "ana", "order_id": "A1"}', **secret) == 200
    finally:
        up.send_signal(signal.SIGTERM)
        rest = up.communicate(timeout=60)[1]
    assert up.returncode == 0
    assert re.fullmatch(r"\S+Z info    stopping after the batch at hand\n", rest)
    run("run", shop, "--until-idle")
    assert any("shipped" in why for _, why in story(shop))


def test_serve_says_what_cannot_work(shop: Path) -> None:
    (shop / "triggerfish.toml").write_text('[web.hooks]\norder_shiped = "a secret of the hook"\n')
    with subprocess.Popen(
        [sys.executable, "-m", "triggerfish.runtime.cli", "serve", str(shop), "--port", "0"], stderr=subprocess.PIPE, text=True
    ) as serve:
        assert serve.stderr is not None
        said = [serve.stderr.readline() for _ in range(3)]
        port = re.findall(r":(\d+);", said[2])[0]
        taken = CliRunner().invoke(main, ["serve", str(shop), "--port", port])
        serve.send_signal(signal.SIGTERM)
        assert serve.wait(60) == 0
    assert "order_shiped is the name of no event" in said[0]
    assert "order_shipped has no secret" in said[1]
    assert "without public_url in [web] no link leads here" in said[2]
    assert taken.exit_code == 2
    assert f"127.0.0.1:{port} cannot be used" in taken.stderr


def test_the_extra_is_named_where_it_is_missing(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    monkeypatch.delitem(sys.modules, "triggerfish.runtime.web.server", raising=False)
    served = CliRunner().invoke(main, ["serve", str(shop), "--port", "0"])
    assert served.exit_code == 2
    assert 'pip install "triggerfish[web]"' in served.stderr


def test_links_name_the_extra_too(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.ciphers.aead", None)
    ran = CliRunner().invoke(main, ["run", str(shop), "--once"])
    assert ran.exit_code == 2
    assert 'pip install "triggerfish[web]"' in ran.stderr


def test_a_message_that_needs_the_service_does_not_go_out_without_it(shop: Path) -> None:
    (shop / "triggerfish.toml").unlink()
    run("identify", "ana", "email=ana@shop.example", "-C", shop)
    run("track", "ana", "signed_up", "-C", shop)
    ran = run("run", shop, "--until-idle")
    assert "warning: welcome has links that the web service answers" in ran.stderr
    [failed] = json.loads(run("status", shop, "--format", "json").stdout)["failed"]
    assert "“record_link” needs the web service: set public_url in the section [web]" in failed["reason"]
