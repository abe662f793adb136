"""Handing mail over by SMTP, on one connection for many mails."""

from __future__ import annotations

import re
import smtplib
import ssl
import time
from collections.abc import Callable

from triggerfish.plugins.channel import Prepared, Session
from triggerfish.plugins.email.channel import EmailContent, EmailSettings
from triggerfish.plugins.email.compose import CannotCompose, Letter, compose
from triggerfish.plugins.email.replies import Phase, read_reply
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent, Unknown

_LINE_START_DOT = re.compile(rb"(?m)^\.")
_TAKEN: dict[Phase, tuple[int, ...]] = {"mail": (250,), "rcpt": (250, 251, 252), "data": (354,)}
LOST = (OSError, smtplib.SMTPServerDisconnected)
"""How a lost connection shows; a timeout is an ``OSError`` too."""


class SmtpSession(Session[EmailContent]):
    """SMTP cannot deduplicate: a mail whose fate is unclear is never handed over again."""

    deduplicates = False

    def __init__(self, settings: EmailSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.at_once = settings.at_once
        self.clock = clock
        self.connection: smtplib.SMTP | None = None
        self.used_at = 0.0
        self.used = 0

    def send(self, prepared: Prepared[EmailContent]) -> Outcome:
        """Hand one mail over, on the kept connection if there is one."""
        try:
            letter = compose(prepared, self.settings.sender)
        except CannotCompose as problem:
            return Failed(str(problem))
        kept = self._kept()
        connection = kept or self._connect()
        if isinstance(connection, Later):
            return connection
        outcome = self._hand_over(connection, letter)
        if kept is not None and isinstance(outcome, Later) and outcome.unreachable and self.connection is None:
            # The kept connection had died in the meantime, before anything was handed over: one try on a new one.
            connection = self._connect()
            return connection if isinstance(connection, Later) else self._hand_over(connection, letter)
        return outcome

    def close(self) -> None:
        """Say goodbye to the server."""
        connection, self.connection = self.connection, None
        if connection is not None:
            try:
                connection.quit()
            except (smtplib.SMTPException, OSError):
                connection.close()

    # --- the connection -------------------------------------------------------------------------

    def _kept(self) -> smtplib.SMTP | None:
        """The kept connection, if it still answers and has not had its share."""
        if self.connection is not None and self.used >= self.settings.per_connection:
            self.close()
        if self.connection is None or self.clock() - self.used_at <= self.settings.idle:
            return self.connection
        try:
            answers = self.connection.noop()[0] == 250
        except (smtplib.SMTPException, OSError):
            answers = False
        if not answers:
            self._drop()
        return self.connection

    def _drop(self) -> None:
        connection, self.connection = self.connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> smtplib.SMTP | Later:
        settings = self.settings
        host, port = settings.host or "localhost", settings.port_or_usual()
        connection: smtplib.SMTP | None = None
        try:
            if settings.security == "tls":
                connection = smtplib.SMTP_SSL(host, port, timeout=settings.timeout, context=self._trust())
            else:
                connection = smtplib.SMTP(host, port, timeout=settings.timeout)
            connection.ehlo_or_helo_if_needed()
            if settings.security == "starttls":
                connection.starttls(context=self._trust())
                connection.ehlo()
            if settings.username is not None and settings.password is not None:
                connection.login(settings.username, settings.password.get_secret_value())
        except smtplib.SMTPAuthenticationError as problem:
            return self._no_connection(connection, f"{host} refuses the login: {_said(problem)}")
        except smtplib.SMTPResponseException as problem:
            return self._no_connection(connection, f"{host} refuses the connection: {_said(problem)}")
        except ssl.SSLError as problem:
            return self._no_connection(connection, f"{host} has no safe line ({settings.security}): {problem}")
        except (smtplib.SMTPException, OSError, ValueError) as problem:
            return self._no_connection(connection, f"{host}:{port} cannot be used: {problem or type(problem).__name__}")
        self.connection, self.used, self.used_at = connection, 0, self.clock()
        return connection

    def _no_connection(self, connection: smtplib.SMTP | None, reason: str) -> Later:
        if connection is not None:
            connection.close()
        return Later(reason, unreachable=True)

    def _trust(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if self.settings.ca_file:
            context.load_verify_locations(self.settings.ca_file)
        return context

    # --- one mail -------------------------------------------------------------------------------

    def _hand_over(self, connection: smtplib.SMTP, letter: Letter) -> Outcome:
        """MAIL, RCPT and DATA; the point of no return is the dot at the end of the data."""
        options = [f"SIZE={len(letter.data)}"] if connection.has_extn("size") else []
        if letter.needs_utf8:
            if not connection.has_extn("smtputf8"):
                return Failed(f"the mail server cannot write to {letter.recipient.address} (it has no SMTPUTF8)")
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        self.used_at, self.used = self.clock(), self.used + 1
        sender, recipient = letter.sender.address, letter.recipient.address
        try:
            connection.command_encoding = "utf-8" if letter.needs_utf8 else "ascii"
            # Not by ``mail`` and ``rcpt``: those read the address once more, and differently.
            refusal = _announce(connection, " ".join([f"MAIL FROM:<{sender}>", *options]), f"RCPT TO:<{recipient}>")
            if refusal is not None:
                return self._refused(connection, refusal)
            connection.send(_LINE_START_DOT.sub(b"..", letter.data) + b".\r\n")
        except LOST as problem:
            self._drop()
            return Later(f"the connection was lost: {problem}", unreachable=True)
        except smtplib.SMTPException as problem:
            self._drop()
            return Later(f"the mail server answers strangely: {problem}", unreachable=True)
        try:
            code, text = connection.getreply()
        except (*LOST, smtplib.SMTPException) as problem:
            self._drop()
            return Unknown(f"the connection was lost before the server confirmed the mail: {problem}")
        if 200 <= code < 300:
            return Sent(letter.message_id)
        if code < 400:
            self._drop()
            return Unknown(f"the mail server's answer to the mail cannot be read: {code} {text!r}")
        return self._refused(connection, read_reply("data", code, text))

    def _refused(self, connection: smtplib.SMTP, outcome: Outcome) -> Outcome:
        """Make the connection ready for the next mail, or give it up."""
        if isinstance(outcome, Later) and outcome.unreachable:
            self._drop()
            return outcome
        try:
            if connection.rset()[0] != 250:
                self._drop()
        except (*LOST, smtplib.SMTPException):
            self._drop()
        return outcome


def _announce(connection: smtplib.SMTP, mail: str, rcpt: str) -> Outcome | None:
    """MAIL, RCPT and DATA, in one go where the server allows it (RFC 2920); what it refuses, or None.

    Raises what ``smtplib`` raises.
    """
    steps: tuple[tuple[Phase, str], ...] = (("mail", mail), ("rcpt", rcpt), ("data", "DATA"))
    together = connection.has_extn("pipelining")
    if together:
        connection.send("".join(f"{line}\r\n" for _, line in steps))
    refusal: Outcome | None = None
    code, text = 0, b""
    for phase, line in steps:
        code, text = connection.getreply() if together else connection.docmd(line)
        if code in _TAKEN[phase]:
            continue
        refusal = refusal or read_reply(phase, code, text)
        if code == 421 or not together:
            return refusal
    if refusal is not None and code == 354:
        # The server wants a mail all the same; an empty one to nobody ends it.
        connection.send(b".\r\n")
        connection.getreply()
    return refusal


def _said(problem: smtplib.SMTPResponseException) -> str:
    text = problem.smtp_error
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    return f"{problem.smtp_code} {' '.join(words.split())}"
