"""The contract of triggerfish, and what is particular to this plugin, against a real web server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from triggerfish_webhook import plugin
from triggerfish_webhook.action import CallWebhook
from triggerfish_webhook.channel import Webhook
from triggerfish_webhook.post import WebhookSettings, post

from triggerfish.plugins import Failed, Later
from triggerfish.plugins.contract import action_contract, channel_contract, plugin_contract


class Receiver(ThreadingHTTPServer):
    """Keeps what was posted, one document a key."""

    daemon_threads = True
    documents: dict[str, dict[str, object]]
    status = 200


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.status < 300:
            self.server.documents.setdefault(self.headers["Idempotency-Key"], json.loads(body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


SERVER = Receiver(("127.0.0.1", 0), Handler)
SERVER.documents = {}
SETTINGS = {"url": f"http://127.0.0.1:{SERVER.server_port}/in", "secret": "s3cret"}


@pytest.fixture(autouse=True)
def receiver() -> Iterator[Receiver]:
    SERVER.documents.clear()
    SERVER.status = 200
    thread = threading.Thread(target=SERVER.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield SERVER
    SERVER.shutdown()
    thread.join()


def count(_: Path) -> int:
    return len(SERVER.documents)


TestPlugin = plugin_contract(plugin)
TestWebhook = channel_contract(Webhook(), address="u-1", content={"text": "Hello"}, settings=SETTINGS, received=count)
TestCall = action_contract(CallWebhook(), arguments={"subject": "Hello", "value": 5}, settings=SETTINGS)


def test_what_arrives(receiver: Receiver) -> None:
    post(WebhookSettings(**SETTINGS), "k", {"text": "Grüße"})
    assert list(receiver.documents.values()) == [{"text": "Grüße"}]


@pytest.mark.parametrize(("status", "kind"), [(500, Later), (429, Later), (404, Failed), (410, Failed)])
def test_what_answers_mean(receiver: Receiver, status: int, kind: type) -> None:
    receiver.status = status
    assert isinstance(post(WebhookSettings(**SETTINGS), "k", {}), kind)


def test_nobody_there() -> None:
    settings = WebhookSettings(url="http://127.0.0.1:9/", timeout=1)
    outcome = post(settings, "k", {})
    assert isinstance(outcome, Later)
    assert outcome.unreachable
