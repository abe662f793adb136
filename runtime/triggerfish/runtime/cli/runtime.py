"""The runtime put together for a command: store, machine, engine, delivery."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Literal, Self

from triggerfish.dsl.ir.codec import program_hash
from triggerfish.dsl.ir.program import Program
from triggerfish.plugins.channel import Setup
from triggerfish.runtime.cli.failures import WRONG_SETUP, Fault
from triggerfish.runtime.cli.output import Progress
from triggerfish.runtime.cli.tally import Tally
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.delivery.worker import Worker
from triggerfish.runtime.deploys.inside import followed_now
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.live import LiveRuntime
from triggerfish.runtime.engine.programs import InForce, deploy
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.engine.upkeep import Upkeep
from triggerfish.runtime.machine.deploy import Deploy
from triggerfish.runtime.observation.lifesign import Lifesign
from triggerfish.runtime.observation.observer import Observer
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.batch import Batch

NOTHING = "nothing has been deployed here yet: triggerfish deploy puts the program of a folder in force"


class Runtime:
    """Opens a project's store and runs the program in force, putting the folder's in force before if that is wanted.

    Use it as a context manager. ``deployed`` is the version that was put in force, if one was.
    """

    def __init__(
        self, workspace: Workspace, stop: threading.Event, notice: Callable[[str], None], observer: Observer | None = None
    ) -> None:
        self.stop = stop
        self.observer = observer
        self._live: LiveRuntime | None = None
        self._stack = ExitStack()
        clock = WallClock()
        settings = workspace.settings
        self.store = self._stack.enter_context(workspace.store())
        self.tally = Tally()
        self.deployed = self._deploy(workspace, clock.now(), notice)
        programs = InForce(self.store.programs, workspace.functions, changed=self._use, notice=notice)
        machine = programs.newer()
        if machine is None:
            raise Fault(NOTHING, WRONG_SETUP)
        self.engine = Engine(self.store, machine, clock, notice=notice, observe=self._observe, programs=programs)
        self.worker = Worker(
            self.store.outbox, machine.program.ir, workspace.plugins, settings=settings.sections,
            setup=Setup(folder=settings.folder, outbox=settings.data / "outbox"), clock=clock.now, notice=notice, stopping=stop.is_set,
            links=workspace.links(machine.program.ir),
            suppressed=self.store.suppressions.holds,
            observe=(lambda _one, _result, _seconds: None) if observer is None else observer.delivery,
        )
        self._stack.callback(self.worker.close)
        self.upkeep = Upkeep(self.store.retention, workspace.retention.before)

    def _deploy(self, workspace: Workspace, now: int, notice: Callable[[str], None]) -> int | None:
        """Put the folder's program in force, unless only what was deployed on purpose is to run."""
        newest = self.store.programs.newest()
        if not workspace.deploys_by_itself:
            if newest is None:
                raise Fault(NOTHING, WRONG_SETUP)
            return None
        if newest is None or newest.options.how == "run":
            made = deploy(self.store.programs, workspace.program, now, Deploy(used=followed_now(self.store)))
            return made.version if made.changed else None
        written = workspace.loaded.program
        if written is None:
            said = "version {version} runs, which was deployed; what the folder holds has mistakes: triggerfish check shows them"
            notice(Remark("folder_differs", said, version=newest.version))
        elif program_hash(written) != newest.hash:
            said = "version {version} runs, which was deployed; the folder differs: triggerfish plan shows how, triggerfish deploy puts it in force"
            notice(Remark("folder_differs", said, level="info", version=newest.version))
        return None

    def _observe(self, batch: Batch, inputs: int) -> None:
        self.tally.take(batch, inputs)
        if self.observer is not None:
            self.observer.batch(batch, inputs)

    def _use(self, program: Program) -> None:
        worker: Worker | None = getattr(self, "worker", None)
        if worker is not None:
            worker.use(program)

    def __enter__(self) -> Self:
        if self.deployed is not None and self.observer is not None:
            said = "program version {version} is in force"
            self.engine.notice(Remark("program_in_force", said, level="info", version=self.deployed))
        self.store.outbox.enrol()  # from now on this process is seen to live
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def live(self) -> None:
        """Run until stopped."""
        self.engine.notice(Remark("running", "running; Ctrl-C stops after the batch at hand", level="info"))
        life = Lifesign({}) if self.observer is None else self.observer.life
        life.ready()
        self._live = LiveRuntime(self.engine, self.stop, deliverer=self.worker, alive=life.alive, upkeep=self.upkeep)
        self._live.run()

    def wake(self) -> None:
        """Look at once at what has been stored; for a service in this process."""
        if self._live is not None:
            self._live.wake()

    def once(self) -> None:
        """One round."""
        Run(self.engine, deliverer=self.worker, stop=self.stop).once()

    def until_idle(self, clock: Literal["live", "events"], done: Progress) -> None:
        """Until nothing is left to do."""
        Run(self.engine, deliverer=self.worker, progress=done, stop=self.stop).until_idle(clock)

    def report(self) -> dict[str, Any]:
        """What this run did, in the shape the contract of the command line gives."""
        return {**self.tally.as_json(), "delivered": dict(self.worker.totals), "stopped": self.stop.is_set()}
