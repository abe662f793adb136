"""A real SMTP server on loopback that can be told to misbehave."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as ServerSession

from triggerfish.plugins import Prepared
from triggerfish.plugins.email.channel import EmailContent, EmailSettings
from triggerfish.plugins.email.smtp import SmtpSession


class Sink:
    """Keeps mails; ``mail``, ``rcpt`` and ``data`` are replies to give, or ``drop``, or a number of seconds to be slow."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.peers: set[Any] = set()
        self.mail: str | float | None = None
        self.rcpt: str | float | None = None
        self.data: str | float | None = None
        self.greeted = 0

    @property
    def raw(self) -> list[bytes]:
        return [bytes(one.original_content or b"") for one in self.envelopes]

    async def handle_EHLO(
        self, server: SMTP, session: ServerSession, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: ServerSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._do(server, self.mail)
        if reply is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: ServerSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._do(server, self.rcpt)
        if reply is None:
            envelope.rcpt_tos.append(address)
        return reply or "250 OK"

    async def handle_DATA(self, server: SMTP, session: ServerSession, envelope: Envelope) -> str:
        reply = await self._do(server, self.data)
        if reply is None or self.data == "drop":
            self.peers.add(session.peer)
            self.envelopes.append(envelope)
        return reply or "250 OK"

    async def _do(self, server: SMTP, behaviour: str | float | None) -> str | None:
        if behaviour == "drop":
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 never seen"
        if isinstance(behaviour, (int, float)):
            await asyncio.sleep(behaviour)
            return None
        return behaviour


class Station(Controller):
    def __init__(self, sink: Sink, **options: Any) -> None:
        self.utf8: bool = options.pop("utf8", True)
        self.options = options
        super().__init__(sink, hostname="127.0.0.1", port=0, ssl_context=options.pop("ssl_context", None))

    def factory(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a login without TLS: on loopback nobody listens
            return SMTP(self.handler, enable_SMTPUTF8=self.utf8, hostname="sink", **self.options)

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def start(sink: Sink) -> Iterator[Callable[..., Station]]:
    running: list[Station] = []

    def begin(**options: Any) -> Station:
        station = Station(sink, **options)
        station.start()
        running.append(station)
        return station

    yield begin
    for station in running:
        station.stop(no_assert=True)


@pytest.fixture
def connect() -> Iterator[Callable[..., SmtpSession]]:
    sessions: list[SmtpSession] = []

    def make(port: int, **settings: Any) -> SmtpSession:
        clock = settings.pop("clock", None)
        given = {"provider": "smtp", "host": "127.0.0.1", "port": port, "security": "none", "timeout": 5, **settings}
        model = EmailSettings.model_validate(given)
        session = SmtpSession(model, clock) if clock else SmtpSession(model)
        sessions.append(session)
        return session

    yield make
    for session in sessions:
        session.close()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificates(authority: trustme.CA, tmp_path: Path) -> tuple[ssl.SSLContext, str]:
    """The server's context and a file with the authority that vouches for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return context, str(path)


@pytest.fixture
def letter() -> Callable[..., Prepared[EmailContent]]:
    def make(key: str = "k1", **changes: Any) -> Prepared[EmailContent]:
        content = {"subject": "Hello", "body": "<p>Hello</p>", **changes.pop("content", {})}
        values: dict[str, Any] = {
            "key": key,
            "person": "ana",
            "address": "ana@example.com",
            "content": EmailContent(**content),
            "message": "hello",
            "flow": "greeting",
            "step": "send",
            "at": 1_767_225_600_000,
            "topic": "news",
            "topic_label": "News",
            "sender": "Acme <hello@acme.example>",
            "postal_address": "1 Rue X, 75001 Paris",
            "unsubscribe": "https://acme.example/u/abc.def",
            **changes,
        }
        return Prepared(**values)

    return make


@pytest.fixture
def login() -> dict[str, Any]:
    """Options of a server that wants a login."""

    def check(server: SMTP, session: ServerSession, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = data.login == b"acme" and data.password == b"s3cret"
        return AuthResult(success=good, handled=good)

    return {"authenticator": check, "auth_required": True, "auth_require_tls": False}
