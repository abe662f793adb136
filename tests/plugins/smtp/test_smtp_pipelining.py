"""MAIL, RCPT and DATA sent together, to servers that allow it."""

from __future__ import annotations

import mailbox
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from triggerfish.plugins.outcome import Failed, Later, Sent
from triggerfish.runtime.demo.server import mail_server

Connect = Callable[..., Any]
Make = Callable[..., Any]


def test_many_mails_one_after_the_other(connect: Connect, letter: Make, tmp_path: Path) -> None:
    with mail_server(tmp_path / "box") as port:
        session = connect(port)
        outcomes = [session.send(letter(f"k{number}")) for number in range(5)]
        session.close()
    assert [type(one) for one in outcomes] == [Sent] * 5
    with closing(mailbox.mbox(tmp_path / "box")) as mails:
        assert [mail["Message-ID"] for mail in mails] == [one.id for one in outcomes]


@contextmanager
def server(replies: dict[bytes, bytes], seen: list[bytes]) -> Iterator[int]:
    """Answers each command with what is given for it; after DATA's 354 takes lines up to the dot."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rwb") as file:
                file.write(b"220 ready\r\n")
                file.flush()
                while line := file.readline():
                    verb = line[:4].upper().strip()
                    seen.append(verb)
                    answer = replies.get(verb, b"250 fine")
                    file.write(answer + b"\r\n")
                    file.flush()
                    if verb == b"DATA" and answer.startswith(b"354"):
                        while (part := file.readline()) not in (b".\r\n", b""):
                            seen.append(part)
                        file.write(replies.get(b".", b"554 to nobody") + b"\r\n")
                        file.flush()
                    if answer.startswith((b"221", b"421")):
                        return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


EHLO = b"250-here\r\n250 PIPELINING"


@pytest.mark.parametrize("data", [b"354 go on", b"503 nobody to send it to"])
def test_a_refused_recipient_whatever_the_server_thinks_of_the_data(data: bytes, connect: Connect, letter: Make) -> None:
    seen: list[bytes] = []
    with server({b"EHLO": EHLO, b"RCPT": b"550 5.1.1 who is that", b"DATA": data, b"QUIT": b"221 bye"}, seen) as port:
        session = connect(port, security="none")
        outcome = session.send(letter())
        assert isinstance(outcome, Failed)
        assert outcome.bounced
        assert "550" in outcome.reason
        session.close()
    # Nothing of the mail went out, and the connection was made ready for the next.
    assert seen == [b"EHLO", b"MAIL", b"RCPT", b"DATA", b"RSET", b"QUIT"]


def test_a_server_that_goes_away_at_the_first_command(connect: Connect, letter: Make) -> None:
    with server({b"EHLO": EHLO, b"MAIL": b"421 too much to do"}, []) as port:
        outcome = connect(port, security="none").send(letter())
    assert isinstance(outcome, Later)
    assert outcome.unreachable
    assert "421" in outcome.reason
