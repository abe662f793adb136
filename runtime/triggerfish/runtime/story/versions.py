"""The machines of a program's versions, each made when an explanation first needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from triggerfish.dsl.ir.codec import loads
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.engine.programs import OlderPrograms
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.programs import Programs


class Machines:
    """By number; where nothing has been deployed yet, version 1 is what ``written`` gives."""

    def __init__(self, programs: Programs, functions: Mapping[str, Any], written: Callable[[], Program]) -> None:
        self._programs = programs
        self._functions = functions
        self._written = written
        self._listed = programs.versions()
        self._made: dict[int, Machine] = {}

    def __call__(self, version: int) -> Machine:
        """The machine of a version. Raises KeyError, and InvalidProgramError where a newer triggerfish has written it."""
        found = self._made.get(version)
        if found is None:
            found = self._made[version] = self._make(version)
        return found

    def _make(self, version: int) -> Machine:
        if not self._listed:
            return Machine(self._written(), functions=self._functions)
        stored = self._programs.load(version)
        if stored is None:
            raise KeyError(version)
        deploys = {each.version: each.options for each in self._listed if each.version <= version}
        return Machine(loads(stored.ir), OlderPrograms(self._programs, version), version, self._functions, deploys=deploys)
