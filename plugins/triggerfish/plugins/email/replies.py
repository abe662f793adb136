"""What an SMTP server's answer means for a mail (RFC 5321, 4.2; RFC 3463; RFC 6533)."""

from __future__ import annotations

import re
from typing import Literal

from triggerfish.plugins.outcome import Failed, Later, Outcome

Phase = Literal["greeting", "mail", "rcpt", "data"]

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_GONE_CODES = frozenset({550, 551, 553})
"""Answers to ``RCPT`` that mean the mailbox is not there, where no enhanced status says otherwise."""
_GONE = frozenset({
    ("1", "1"), ("1", "2"), ("1", "3"), ("1", "6"), ("1", "10"), ("2", "1"), ("4", "4"), ("0", "0"),
})
"""Enhanced statuses that mean so: bad mailbox, bad domain, bad syntax, moved, null MX, disabled, no route, unspecified."""
_WHERE = {"greeting": "greeting", "mail": "MAIL FROM", "rcpt": "RCPT TO", "data": "DATA"}


def read_reply(phase: Phase, code: int, text: bytes | str) -> Outcome:
    """The outcome for a refusal. A 5xx that concerns the server or the login, not the mail, is ``unreachable``."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    reason = f"{code} {' '.join(words.split())}"[:500] + f" (after {_WHERE[phase]})"
    if code == 421 or code < 400:
        return Later(reason, unreachable=True)
    if code < 500:
        return Later(reason, deferred=True)
    enhanced = _ENHANCED.search(words)
    if phase == "greeting" or code in (530, 534, 535, 538):
        return Later(reason, unreachable=True)
    if phase == "rcpt":
        if enhanced is not None:
            return Failed(reason, bounced=_gone(enhanced) and (code in _GONE_CODES or enhanced[2] == "1"))
        return Failed(reason, bounced=code in _GONE_CODES)
    return Failed(reason, bounced=phase == "data" and enhanced is not None and enhanced[2] == "1" and _gone(enhanced))


def _gone(enhanced: re.Match[str]) -> bool:
    return (enhanced[2], enhanced[3]) in _GONE
