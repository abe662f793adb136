"""Who receives: a mail server, which takes every mail it is given, and a web server, which takes each key once."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from aiosmtpd.controller import Controller

SECONDS = 0.004
"""How long each of them takes over a message, so that a kill may fall before, in or after it."""


class Received:
    """What has arrived. ``faults`` are things that must not be."""

    def __init__(self) -> None:
        self.mails: Counter[str] = Counter()
        self.requests: Counter[str] = Counter()
        self.taken: dict[str, str] = {}
        self.faults: list[str] = []
        self._lock = threading.Lock()

    def take_mail(self, subject: str) -> None:
        """One mail, told by its subject."""
        with self._lock:
            self.mails[subject] += 1

    def take_request(self, key: str, what: str) -> None:
        """One request; only the first with its key counts."""
        with self._lock:
            self.requests[key] += 1
            if self.taken.setdefault(key, what) != what:
                self.faults.append(f"key {key} came with {what} and with {self.taken[key]}")

    @property
    def number(self) -> int:
        """How many different messages have arrived."""
        return len(self.mails) + len(self.taken)

    @property
    def repeated(self) -> int:
        """How many requests were known by their key, and dropped."""
        return sum(self.requests.values()) - len(self.requests)


class _Mail:
    def __init__(self, received: Received) -> None:
        self._received = received

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self._received.take_mail(str(mail["Subject"]))
        await asyncio.sleep(SECONDS)
        return "250 OK"


class _Station(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _handler(received: Received) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.take_request(self.headers["Idempotency-Key"], f"{self.path} {body.decode()}")
            time.sleep(SECONDS)
            answer = json.dumps({"taken": True}).encode()
            try:
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
            except OSError:
                return  # who asked has been killed

        def log_message(self, *_: object) -> None:
            pass

    return Handler


class _Web(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, *_: object) -> None:
        """Who asked has been killed."""


class Receivers:
    """Both servers, on free ports, while the context lasts."""

    def __init__(self) -> None:
        self.received = Received()
        self._station = _Station(_Mail(self.received), hostname="127.0.0.1", port=0)
        self._web = _Web(("127.0.0.1", 0), _handler(self.received))

    def __enter__(self) -> Self:
        self._station.start()
        threading.Thread(target=self._web.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._station.stop(no_assert=True)
        self._web.shutdown()
        self._web.server_close()

    @property
    def mail_port(self) -> int:
        """Where mail is taken."""
        return int(self._station.port)

    @property
    def url(self) -> str:
        """Where requests are taken."""
        return f"http://127.0.0.1:{self._web.server_address[1]}"
