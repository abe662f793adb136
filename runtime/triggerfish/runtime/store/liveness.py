"""Which delivery workers live, told by locks the operating system lets go when a process dies, however it dies."""
# ruff: noqa: D102, ARG002 - ``Liveness`` says what the methods do

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol


class Alive(NamedTuple):
    """A worker that lives: the process it runs in, on which machine (empty: this one), and since when (milliseconds since 1970)."""

    process: str
    machine: str
    since: int


class Liveness(Protocol):
    """Names for workers, and whether their owners still live."""

    def enrol(self) -> str:
        """A new worker's id, this process's until it ends."""
        ...

    def holds(self, worker: str) -> bool:
        """Whether this process still is that worker to all others. A connection that broke ends it."""
        ...

    def dead(self, workers: Iterable[str]) -> list[str]:
        """Those of these workers whose process is gone."""
        ...

    def forget(self, workers: Iterable[str]) -> None:
        """Dead workers that have left nothing behind any more."""
        ...

    def alive(self) -> list[Alive]:
        """The workers that live, of whatever process, the oldest first."""
        ...

    def close(self) -> None:
        """Let go of all ids of this process."""
        ...


class LockFiles:
    """One locked file per worker beside the database. An id is not used again while its file is there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: list[int] = []

    def enrol(self) -> str:
        self._folder.mkdir(parents=True, exist_ok=True)
        number = 0
        while True:
            number += 1
            worker = f"{os.getpid()}-{number}"
            try:
                handle = os.open(self._folder / worker, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            except FileExistsError:
                continue
            if _lock(handle):
                self._held.append(handle)
                return worker
            os.close(handle)

    def holds(self, worker: str) -> bool:
        return True

    def dead(self, workers: Iterable[str]) -> list[str]:
        return [worker for worker in workers if not self._lives(worker)]

    def _lives(self, worker: str) -> bool:
        try:
            handle = os.open(self._folder / worker, os.O_RDWR)
        except FileNotFoundError:
            return False
        try:
            return not _lock(handle)
        finally:
            os.close(handle)

    def alive(self) -> list[Alive]:
        files = [file for file in self._folder.iterdir() if self._lives(file.name)] if self._folder.is_dir() else []
        found = [Alive(file.name.partition("-")[0], "", int(file.stat().st_mtime * 1000)) for file in files]
        return sorted(found, key=lambda one: (one.since, one.process))

    def forget(self, workers: Iterable[str]) -> None:
        for worker in workers:
            (self._folder / worker).unlink(missing_ok=True)

    def close(self) -> None:
        for handle in self._held:
            os.close(handle)
        self._held.clear()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
