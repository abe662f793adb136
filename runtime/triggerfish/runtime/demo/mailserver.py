"""A small SMTP server for the demo: it takes every mail and appends it to one mbox file.

It speaks what a client needs (RFC 5321: EHLO, HELO, MAIL, RCPT, DATA, RSET, NOOP, QUIT), listens on the loopback interface
only, relays nothing, and confirms a mail once it is written. Run as ``python -m triggerfish.runtime.demo.mailserver FILE``
it prints its port and serves until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

LIMIT = 10 * 1024 * 1024
"""The largest mail in bytes."""

LINE_LIMIT = 2048
"""The longest command in bytes (RFC 5321 wants 512 and allows for more)."""

_PATH = re.compile(rb"(?:FROM|TO):\s*<([^<>]*)>", re.IGNORECASE)
_FROM_LINE = re.compile(rb"(?m)^(>*From )")
_END = b"\r\n.\r\n"

Keep = Callable[[bytes, list[bytes], bytes], None]
"""Takes sender, recipients and the mail with CRLF line ends; raises OSError when it cannot be kept."""


class SmtpProtocol(asyncio.Protocol):
    """One connection."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._searched = 0
        self._sender: bytes | None = None
        self._recipients: list[bytes] = []
        self._receiving = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self._transport = cast("asyncio.Transport", transport)
        self._say(b"220 localhost triggerfish demo")

    def data_received(self, data: bytes) -> None:
        """Take what came; commands sent together are answered in order."""
        self._buffer += data
        while self._take_mail() if self._receiving else self._take_line():
            pass

    def eof_received(self) -> bool:
        """The client is gone; what it had not finished is forgotten."""
        return False

    def _say(self, answer: bytes) -> None:
        if self._transport is not None:
            self._transport.write(answer + b"\r\n")

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
        self._buffer.clear()

    def _take_line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LINE_LIMIT:
                self._say(b"500 line too long")
                self._close()
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        self._command(*_split(line))
        return True

    def _command(self, verb: bytes, rest: bytes) -> None:
        if verb == b"EHLO":
            self._reset()
            self._say(b"250-localhost\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE %d" % LIMIT)
        elif verb == b"HELO":
            self._reset()
            self._say(b"250 localhost")
        elif verb == b"MAIL":
            self._mail(rest)
        elif verb == b"RCPT":
            self._recipient(rest)
        elif verb == b"DATA":
            self._data()
        elif verb == b"RSET":
            self._reset()
            self._say(b"250 forgotten")
        elif verb == b"NOOP":
            self._say(b"250 nothing done")
        elif verb == b"QUIT":
            self._say(b"221 goodbye")
            self._close()
        else:
            self._say(b"502 this command is not known here")

    def _mail(self, rest: bytes) -> None:
        found = _PATH.match(rest)
        if self._sender is not None:
            self._say(b"503 one mail after the other")
        elif found is None:
            self._say(b"501 write MAIL FROM:<address>")
        else:
            self._sender = found[1]
            self._say(b"250 sender taken")

    def _recipient(self, rest: bytes) -> None:
        found = _PATH.match(rest)
        if self._sender is None:
            self._say(b"503 MAIL comes first")
        elif found is None or not found[1]:
            self._say(b"501 write RCPT TO:<address>")
        else:
            self._recipients.append(found[1])
            self._say(b"250 recipient taken")

    def _data(self) -> None:
        if not self._recipients:
            self._say(b"503 RCPT comes first")
            return
        self._receiving = True
        # So that a mail without a single line is found to end as any other.
        self._buffer[:0] = b"\r\n"
        self._searched = 0
        self._say(b"354 the mail, please; a single dot ends it")

    def _take_mail(self) -> bool:
        end = self._buffer.find(_END, max(0, self._searched - len(_END)))
        if end < 0:
            self._searched = len(self._buffer)
            if self._searched > LIMIT:
                self._say(b"552 too large")
                self._close()
            return False
        mail = bytes(self._buffer[2 : end + 2]).replace(b"\r\n..", b"\r\n.")
        del self._buffer[: end + len(_END)]
        self._receiving = False
        try:
            self._keep(self._sender or b"", self._recipients, mail[1:] if mail.startswith(b"..") else mail)
        except OSError as error:
            self._say(b"451 cannot be written: " + str(error.strerror).encode("ascii", "replace"))
        else:
            self._say(b"250 taken")
        self._reset()
        return True

    def _reset(self) -> None:
        self._sender = None
        self._recipients = []


def _split(line: bytes) -> tuple[bytes, bytes]:
    verb, _, rest = line.strip().partition(b" ")
    return verb.upper(), rest.strip()


class Mbox:
    """One file that mail programs open (RFC 4155, with quoted From lines)."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def keep(self, sender: bytes, recipients: list[bytes], mail: bytes) -> None:
        """Append a mail. Raises OSError."""
        text = _FROM_LINE.sub(rb">\1", mail.replace(b"\r\n", b"\n"))
        envelope = b"".join(b"X-Envelope-To: %s\n" % one for one in recipients)
        self._file.write(b"From %s Thu Jan  1 00:00:00 1970\n%s%s\n" % (sender or b"-", envelope, text))
        self._file.flush()


async def serve(path: Path) -> None:
    """Serve until standard input ends; the port is printed first."""
    loop = asyncio.get_running_loop()
    with path.open("ab") as file:
        mbox = Mbox(file)
        server = await loop.create_server(lambda: SmtpProtocol(mbox.keep), "127.0.0.1", 0)
        print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - how the parent learns of it
        await loop.run_in_executor(None, sys.stdin.buffer.read)
        server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
