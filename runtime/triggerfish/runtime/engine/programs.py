"""Which versions of the program there are: the one in force and those that people inside flows still follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from triggerfish.dsl.ir.codec import dumps, loads, program_hash
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.store.programs import Programs


class OlderPrograms(Mapping[int, Program]):
    """The versions before ``version``, each read from the store when it is first asked for.

    Looking one up raises KeyError if there is no such version, and InvalidProgramError if it cannot be read any more.
    """

    def __init__(self, programs: Programs, version: int) -> None:
        self._programs = programs
        self._numbers = tuple(number for number, _, _ in programs.versions() if number < version)
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


def deploy(programs: Programs, program: Program, now: int, before: Callable[[], object] = lambda: None) -> Versions:
    """Put ``program`` in force: a new version, unless the newest one is the same. Raises StoreUnavailable.

    ``before`` is called ahead of a change; killed between the two, the next deploy calls it again.
    """
    digest = program_hash(program)
    newest = programs.newest()
    if newest is not None and newest.hash == digest:
        return Versions(newest.version, OlderPrograms(programs, newest.version), changed=False)
    before()
    sources = {source.path: source.text for source in program.sources}
    version = programs.add(digest, dumps(program).decode(), sources, now)
    return Versions(version, OlderPrograms(programs, version), changed=True)
