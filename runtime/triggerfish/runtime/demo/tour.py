"""The demo from end to end: read the purchases, replay them, deliver the mail, look at what came out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from triggerfish.runtime.cli.output import Progress
from triggerfish.runtime.cli.runtime import Runtime
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.demo import mailbox, project
from triggerfish.runtime.demo.gaps import quiet_spells
from triggerfish.runtime.demo.server import mail_server
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.runs import Deliverer, Run
from triggerfish.runtime.intake.files import ingest
from triggerfish.runtime.intake.schema import Schema

CUSTOMER = "16452"
"""A customer with whom much happened."""

WANTED = ("thanks", "win_back", "big_spender")
"""The three mails to look at; all of them went to that customer."""

QUIET_DAYS = 90

Bar = Callable[[str], AbstractContextManager[Progress]]
"""Opens a progress bar with a label."""


@dataclass(slots=True)
class Result:
    """What the demo did. ``seconds`` by phase; ``report`` has the shape of ``run --format json``."""

    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    flows: dict[str, dict[str, int]] = field(default_factory=dict)
    failed: int = 0
    quiet_spells: int = 0
    mails: list[mailbox.Mail] = field(default_factory=list)

    @property
    def delivered(self) -> int:
        """Mails that the mail server took."""
        return int(self.report["delivered"].get("sent", 0))


class Tour:
    """Runs the demo in ``folder``, which must be new or empty; ``stop`` ends it after the batch at hand."""

    def __init__(self, folder: Path, stop: threading.Event, notice: Callable[[str], None], bar: Bar, done: Callable[[str], None]) -> None:
        self._stop = stop
        self._notice = notice
        self._bar = bar
        self._done = done
        self._result = Result(folder)

    def run(self) -> Result:
        """All phases. Raises NoProjectError, NoServerError, FileError, StoreError and OSError."""
        result = self._result
        project.copy_to(result.folder)
        data = result.folder / ".triggerfish"
        data.mkdir()
        with mail_server(data / "mails.mbox") as port:
            project.write_settings(result.folder, port)
            self._read()
            self._replay_and_deliver()
        if not self._stop.is_set():
            address = f"customer-{CUSTOMER}@example.com"
            result.quiet_spells = quiet_spells(result.folder / project.PURCHASES, QUIET_DAYS)
            result.mails = mailbox.pick(data / "mails.mbox", data / "mails", [(name, address) for name in WANTED])
        return result

    def _read(self) -> None:
        began = time.perf_counter()
        folder = self._result.folder
        workspace = Workspace(folder)
        schema = Schema(workspace.program)
        stored = 0
        with workspace.store() as store:
            for name in (project.CUSTOMERS, project.PURCHASES):
                if self._stop.is_set():
                    return
                mapping = folder / name.replace(".csv.gz", ".toml")
                with self._bar(f"reading {name}") as progress:
                    stored += ingest(folder / name, store, schema, WallClock(), mapping=mapping, progress=progress).stored
        self._phase("reading", began, f"{stored:,} customers and purchases read and stored")

    def _replay_and_deliver(self) -> None:
        result = self._result
        with Runtime(Workspace(result.folder), self._stop, self._notice) as runtime:
            began = time.perf_counter()
            with self._bar("replaying 1997 and 1998") as progress:
                Run(runtime.engine, progress=progress, stop=self._stop).until_idle("events")
            decided = sum(runtime.tally.sent.values())
            self._phase("replay", began, f"{runtime.tally.events:,} events of {len(runtime.tally.people):,} people replayed")
            began = time.perf_counter()
            with self._bar("delivering by SMTP") as progress:
                counting = Counting(runtime.worker, lambda number: progress(number, decided))
                Run(runtime.engine, deliverer=counting, stop=self._stop).until_idle("events")
            result.report = runtime.report()
            result.flows = runtime.tally.by_flow()
            result.failed = sum(number for status, number in runtime.worker.totals.items() if status != "sent")
            self._phase("delivery", began, f"{result.delivered:,} mails delivered by SMTP")

    def _phase(self, name: str, began: float, what: str) -> None:
        if not self._stop.is_set():
            self._result.seconds[name] = time.perf_counter() - began
            self._done(f"{what} in {self._result.seconds[name]:.1f} s")


class Counting:
    """A deliverer that tells how many messages it has handed over."""

    def __init__(self, inner: Deliverer, tell: Callable[[int], None]) -> None:
        self._inner = inner
        self._tell = tell
        self._number = 0

    def deliver(self, now: int | None = None, *, at_once: bool = False) -> int:
        """As the inner one."""
        number = self._inner.deliver(now, at_once=at_once)
        self._number += number
        self._tell(self._number)
        return number

    def pause(self, now: int | None = None) -> float:
        """As the inner one."""
        return self._inner.pause(now)

    def recover(self, now: int | None = None) -> int:
        """As the inner one."""
        return self._inner.recover(now)
