"""Which versions of the program there are: the one in force and those that people inside flows still follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from triggerfish.dsl.ir.codec import dumps, loads, program_hash
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.deploy import Deploy
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.store.programs import Programs


class OlderPrograms(Mapping[int, Program]):
    """The versions before ``version``, each read from the store when it is first asked for.

    Looking one up raises KeyError if there is no such version, and InvalidProgramError if it cannot be read any more.
    """

    def __init__(self, programs: Programs, version: int) -> None:
        self._programs = programs
        self._numbers = tuple(each.version for each in programs.versions() if each.version < version)
        self._read: dict[int, Program] = {}

    def __getitem__(self, version: int) -> Program:
        found = self._read.get(version)
        if found is None:
            stored = self._programs.load(version) if version in self._numbers else None
            if stored is None:
                raise KeyError(version)
            found = self._read[version] = loads(stored.ir)
        return found

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def __len__(self) -> int:
        return len(self._numbers)


@dataclass(frozen=True, slots=True)
class Versions:
    """``changed`` says whether this call made the version."""

    version: int
    older: Mapping[int, Program]
    changed: bool


def deploy(
    programs: Programs, program: Program, now: int, options: Deploy | None = None, *, instead_of: int | None = None
) -> Versions:
    """Put ``program`` in force: a new version, unless the newest one is the same.

    Whoever runs this database goes on with it from the next batch on. With ``instead_of`` that version must be in force.
    Raises Conflict and StoreUnavailable.
    """
    digest = program_hash(program)
    newest = programs.newest()
    if newest is not None and newest.hash == digest and instead_of in (None, newest.version):
        return Versions(newest.version, OlderPrograms(programs, newest.version), changed=False)
    sources = {source.path: source.text for source in program.sources}
    version = programs.add(digest, dumps(program).decode(), sources, now, options, instead_of=instead_of)
    changed = newest is None or version != newest.version
    return Versions(version, OlderPrograms(programs, version), changed=changed)


class InForce:
    """Follows what is deployed on a database: for an engine, which asks between its batches.

    ``changed`` is called with each program that comes into force, the first one included; ``notice`` says so for the later ones.
    """

    def __init__(
        self,
        programs: Programs,
        functions: Mapping[str, Any],
        *,
        changed: Callable[[Program], None] = lambda _: None,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._programs = programs
        self._functions = functions
        self._changed = changed
        self._notice = notice
        self._settling = True
        self.version = 0

    def newer(self) -> Machine | None:
        """The machine of the version in force, if that is not the one given last.

        Raises InvalidProgramError where a newer triggerfish has written it, and StoreUnavailable.
        """
        newest = self._programs.version()
        if newest == self.version:
            return None
        stored = self._programs.load(newest)
        if stored is None:
            raise KeyError(newest)
        program = loads(stored.ir)
        deploys = {each.version: each.options for each in self._programs.versions() if each.version <= newest}
        machine = Machine(
            program, OlderPrograms(self._programs, newest), newest, self._functions, deploys=deploys
        )
        self._changed(program)
        if self.version:
            self._notice(Remark("program_changed", "version {version} of the program is in force from here on", level="info", version=newest))
        self.version, self._settling = newest, True
        return machine

    def settle(self, people: int) -> None:
        """Let so many more people be looked at who have not been since the deploy."""
        if self._settling:
            self._settling = self._programs.settle(self.version, people)
