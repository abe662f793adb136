"""A part of the people, through one program or two: what a process does."""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from triggerfish.dsl.ir.codec import loads
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.comparison import Comparison, differences, outcome
from triggerfish.runtime.simulation.crowd import Announcement, Wide, announcements
from triggerfish.runtime.simulation.family import Family
from triggerfish.runtime.simulation.spool import Given, frames, given, kin
from triggerfish.runtime.simulation.tally import Counting, Tally
from triggerfish.runtime.simulation.way import Answer, go

COLLECTED_AFTER = 100_000
"""Objects made and not freed, until the garbage collector looks at them."""


class Task(msgspec.Struct, frozen=True):
    """What a process needs to know: the programs as JSON (``against`` is the one it is compared with), the span of time in milliseconds.

    ``wide`` and ``wide_against`` are what happens for everyone under the one and the other program. ``functions`` says whether the
    programs use functions of plugins.
    """

    program: bytes
    against: bytes | None
    since: int
    until: int
    answer: Answer
    functions: bool
    everybody: bool
    wide: list[Wide] = []
    wide_against: list[Wide] = []


class Result(msgspec.Struct):
    """What came out of a part; ``events`` are those that were gone through, whether or not they are counted."""

    events: int
    tally: Tally
    comparison: Comparison


class Worker:
    """Has the machines ready and goes through parts of the people, one after the other."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self._machine = machine(task.program, functions=task.functions)
        self._announcements = announcements(self._machine, task.wide)
        self._against = None if task.against is None else machine(task.against, functions=task.functions)
        self._announcements_against = [] if self._against is None else announcements(self._against, task.wide_against)
        self._zone = ZoneInfo(self._machine.program.ir.policy.timezone)

    def part(self, path: Path) -> Result:
        """Everybody in a part of the spool."""
        task = self.task
        counting = Counting(self._zone, task.since)
        comparison = Comparison(task.everybody)
        events = 0
        found = frames(path)
        for group in kin(path):
            packed_kin = {name: found.pop(name) for name in group if name in found}
            self._family({name: given(each, task.until) for name, each in packed_kin.items()}, counting, comparison)
            events += sum(map(len, packed_kin.values()))
        while found:
            person, packed = found.popitem()
            own = given(packed, task.until)
            if not own:
                continue
            events += len(packed)
            counting.tally.people += 1
            counting.tally.events += sum(1 for each in own if each[0] >= task.since) if task.since > own[0][0] else len(own)
            try:
                facts = self._facts(self._machine, person, own, self._announcements)
                counting.take(facts)
                if self._against is not None:
                    before = self._facts(self._against, person, own, self._announcements_against)
                    comparison.take(person, differences(outcome(before, task.since), outcome(facts, task.since)))
            except Exception as error:  # noqa: BLE001 - one person's bug is not the others'
                counting.tally.failed[person] = f"{type(error).__name__}: {error}"
        return Result(events, counting.tally, comparison)

    def _family(self, own: dict[str, list[Given]], counting: Counting, comparison: Comparison) -> None:
        """Those who may turn out to be one person: each is who they are at the end."""
        task = self.task
        own = {name: some for name, some in own.items() if some}
        if not own:
            return
        counting.tally.events += sum(1 for some in own.values() for at, _, one in some if at >= task.since and one.kind != "alias")
        try:
            people, facts = self._family_facts(self._machine, own, self._announcements)
            counting.tally.people += people
            for some in facts.values():
                counting.take(some)
            if self._against is not None:
                _, before = self._family_facts(self._against, own, self._announcements_against)
                for person in sorted(facts.keys() | before.keys()):
                    sides = (outcome(each.get(person, ()), task.since) for each in (before, facts))
                    comparison.take(person, differences(*sides))
        except Exception as error:  # noqa: BLE001 - one person's bug is not the others'
            counting.tally.failed[min(own)] = f"{type(error).__name__}: {error}"

    def _family_facts(self, machine: Machine, own: dict[str, list[Given]], wide: Sequence[Announcement]) -> tuple[int, dict[str, list[Fact]]]:
        family = Family(machine, self.task.answer)
        found: dict[str, list[Fact]] = {}
        for name, made in family.go(own, wide, self.task.until).items():
            found.setdefault(family.homes.home(name), []).extend(fact for each in made for fact in each.facts)
        return family.people, found

    def _facts(self, machine: Machine, person: str, own: Sequence[Given], wide: Sequence[Announcement]) -> list[Fact]:
        made = go(machine, person, own, wide, self.task.until, self.task.answer)
        return made[0].facts if len(made) == 1 else [fact for each in made for fact in each.facts]


def machine(program: bytes, *, functions: bool) -> Machine:
    """The machine of a program that came as JSON."""
    brought = {}
    if functions:
        from triggerfish.plugins.manager import load_plugins  # only where a program uses one

        brought = {name: function.call for name, function in load_plugins().functions.items()}
    return Machine(loads(program), functions=brought)


def serve(task: Task, line: Connection) -> None:
    """Go through each part that comes down the line and send back what came of it, until None comes. For a process of its own."""
    # Who asked for the simulation is told of Ctrl-C as well, and ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker = Worker(task)
    with seldom_collected():
        while (path := line.recv()) is not None:
            line.send(worker.part(path))


@contextmanager
def seldom_collected() -> Iterator[None]:
    """What a person leaves behind is freed at once, being in no circle; looking for circles takes a quarter of the time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
