"""What the language server asks the runtime: plugins, problems in bodies, and when schedules fire."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from triggerfish.runtime.engine.clock import Clock, WallClock

if TYPE_CHECKING:
    from triggerfish.dsl.catalog import Catalog
    from triggerfish.dsl.diagnostics.model import Diagnostic
    from triggerfish.dsl.ir.program import Message, Program
    from triggerfish.dsl.server.outside import Timed
    from triggerfish.plugins.manager import Plugins


class Editing:
    """The runtime for one editor. What was found in a message is kept for as long as the message stays what it is."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or WallClock()
        self._known: dict[int, tuple[Message, tuple[Diagnostic, ...]]] = {}

    @cached_property
    def plugins(self) -> Plugins:
        """The plugins that are installed: every project has them."""
        from triggerfish.plugins.manager import load_plugins

        return load_plugins()

    def catalog(self, folder: Path) -> Catalog:  # noqa: ARG002 - every project has the plugins that are installed
        """What the installed plugins offer."""
        return self.plugins.catalog()

    def problems(self, program: Program) -> Sequence[Diagnostic]:
        """What is wrong with the bodies of messages once they are made into what is sent."""
        from triggerfish.runtime.messages.messages import MessageSet  # slow to import

        found: list[Diagnostic] = []
        known: dict[int, tuple[Message, tuple[Diagnostic, ...]]] = {}
        for message in program.messages:
            before = self._known.get(id(message))
            if before is None or before[0] is not message:
                single = MessageSet(replace(program, messages=(message,)), self.plugins.channels)
                before = message, tuple(single.problems)
            known[id(message)] = before
            found += before[1]
        self._known = known
        return found

    def coming(self, timed: Timed, zone: str) -> dt.datetime | None:
        """The first local time at or after now, naive, in a zone; None where there is none any more."""
        from triggerfish.dsl.ir.steps import MomentRule
        from triggerfish.runtime.machine import calendar, schedules
        from triggerfish.runtime.machine.steps.waits import next_clock

        here, now = calendar.zone_named(zone), self._clock.now()
        if isinstance(timed, MomentRule):
            return calendar.local(next_clock(now, timed, here), here)
        moment = schedules.coming(timed, here, now)
        return calendar.local(moment, here) if moment is not None else None

    def local(self, zone: str) -> dt.datetime:
        """The present local time in a zone, naive."""
        from triggerfish.runtime.machine import calendar

        return calendar.local(self._clock.now(), calendar.zone_named(zone))
