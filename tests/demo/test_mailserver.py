from __future__ import annotations

import mailbox
import smtplib
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from triggerfish.runtime.demo.server import mail_server

MAIL = b"Subject: hello\r\n\r\n.one dot\r\n..two\r\nFrom here on\r\n\xc3\xa9\r\n"


@pytest.fixture(name="box")
def box_path(tmp_path: Path) -> Path:
    return tmp_path / "mails.mbox"


def received(box: Path, header: str | None = None) -> list[bytes]:
    with closing(mailbox.mbox(box)) as mails:
        return [mail.get_all(header) if header else mail.get_payload(decode=True) for mail in mails]


def test_mails_are_kept_as_they_came(box: Path) -> None:
    with mail_server(box) as port, smtplib.SMTP("127.0.0.1", port) as client:
        for number in range(3):
            assert client.sendmail("a@example.com", [f"b{number}@example.com", "c@example.com"], MAIL) == {}
    assert received(box, "X-Envelope-To") == [[f"b{n}@example.com", "c@example.com"] for n in range(3)]
    # ">From" is how an mbox keeps a line that begins with "From".
    assert received(box) == [b".one dot\n..two\n>From here on\n\xc3\xa9\n"] * 3


@contextmanager
def talking(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        yield line


def answers(line: socket.socket, number: int) -> list[bytes]:
    text = b""
    while text.count(b"\r\n") < number:
        piece = line.recv(4096)
        if not piece:
            break
        text += piece
    return [one[:3] for one in text.splitlines()]


def test_commands_sent_together_are_answered_in_order(box: Path) -> None:
    with mail_server(box) as port, talking(port) as line:
        line.sendall(
            b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nSubject: a\r\n\r\n..dot\r\n.\r\n"
            b"MAIL FROM:<a@example.com> SIZE=3\r\nRCPT TO:<b@example.com>\r\nDATA\r\n.\r\nNOOP\r\nQUIT\r\n"
        )
        assert answers(line, 12) == [b"220", b"250", b"250", b"250", b"354", b"250", b"250", b"250", b"354", b"250", b"250", b"221"]
    assert received(box) == [b".dot\n", b""]


def test_in_the_wrong_order_or_unknown(box: Path) -> None:
    with mail_server(box) as port, talking(port) as line:
        line.sendall(
            b"DATA\r\nRCPT TO:<b@example.com>\r\nMAIL TO\r\nMAIL FROM:<a@example.com>\r\nMAIL FROM:<a@example.com>\r\n"
            b"RCPT TO:<>\r\nDATA\r\nVRFY a\r\nRSET\r\nRCPT TO:<b@example.com>\r\n"
        )
        assert answers(line, 11) == [b"220", b"503", b"503", b"501", b"250", b"503", b"501", b"503", b"502", b"250", b"503"]
    assert received(box) == []


def test_byte_by_byte(box: Path) -> None:
    with mail_server(box) as port, talking(port) as line:
        for sign in b"HELO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nA: b\r\n\r\nc\r\n.\r\nQUIT\r\n":
            line.sendall(bytes([sign]))
        assert answers(line, 7) == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert received(box) == [b"c\n"]


def test_a_client_that_leaves_half_way_leaves_nothing(box: Path) -> None:
    with mail_server(box) as port:
        with talking(port) as line:
            line.sendall(b"HELO x\r\nMAIL FROM:<a@x.example>\r\nRCPT TO:<b@x.example>\r\nDATA\r\nA: b\r\n\r\nc\r\n")
            answers(line, 5)
        with smtplib.SMTP("127.0.0.1", port) as client:
            client.sendmail("a@x.example", "b@x.example", b"A: b\r\n\r\nwhole\r\n")
    assert received(box) == [b"whole\n"]


def test_endless_lines_end_the_connection(box: Path) -> None:
    with mail_server(box) as port, talking(port) as line:
        line.sendall(b"X" * 5000)
        assert answers(line, 2) == [b"220", b"500"]
        assert line.recv(10) == b""
