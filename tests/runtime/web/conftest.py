"""A project, its store, and the service over a real socket."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from triggerfish.dsl.project import load
from triggerfish.plugins.manager import load_plugins
from triggerfish.runtime.links.tokens import Mail, Tokens
from triggerfish.runtime.settings.web import WebSettings
from triggerfish.runtime.store.events import Logged
from triggerfish.runtime.store.store import Store
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.server import serving

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NOON = 1_772_452_800_000
SECRET = "a secret of the hook"

FLOWS = """\
event nps_answered
    score  number
    who    text

event order_shipped
    order_id  text
    weight    number

event price_dropped for everyone
    product_id  text
    price       number

topic news "The news" for email, confirmed opt-in for sms
topic weekly "Weekly letter" confirmed opt-in for email

policy
    sender "Acme <hello@acme.example>"
    utm source "newsletter", medium "email"

message letter
    email
        subject "Hello"
        body "[Shop](https://shop.example/cart)"

flow shipping
    start by webhook order_shipped
    about news
    send email letter
"""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class FixedClock:
    moment: int = NOON

    def now(self) -> int:
        return self.moment


@dataclass
class Site:
    """``ask`` speaks HTTP with the service while it is up; ``events`` are what was stored, once it is down."""

    store: Store
    desk: Desk
    clock: FixedClock
    notices: list[str]
    file: Path
    address: str = ""
    mail: Mail = field(default_factory=lambda: Mail("ana", "/1/send:1/1", "email", "letter", "shipping", "send:1", "news"))

    @contextmanager
    def up(self) -> Iterator[None]:
        with serving(self.desk, "127.0.0.1", 0) as self.address:
            yield

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Without the database's file; clicks that are held meanwhile are tried again at the end."""
        away = self.file.with_suffix(".away")
        self.file.rename(away)
        try:
            yield
        finally:
            away.rename(self.file)

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        sent = {"User-Agent": BROWSER, "Accept-Language": "fr"}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        try:
            connection.request(method, path, body, {name: value for name, value in sent.items() if value is not None})
            answer = connection.getresponse()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: bytes | None = None, **headers: str) -> Answer:
        return self.ask("POST", path, body, **headers)

    def hook(self, name: str, document: Any, **headers: str) -> Answer:
        sent = {"Authorization": f"Bearer {SECRET}", "Content_Type": "application/json", **headers}
        return self.post(f"/hooks/{name}", json.dumps(document).encode(), **sent)

    def events(self, person: str = "ana") -> list[Logged]:
        return self.store.events.of_person(person)

    def names(self, person: str = "ana") -> list[str]:
        return [each.input.name for each in self.events(person)]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes a site from flows and settings; ``burst_seconds`` is 0 unless a burst is what is tried."""
    opened: list[Store] = []

    def make(flows: str = FLOWS, *, burst_seconds: float = 0, **settings: Any) -> Site:
        (tmp_path / "case.flow").write_text(flows)
        loaded = load(tmp_path, load_plugins().catalog())
        assert loaded.program is not None
        assert [each for each in loaded.diagnostics if each.severity == "error"] == []
        store = Store(f"sqlite:///{tmp_path}/test.db")
        opened.append(store)
        given = {"hooks": {"order_shipped": SECRET, "price_dropped": SECRET}, **settings}
        clock, notices = FixedClock(), []
        tokens = Tokens([b"a key of the tests"])
        web = WebSettings.model_validate(given)
        desk = Desk(store, loaded.program, web, tokens, clock, notices.append, burst_seconds=burst_seconds)  # type: ignore[arg-type]
        return Site(store, desk, clock, notices, tmp_path / "test.db")

    yield make
    for store in opened:
        store.close()


def links_in(text: str) -> list[str]:
    """The links of the service in a mail's text, without their host."""
    return re.findall(r"https?://links\.example(/[a-z]+/[\w-]+)", text)
