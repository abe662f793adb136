"""``together``: branches that run side by side.

Each branch is a run of its own inside the first one (``parent``): it shares the flow, the key and what was caught before;
when the last branch is done, the run goes on with what all of them caught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine.state import Run
from triggerfish.runtime.machine.steps.instruction import Instruction

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session


@dataclass(slots=True)
class Lane:
    """A branch's first instruction."""

    name: str | None
    line: int
    target: int = 0


class Together(Instruction):
    """Starts all branches at one moment, in file order, and waits for the last."""

    def __init__(self, at: Where, lanes: Sequence[Lane]) -> None:
        super().__init__(at)
        self.lanes = lanes
        self.after = 0

    def perform(self, session: Session, run: Run) -> int | None:
        run.wait = ["branches"]
        run.due = None
        session.starting.add(run.id)
        branches = []
        for lane in self.lanes:
            session.state.runs_made += 1
            branch = Run(
                session.state.runs_made, run.flow, run.version, run.key, run.entered, pc=lane.target,
                vars=dict(run.vars), noted=run.noted, event_id=run.event_id, parent=run.id,
            )
            session.state.runs.append(branch)
            branches.append(branch)
        for branch in branches:
            session.go_on(branch, branch.pc)
        session.starting.discard(run.id)
        return self.after if run.wait == ["joined"] else None

    def elapsed(self, session: Session, run: Run) -> int | None:
        return None


class Join(Instruction):
    """The end of a branch: the run goes on when no branch is left."""

    def __init__(self, at: Where, together: Together) -> None:
        super().__init__(at)
        self.together = together

    def perform(self, session: Session, run: Run) -> int | None:
        session.join(run, self.together.after)
        return None
