"""The log of a running process: sentences for people, or JSON lines; without personal data unless it is asked for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
import structlog

from triggerfish.runtime.observation.privacy import masked
from triggerfish.runtime.observation.remark import Level, Remark, plain

Format = Literal["text", "json"]
Write = Callable[[str], None]
"""Takes a line without its end."""

LEVELS: dict[Level, int] = {
    "debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR,
}  # fmt: skip


class Log:
    """Writes remarks as lines. Usable from several threads; what cannot be written is lost, and holds nothing up.

    ``stamped`` puts time and level before each sentence, for where nobody watches. ``people`` shows persons as they are.
    """

    def __init__(
        self, write: Write, *, form: Format = "text", level: Level = "info", people: bool = False, stamped: bool = False
    ) -> None:
        self._people = people
        self._lines = _Lines(write)
        processors: list[Any] = [structlog.processors.add_log_level, structlog.processors.TimeStamper(fmt="iso", utc=True)]
        processors.append(_as_json if form == "json" else _stamped if stamped else _sentence)
        made: Any = structlog.wrap_logger(
            self._lines, processors=processors, wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
            context_class=dict,
        )  # fmt: skip
        self._write: dict[Level, Callable[..., None]] = {name: getattr(made, name) for name in LEVELS}

    def notice(self, sentence: str) -> None:
        """Write one remark; a plain sentence is one of which nothing more is known."""
        remark = plain(sentence)
        parts = remark.parts if self._people else masked(remark)
        self._write[remark.level](remark.event, message=remark.template.format(**parts), **_told(parts))

    @contextmanager
    def others(self) -> Iterator[None]:
        """Within this, warnings of libraries become lines of this log."""
        root, handler = logging.getLogger(), _Handler(self)
        root.addHandler(handler)
        try:
            yield
        finally:
            root.removeHandler(handler)


def _told(parts: MutableMapping[str, Any] | dict[str, object]) -> dict[str, object]:
    """Parts that say something; the words that structlog itself uses are none of them."""
    return {name: value for name, value in parts.items() if value not in ("", None) and name not in ("event", "message", "level")}


class _Lines:
    """What structlog hands its lines to."""

    def __init__(self, write: Write) -> None:
        self._put, self._lock = write, threading.Lock()

    def debug(self, line: str) -> None:
        with self._lock:
            try:
                self._put(line)
            except (OSError, ValueError):
                return  # the disk is full or the other end is gone: the work goes on without its log

    info = warning = error = debug


class _Handler(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        level: Level = "error" if record.levelno >= logging.ERROR else "warning"
        self._log.notice(Remark("library", "{library}: {reason}", level=level, library=record.name, reason=record.getMessage()))


def _as_json(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> str:
    first = {name: entry.pop(name) for name in ("timestamp", "level", "event", "message")}
    return msgspec.json.encode({**first, **entry}, enc_hook=str).decode()


def _sentence(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> str:
    return str(entry["message"])


def _stamped(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> str:
    return f"{entry['timestamp']} {entry['level']:7} {entry['message']}"
