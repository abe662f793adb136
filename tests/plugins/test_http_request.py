"""``http.request`` against a real web server."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import trustme

from triggerfish.plugins import Call, Refused, Setup, TryLater
from triggerfish.plugins.http import HttpSettings, Request, RequestArguments, RequestResult


class Server(ThreadingHTTPServer):
    daemon_threads = True
    requests: list[tuple[str, str, dict[str, str], bytes]]

    def handle_error(self, request: object, client_address: object) -> None:
        return


class Handler(BaseHTTPRequestHandler):
    server: Server

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append((self.command, self.path, dict(self.headers), body))
        kind = self.path.strip("/").split("?")[0]
        if kind == "slow":
            time.sleep(1)
        if kind == "cut":
            self.connection.close()
            return
        status = int(kind) if kind.isdigit() else 200
        self.send_response(302 if kind in ("file", "round") else status)
        if kind == "file":
            self.send_header("Location", "file:///etc/hostname")
        if kind == "round":
            self.send_header("Location", "/ok")
        if status == 429:
            self.send_header("Retry-After", "120")
        if status == 503:
            self.send_header("Retry-After", self.date_time_string(int(time.time()) + 60))
        text = kind == "latin"
        data = "Grüße".encode("latin-1") if text else json.dumps({"ok": True, "n": [1, 2]}).encode()
        data = b"x" * 3_000_000 if kind == "huge" else b"{broken" if kind == "broken" else data
        self.send_header("Content-Type", "text/plain; charset=latin-1" if text else "application/json")
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(("127.0.0.1", 0), Handler)
    made.requests = []
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


def run(url: str, key: str = "k", settings: HttpSettings | None = None, **arguments: Any) -> RequestResult:
    setup = Setup(Path(), Path())
    call = Call(key, "ana", "f", "s", 0, settings or HttpSettings(), setup)
    return Request().run(RequestArguments.model_validate({"url": url, **arguments}), call)


def at(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.server_port}/{path}"


def test_json_out_and_in(server: Server) -> None:
    result = run(at(server, "x?q=ä b"), "p/1@0", json={"name": "Zoë"}, headers={"X-Number": 5})
    assert (result.status, result.json_) == (200, {"ok": True, "n": [1, 2]})
    method, path, headers, body = server.requests[0]
    assert (method, path) == ("POST", "/x?q=%C3%A4%20b")
    assert json.loads(body) == {"name": "Zoë"}
    assert headers["Content-Type"] == "application/json"
    assert headers["Idempotency-Key"] == "p/1@0"
    assert headers["X-Number"] == "5"


def test_methods_and_bodies(server: Server) -> None:
    run(at(server, "a"))
    run(at(server, "b"), body="Grüße")
    run(at(server, "c"), method="put", body="x", headers={"Content-Type": "text/csv"})
    run(at(server, "d"), "ключ", method="DELETE")
    assert [request[0] for request in server.requests] == ["GET", "POST", "PUT", "DELETE"]
    assert server.requests[1][3] == "Grüße".encode()
    assert server.requests[2][2]["Content-Type"] == "text/csv"
    assert server.requests[3][2]["Idempotency-Key"].isascii()


def test_settings_add_headers(server: Server) -> None:
    run(at(server, "a"), settings=HttpSettings(headers={"Authorization": "Bearer s3cret"}))
    assert server.requests[0][2]["Authorization"] == "Bearer s3cret"


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
def test_refusals_keep_the_answer(server: Server, status: int) -> None:
    with pytest.raises(Refused) as caught:
        run(at(server, str(status)))
    assert caught.value.reason.startswith(str(status))
    assert caught.value.fields["status"] == status
    assert caught.value.fields["json"] == {"ok": True, "n": [1, 2]}


@pytest.mark.parametrize(("status", "after"), [(500, None), (502, None), (429, 120), (503, 60), (408, None)])
def test_what_may_work_later(server: Server, status: int, after: float | None) -> None:
    with pytest.raises(TryLater) as caught:
        run(at(server, str(status)))
    assert caught.value.after == (None if after is None else pytest.approx(after, abs=2))


def test_no_answer(server: Server) -> None:
    for path in ("slow", "cut"):
        with pytest.raises(TryLater):
            run(at(server, path), timeout=0.2)
    with pytest.raises(TryLater, match=r"no answer from 127\.0\.0\.1:9"):
        run("http://127.0.0.1:9/")


@pytest.mark.parametrize("url", ["", "x", "ftp://a.b", "file:///etc/passwd", "http://", "http://a:b:c/", "http://[::1", "http://" + "a" * 70])
def test_what_is_no_web_address(url: str) -> None:
    with pytest.raises((Refused, TryLater)) as caught:
        run(url)
    if not url.startswith("http://aaa"):
        assert isinstance(caught.value, Refused)


def test_redirections_stay_on_the_web(server: Server) -> None:
    assert run(at(server, "round")).status == 200
    with pytest.raises((Refused, TryLater)):
        run(at(server, "file"))


@pytest.mark.parametrize("header", [{"X": "a\r\nY: b"}, {"X\n": "a"}, {"Ü": "a"}])
def test_headers_cannot_bring_others(server: Server, header: dict[str, str]) -> None:
    with pytest.raises(Refused):
        run(at(server, "x"), headers=header)
    assert server.requests == []


def test_texts_and_what_is_not_json(server: Server) -> None:
    assert run(at(server, "latin")).body == "Grüße"
    assert run(at(server, "broken")).json_ is None
    assert len(run(at(server, "huge")).body) == 1_000_000


def test_json_and_body_together_are_refused(server: Server) -> None:
    with pytest.raises(Refused, match="not both"):
        run(at(server, "x"), json={}, body="x")


def test_https_is_checked(server: Server, tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    url = f"https://127.0.0.1:{server.server_port}/x"
    with pytest.raises(TryLater, match="certificate"):
        run(url)
    assert run(url, settings=HttpSettings(ca_file=str(path))).status == 200
