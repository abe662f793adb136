"""The runtime put together for a command: store, machine, engine, delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal, Self

from triggerfish.plugins.channel import Setup
from triggerfish.runtime.cli.output import Progress
from triggerfish.runtime.cli.tally import Tally
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.delivery.links import configured_links
from triggerfish.runtime.delivery.worker import Worker
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.programs import deploy
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.machine.machine import Machine


class Runtime:
    """Opens a project's store, puts its program in force and runs it. Use it as a context manager."""

    def __init__(self, workspace: Workspace, stop: threading.Event, notice: Callable[[str], None]) -> None:
        self.stop = stop
        self._stack = ExitStack()
        clock = WallClock()
        program, settings = workspace.program, workspace.settings
        self.store = self._stack.enter_context(workspace.store())
        self.tally = Tally()
        self.versions = deploy(self.store.programs, program, clock.now(), self.store.profiles.make_due)
        machine = Machine(program, self.versions.older, self.versions.version, workspace.functions)
        self.engine = Engine(self.store, machine, clock, notice=notice, observe=self.tally.take)
        self.worker = Worker(
            self.store.outbox, program, workspace.plugins, settings=settings.sections,
            setup=Setup(folder=settings.folder, outbox=settings.data / "outbox"), clock=clock.now, notice=notice, stopping=stop.is_set,
            links=configured_links(settings.sections, settings.data),
        )
        self._stack.callback(self.worker.close)

    def __enter__(self) -> Self:
        self.worker.recover()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def live(self) -> None:
        """Run until stopped."""
        LiveRuntime(self.engine, self.stop, deliverer=self.worker).run()

    def once(self) -> None:
        """One round."""
        Run(self.engine, deliverer=self.worker, stop=self.stop).once()

    def until_idle(self, clock: Literal["live", "events"], done: Progress) -> None:
        """Until nothing is left to do."""
        Run(self.engine, deliverer=self.worker, progress=done, stop=self.stop).until_idle(clock)

    def report(self) -> dict[str, Any]:
        """What this run did, in the shape the contract of the command line gives."""
        return {**self.tally.as_json(), "delivered": dict(self.worker.totals), "stopped": self.stop.is_set()}
