"""What every instruction is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine.uses import Key

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.signals import Happened
    from triggerfish.runtime.machine.state import Run


class Instruction:
    """One instruction of a flow; ``index`` is its place.

    ``events`` are the events it waits for, ``watches`` what the conditions it waits for depend on.
    """

    events: frozenset[str] = frozenset()
    watches: frozenset[Key] = frozenset()

    def __init__(self, at: Where) -> None:
        self.at = at
        self.index = 0

    def perform(self, session: Session, run: Run) -> int | None:
        """Do it: the index of the next instruction, or None where the run now rests here or is over."""
        raise NotImplementedError

    def elapsed(self, session: Session, run: Run) -> int | None:
        """The wait is over by time: where to go on. By default the instruction is tried again."""
        return self.perform(session, run)

    def happened(self, session: Session, run: Run, event: Happened) -> int | None:
        """An event came while the run rests here: where to go on, or None to go on resting."""
        return None

    def holds(self, session: Session, run: Run) -> int | None:
        """Asked while the run rests here and a watched condition may have turned: as ``happened``."""
        return None

    def turns(self, session: Session, run: Run) -> int | None:
        """The next moment at which a watched condition may turn by itself."""
        return None

    def moved(self, session: Session, run: Run, field: str) -> None:
        """A profile field changed while the run rests here: a date waited for may have moved."""

    def taken_over(self, session: Session, run: Run) -> None:
        """The run rested at this step in another version of the flow, where it read otherwise, and goes on resting here."""

    def replied(self, session: Session, run: Run, fields: dict[str, object]) -> int | None:
        """The result of an action came while the run rests here."""
        return None
