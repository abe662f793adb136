"""Every built-in plugin keeps the contract that other people's plugins have to keep."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Keep
from pydantic import BaseModel, Field

from triggerfish.plugins import email, http, log, push, sms
from triggerfish.plugins.channel import Channel, Nothing, Setup
from triggerfish.plugins.contract import action_contract, channel_contract, plugin_contract
from triggerfish.plugins.email.channel import Email
from triggerfish.plugins.record import Recording


class Echo(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps({"got": body.decode()}).encode())

    def log_message(self, *args: object) -> None:
        return


class Mailbox(Keep):
    count = 0

    def handle_message(self, message: object) -> None:
        Mailbox.count += 1


class Station(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


WEB = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
MAIL = Station(Mailbox(), hostname="127.0.0.1", port=0)


@pytest.fixture(scope="module", autouse=True)
def servers() -> Iterator[None]:
    thread = threading.Thread(target=WEB.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    MAIL.start()
    yield
    MAIL.stop()
    WEB.shutdown()
    WEB.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def empty() -> None:
    Mailbox.count = 0


def lines(name: str, folder: Path) -> int:
    path = folder / "outbox" / name
    return len(path.read_text().splitlines()) if path.exists() else 0


def eml(folder: Path) -> int:
    return len(list((folder / "outbox").glob("*.eml")))


def smtp(_: Path) -> dict[str, object]:
    return {"provider": "smtp", "host": "127.0.0.1", "port": MAIL.port, "security": "none"}


MAIL_CONTENT = {"subject": "Hello", "body": "<p>Hello <b>you</b></p>", "preview": "Hi"}

TestEmailPlugin = plugin_contract(email.plugin)
TestSmsPlugin = plugin_contract(sms.plugin)
TestPushPlugin = plugin_contract(push.plugin)
TestHttpPlugin = plugin_contract(http.plugin)
TestLogPlugin = plugin_contract(log.plugin)

TestEmailFile = channel_contract(Email(), address="ana@example.com", content=MAIL_CONTENT, received=eml)
TestEmailSmtp = channel_contract(
    Email(), address="ana@example.com", content=MAIL_CONTENT, settings=smtp, received=lambda _: Mailbox.count
)
TestSms = channel_contract(
    sms.Sms(), address="+33123456789", content={"body": "Hello"}, received=lambda folder: lines("sms.jsonl", folder)
)
TestPush = channel_contract(
    push.Push(),
    address="token",
    content={"title": "Hello", "body": "You", "link": "https://acme.example"},
    received=lambda folder: lines("push.jsonl", folder),
)
TestRequest = action_contract(
    http.Request(), arguments={"url": f"http://127.0.0.1:{WEB.server_port}/x", "json": {"a": 1}, "method": "POST"}
)
TestWrite = action_contract(log.Write(), arguments={"message": "Hello", "level": "info"})


class ShortContent(BaseModel):
    """What a display of twenty signs can show."""

    text: str = Field(description="What is shown", max_length=20)


class Display(Channel[Nothing, ShortContent]):
    """A channel whose content has a bound: the runtime does not bring it a longer text."""

    name = "display"
    plural = "displays"
    address = "phone"
    address_type = "phone"
    short = "text"
    Content = ShortContent
    Settings = Nothing

    def open(self, settings: Nothing, setup: Setup) -> Recording:
        return Recording(setup.outbox / "display.jsonl")


def test_texts_the_content_refuses_are_no_clause(tmp_path: Path) -> None:
    suite = channel_contract(Display(), address="+33123456789", content={"text": "Hello"})
    suite().test_any_text_is_an_outcome(tmp_path)
