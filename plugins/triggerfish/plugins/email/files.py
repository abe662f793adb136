"""The file outbox: each mail becomes an ``.eml`` file that any mail program opens."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

from triggerfish.plugins.channel import Prepared, Session
from triggerfish.plugins.email.channel import EmailContent, EmailSettings
from triggerfish.plugins.email.compose import CannotCompose, compose
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent

DEFAULT_SENDER = "Triggerfish <triggerfish@localhost>"
"""During development nobody should be stopped by a missing sender."""


class FileSession(Session[EmailContent]):
    """One file a key: writing a message again changes nothing."""

    deduplicates = True

    def __init__(self, settings: EmailSettings, folder: Path) -> None:
        self.sender = settings.sender or DEFAULT_SENDER
        self.folder = folder

    def send(self, prepared: Prepared[EmailContent]) -> Outcome:
        """Write one mail, unless it is there already."""
        try:
            letter = compose(prepared, self.sender)
        except CannotCompose as problem:
            return Failed(str(problem))
        path = self.folder / file_name(prepared.key)
        if path.exists():
            return Sent(letter.message_id)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_bytes(letter.data)
            part.replace(path)
        except OSError as problem:
            part.unlink(missing_ok=True)
            return Later(f"{path} cannot be written: {problem.strerror}", unreachable=True)
        return Sent(letter.message_id)


def file_name(key: str) -> str:
    """A name made from the key: readable, safe on every system, different for different keys."""
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", key).strip("-.")[:60]
    return f"{readable or 'mail'}-{hashlib.sha256(key.encode()).hexdigest()[:16]}.eml"
