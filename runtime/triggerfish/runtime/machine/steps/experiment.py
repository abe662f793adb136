"""``split``: an experiment's arms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine import assignment
from triggerfish.runtime.machine.steps.instruction import Instruction

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run


@dataclass(slots=True)
class Arm:
    """An arm and its share from 0 to 1."""

    name: str
    share: float
    line: int
    target: int = 0


class Split(Instruction):
    """Assignment by a stable hash of person and name; once in an arm, a person stays in it as long as it exists.

    Shares are laid end to end in file order, so that a change of shares moves only the people whose place on that line
    changed hands, and of those only the ones who were not assigned before.
    """

    def __init__(self, at: Where, name: str, arms: Sequence[Arm]) -> None:
        super().__init__(at)
        self.name = name
        self.arms = arms

    def perform(self, session: Session, run: Run) -> int | None:
        arm = self._arm(session)
        session.state.arms[self.name] = arm.name
        run.vars[self.name] = {"arm": arm.name}
        session.fact("branch", run, self.at, {"took": arm.name, "split": self.name}, line=arm.line)
        return arm.target

    def _arm(self, session: Session) -> Arm:
        sticky = session.state.arms.get(self.name)
        for arm in self.arms:
            if arm.name == sticky:
                return arm
        return self.arms[assignment.arm(self.name, session.person, [arm.share for arm in self.arms])]
