"""Real SMTP conversations: what goes over the wire, and what each answer comes to."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from triggerfish.plugins import Failed, Later, Outcome, Sent, Unknown

Start = Callable[..., Any]
Connect = Callable[..., Any]
Make = Callable[..., Any]


def defects(mail: Any) -> list[object]:
    """All that the standard library finds wrong with a mail, its headers and its parts."""
    found: list[object] = list(mail.defects)
    found += [defect for value in mail.values() for defect in getattr(value, "defects", ())]
    for part in mail.iter_parts() if mail.is_multipart() else ():
        found += defects(part)
    return found


def test_a_mail_arrives_without_defects(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start().port)
    outcome = session.send(letter(content={"subject": "Grüße aus Zürich 🎉", "body": "<p>Schöne Grüße, <b>日本</b></p>"}))
    assert isinstance(outcome, Sent)
    mail = email.message_from_bytes(sink.raw[0], policy=email.policy.default)
    assert defects(mail) == []
    assert mail["Subject"] == "Grüße aus Zürich 🎉"
    assert mail["Message-ID"] == outcome.id
    assert mail["Date"].datetime.isoformat() == "2026-01-01T00:00:00+00:00"
    assert mail["List-Unsubscribe"].startswith("<https://acme.example/u/abc.def>")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("html",)).get_content().startswith("<p>Schöne Grüße, <b>日本</b></p>")
    assert mail.get_body(("plain",)).get_content().startswith("Schöne Grüße, 日本")
    assert sink.envelopes[0].mail_from == "hello@acme.example"
    assert sink.envelopes[0].rcpt_tos == ["ana@example.com"]


def test_one_connection_carries_many_mails(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start().port)
    for number in range(20):
        assert isinstance(session.send(letter(f"k{number}")), Sent)
    assert len(sink.envelopes) == 20
    assert len(sink.peers) == 1


def test_lines_that_begin_with_a_dot_survive(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start().port)
    session.send(letter(content={"text": ".\n..two\n.end", "body": ".<p>x</p>\n.\n"}))
    mail = email.message_from_bytes(sink.raw[0], policy=email.policy.default)
    assert mail.get_body(("plain",)).get_content().startswith(".\r\n..two\r\n.end\r\n")
    assert isinstance(session.send(letter("k2")), Sent)


def test_a_connection_is_made_anew_after_its_share(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start().port, per_connection=2)
    for number in range(5):
        assert isinstance(session.send(letter(f"k{number}")), Sent)
    assert len(sink.peers) == 3


def test_a_connection_that_died_while_idle_is_replaced(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    time = [0.0]
    session = connect(start().port, clock=lambda: time[0], idle=10)
    assert isinstance(session.send(letter("k1")), Sent)
    session.connection.sock.shutdown(socket.SHUT_RDWR)
    time[0] = 100
    assert isinstance(session.send(letter("k2")), Sent)
    # And where nobody waited long enough to ask first:
    session.connection.sock.shutdown(socket.SHUT_RDWR)
    assert isinstance(session.send(letter("k3")), Sent)
    assert len(sink.envelopes) == 3


# --- safe lines --------------------------------------------------------------------------------


def test_starttls_with_login(
    sink: Any, start: Start, connect: Connect, letter: Make, certificates: tuple[ssl.SSLContext, str], login: dict[str, Any]
) -> None:
    context, authority = certificates
    station = start(tls_context=context, require_starttls=True, **login)
    session = connect(station.port, security="starttls", ca_file=authority, username="acme", password="s3cret")
    assert isinstance(session.send(letter()), Sent)
    assert len(sink.envelopes) == 1


def test_tls_from_the_start(
    sink: Any, start: Start, connect: Connect, letter: Make, certificates: tuple[ssl.SSLContext, str]
) -> None:
    context, authority = certificates
    station = start(ssl_context=context)
    session = connect(station.port, security="tls", ca_file=authority)
    assert isinstance(session.send(letter()), Sent)
    assert len(sink.envelopes) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_stranger_certificate_is_refused(
    sink: Any, start: Start, connect: Connect, letter: Make, certificates: tuple[ssl.SSLContext, str], security: str
) -> None:
    context, _ = certificates
    station = start(tls_context=context) if security == "starttls" else start(ssl_context=context)
    outcome = connect(station.port, security=security).send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    assert "safe line" in outcome.reason
    assert sink.envelopes == []


def test_a_server_without_starttls_gets_nothing(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    outcome = connect(start().port, security="starttls").send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    assert sink.envelopes == []


def test_a_refused_login_concerns_the_server(
    start: Start, connect: Connect, letter: Make, login: dict[str, Any]
) -> None:
    outcome = connect(start(**login).port, username="acme", password="wrong").send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    assert "refuses the login" in outcome.reason
    assert "wrong" not in outcome.reason


def test_a_missing_login_concerns_the_server(start: Start, connect: Connect, letter: Make, login: dict[str, Any]) -> None:
    outcome = connect(start(**login).port).send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable


# --- answers ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "reply", "expected"),
    [
        ("rcpt", "550 5.1.1 no such user", Failed("", bounced=True)),
        ("rcpt", "550 no such user", Failed("", bounced=True)),
        ("rcpt", "551 moved", Failed("", bounced=True)),
        ("rcpt", "553 5.1.3 bad syntax", Failed("", bounced=True)),
        ("rcpt", "554 5.1.2 no such domain", Failed("", bounced=True)),
        ("rcpt", "550 5.7.1 blocked: spam", Failed("")),
        ("rcpt", "552 5.2.2 mailbox full", Failed("")),
        ("rcpt", "554 go away", Failed("")),
        ("rcpt", "451 4.7.1 greylisted", Later("", deferred=True)),
        ("rcpt", "450 4.2.0 busy", Later("", deferred=True)),
        ("rcpt", "421 shutting down", Later("", unreachable=True)),
        ("mail", "550 5.7.1 not you", Failed("")),
        ("mail", "452 too much", Later("", deferred=True)),
        ("mail", "530 5.7.0 log in first", Later("", unreachable=True)),
        ("data", "554 5.6.0 looks like spam", Failed("")),
        ("data", "550 5.1.1 no such user after all", Failed("", bounced=True)),
        ("data", "451 try later", Later("", deferred=True)),
    ],
)
def test_what_refusals_mean(
    sink: Any, start: Start, connect: Connect, letter: Make, phase: str, reply: str, expected: Outcome
) -> None:
    session = connect(start().port)
    setattr(sink, phase, reply)
    outcome = session.send(letter())
    assert type(outcome) is type(expected)
    assert reply in outcome.reason
    for part in ("bounced", "deferred", "unreachable"):
        assert getattr(outcome, part, None) == getattr(expected, part, None)
    setattr(sink, phase, None)
    assert isinstance(session.send(letter("k2")), Sent), "the next mail is not held up"
    assert len(sink.envelopes) == 1


def test_nobody_there(connect: Connect, letter: Make) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    outcome = connect(port).send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    assert f"127.0.0.1:{port}" in outcome.reason


@pytest.mark.parametrize("phase", ["mail", "rcpt"])
def test_lost_before_the_mail_was_handed_over(
    sink: Any, start: Start, connect: Connect, letter: Make, phase: str
) -> None:
    session = connect(start().port)
    setattr(sink, phase, "drop")
    outcome = session.send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    setattr(sink, phase, None)
    assert isinstance(session.send(letter()), Sent)


def test_lost_after_the_mail_was_handed_over_is_unknown(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start().port)
    assert isinstance(session.send(letter("k0")), Sent)
    sink.data = "drop"
    outcome = session.send(letter("k1"))
    assert isinstance(outcome, Unknown), "on a kept connection too: it is never handed over a second time"
    assert len(sink.envelopes) == 2


def test_too_slow_before_and_after(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start().port, timeout=0.3)
    sink.rcpt = 1.0
    assert isinstance(session.send(letter()), Later)
    sink.rcpt, sink.data = None, 1.0
    assert isinstance(session.send(letter()), Unknown)


@contextmanager
def scripted(*replies: bytes) -> Iterator[int]:
    """A server that says these lines, one after each line it hears, and hangs up."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        line, _ = server.accept()
        with line, line.makefile("rb") as heard:
            line.sendall(replies[0])
            for reply in replies[1:]:
                if not heard.readline():
                    return
                line.sendall(reply)

    thread = threading.Thread(target=serve)
    thread.start()
    yield server.getsockname()[1]
    server.close()
    thread.join(5)


def test_a_server_that_talks_nonsense(connect: Connect, letter: Make) -> None:
    with scripted(b"nonsense\r\n") as port:
        outcome = connect(port).send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    with scripted(b"554 no service here\r\n") as port:
        outcome = connect(port).send(letter())
    assert isinstance(outcome, Later)
    assert "554" in outcome.reason


def test_lost_in_the_middle_of_the_data(connect: Connect, letter: Make) -> None:
    """The dot at the end was not sent, so no server keeps the mail."""
    big = letter(content={"body": "<p>" + "x" * 30_000_000, "text": "x"})
    with scripted(b"220 hi\r\n", b"250 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go on\r\n") as port:
        outcome = connect(port).send(big)
    assert isinstance(outcome, Later)


# --- other alphabets ----------------------------------------------------------------------------


def test_domains_in_other_alphabets(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start(utf8=False).port)
    outcome = session.send(letter(address="Jürgen <j@straße.example>", sender="Zoë Müller, Acme <zoe@bücher.example>"))
    assert isinstance(outcome, Sent)
    assert sink.envelopes[0].rcpt_tos == ["j@xn--strae-oqa.example"]
    mail = email.message_from_bytes(sink.raw[0], policy=email.policy.default)
    assert defects(mail) == []
    assert mail["From"].addresses[0].display_name == "Zoë Müller, Acme"
    assert mail["From"].addresses[0].addr_spec == "zoe@xn--bcher-kva.example"
    assert outcome.id.endswith("@xn--bcher-kva.example>")


def test_mailboxes_in_other_alphabets(sink: Any, start: Start, connect: Connect, letter: Make) -> None:
    session = connect(start(utf8=True).port)
    assert isinstance(session.send(letter(address="jürgen@example.com")), Sent)
    assert sink.envelopes[0].rcpt_tos == ["jürgen@example.com"]
    assert sink.envelopes[0].smtp_utf8
    assert isinstance(session.send(letter("k2")), Sent)
    assert not sink.envelopes[1].smtp_utf8, "asked for only when needed"


def test_mailboxes_in_other_alphabets_need_a_server_that_can(
    sink: Any, start: Start, connect: Connect, letter: Make
) -> None:
    session = connect(start(utf8=False).port)
    outcome = session.send(letter(address="jürgen@example.com"))
    assert isinstance(outcome, Failed)
    assert "SMTPUTF8" in outcome.reason
    assert isinstance(session.send(letter("k2")), Sent)


def test_a_line_break_in_an_address_never_reaches_the_server(
    sink: Any, start: Start, connect: Connect, letter: Make
) -> None:
    session = connect(start().port)
    for address in ("a@example.com\r\nRCPT TO:<b@example.com>", "a@example.com>\nX: y", "a@exa\rmple.com"):
        assert isinstance(session.send(letter(address=address)), Failed)
    assert sink.greeted == 0
