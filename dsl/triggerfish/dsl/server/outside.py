"""What the language server is told by whoever starts it: things that the language itself does not know."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.ir.flows import StartOn, StartSchedule
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.steps import MomentRule

Timed = StartSchedule | StartOn | MomentRule


class Outside(Protocol):
    """The runtime, as far as an editor needs it."""

    def catalog(self, folder: Path) -> Catalog:
        """What plugins offer in the project of a folder."""
        ...

    def problems(self, program: Program) -> Sequence[Diagnostic]:
        """What is wrong with the bodies of messages once they are made into what is sent."""
        ...

    def coming(self, timed: Timed, zone: str) -> dt.datetime | None:
        """The first local time at or after now, naive, in a zone; None where there is none any more.

        A rule of a wait must not have a ``date``; inside its window the answer is now.
        """
        ...

    def local(self, zone: str) -> dt.datetime:
        """The present local time in a zone, naive."""
        ...

