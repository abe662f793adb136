"""Writes messages down instead of sending them: one JSON document a line, one line a key."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from triggerfish.plugins.channel import Prepared, Session
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent


class Recording(Session[Any]):
    """Appends to a file. A key that is in the file already is not written again, whoever wrote it."""

    deduplicates = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.keys: set[str] = set()
        self.read_up_to = 0

    def send(self, prepared: Prepared[Any]) -> Outcome:
        """Append one message."""
        content = prepared.content
        if not prepared.address.strip() or not prepared.address.isprintable():
            return Failed("the person has no address that could be used")
        line = {
            "key": prepared.key,
            "person": prepared.person,
            "to": prepared.address,
            "message": prepared.message,
            "flow": prepared.flow,
            "at": prepared.at,
            "content": content.model_dump(exclude_none=True) if isinstance(content, BaseModel) else content,
        }
        try:
            self._write(prepared.key, json.dumps(line, ensure_ascii=False))
        except OSError as problem:
            return Later(f"{self.path} cannot be written: {problem.strerror}", unreachable=True)
        return Sent(prepared.key)

    def _write(self, key: str, line: str) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+") as file:
            broken = self._catch_up(file)
            if key in self.keys:
                return
            # One write, so that lines of several processes never mix; a line cut short by a crash is closed first.
            file.write((b"\n" if broken else b"") + line.encode("utf-8", "replace") + b"\n")
            self.keys.add(key)

    def _catch_up(self, file: Any) -> bool:
        """Read what was added since; says whether the file ends inside a line."""
        size = file.seek(0, 2)
        if size <= self.read_up_to:
            return False
        file.seek(self.read_up_to)
        data: bytes = file.read()
        for line in data.splitlines():
            try:
                self.keys.add(json.loads(line)["key"])
            except (ValueError, TypeError, KeyError):
                continue
        self.read_up_to = size
        return not data.endswith(b"\n")
