"""Telling systemd that the service is ready, alive or about to stop (sd_notify): a datagram to a socket it names."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Mapping


class Lifesign:
    """Does nothing where nobody listens, as the variables NOTIFY_SOCKET and WATCHDOG_USEC tell.

    Source: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "").replace("@", "\0", 1)
        watchdog = environment.get("WATCHDOG_USEC", "")
        self._every = int(watchdog) / 4_000_000 if watchdog.isdigit() else None
        self._lock = threading.Lock()
        self._last = 0.0

    def ready(self) -> None:
        """The work begins."""
        self._tell("READY=1")

    def stopping(self) -> None:
        """The work ends."""
        self._tell("STOPPING=1")

    def alive(self) -> None:
        """The work goes on; told four times within the time that systemd allows."""
        if self._every is None:
            return
        with self._lock:
            now = time.monotonic()
            if now - self._last < self._every:
                return
            self._last = now
        self._tell("WATCHDOG=1")

    def _tell(self, what: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            try:
                out.sendto(what.encode(), self._address)
            except OSError:
                return  # a sign of life that is not heard is no reason to die
