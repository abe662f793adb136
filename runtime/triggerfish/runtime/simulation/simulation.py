"""A simulation from the spooled events to the figures, over as many processes as are wanted."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.codec import dumps
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.effects import Advance, Fact
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.simulation.comparison import KINDS, Comparison, differences, outcome
from triggerfish.runtime.simulation.crowd import Wide
from triggerfish.runtime.simulation.spool import Spool, people
from triggerfish.runtime.simulation.tally import Counting, Tally
from triggerfish.runtime.simulation.together import Together, workspace
from triggerfish.runtime.simulation.way import Answer
from triggerfish.runtime.simulation.worker import Result, Task, Worker, machine, seldom_collected, serve

Progress = Callable[[int, int], None]
"""Takes events done and events in all."""

WORTH_A_PROCESS = 20_000
"""Fewer events than that are through before another process is ready."""


class ProcessDied(Exception):  # noqa: N818 - it says what happened
    """A process of the simulation ended before it was through."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be simulated: the program, what to compare it with, and the span of time in milliseconds.

    What happens before ``since`` is gone through and not counted; time goes on to ``until``. ``functions`` says whether plugins bring functions that the programs
    may use; ``everybody`` whether all people who are affected are named, and not just the first.
    """

    program: Program
    against: Program | None = None
    since: int | None = None
    until: int | None = None
    answer: Answer = "ok"
    functions: bool = False
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Simulated:
    """What came out. ``together`` says that people had to be gone through at the same time, in one process."""

    tally: Tally
    comparison: Comparison | None
    since: int
    until: int
    together: bool


def simulate(
    spool: Spool, wanted: Wanted, *, processes: int | None = None, progress: Progress = lambda _done, _total: None
) -> Simulated:
    """Go through all that was spooled. Without ``processes`` there are as many as there are cores.

    Raises ProcessDied.
    """
    first = spool.first or 0
    since = first if wanted.since is None else wanted.since
    until = (spool.last or 0) if wanted.until is None else wanted.until
    task = Task(
        dumps(wanted.program), None if wanted.against is None else dumps(wanted.against), since, until, wanted.answer,
        wanted.functions, wanted.everybody,
    )
    programs = [machine(each, functions=task.functions) for each in (task.program, task.against) if each is not None]
    if any(each.releases for each in programs):
        return _together(spool, task, programs, first, progress)
    counting = Counting(ZoneInfo(wanted.program.policy.timezone), since)
    comparison = Comparison(wanted.everybody)
    wide: list[list[Wide]] = []
    for number, each in enumerate(programs):
        made, told = workspace(each, spool.shared, first, until, task.answer)
        wide.append(told)
        if number == 0:
            counting.take(fact for advance in made for fact in advance.facts)
    task = Task(
        task.program, task.against, since, until, task.answer, task.functions, task.everybody, wide[0],
        wide[1] if len(wide) > 1 else [],
    )
    counting.tally.events += sum(1 for _, (at, _, _) in spool.shared if since <= at <= until)
    parts = sorted(spool.parts(), key=lambda part: part.stat().st_size, reverse=True)
    number = _number(processes, spool.number, len(parts))
    done = 0
    for result in _in_turn(task, parts) if number == 1 else _side_by_side(task, parts, number):
        counting.tally.add(result.tally)
        comparison.add(result.comparison)
        done += result.events
        progress(done, spool.number)
    return Simulated(counting.tally, comparison if wanted.against is not None else None, since, until, together=False)


def _number(wanted: int | None, events: int, parts: int) -> int:
    if wanted is None:
        wanted = multiprocessing.cpu_count() if events >= WORTH_A_PROCESS else 1
    return max(1, min(wanted, parts))


def _in_turn(task: Task, parts: Sequence[Path]) -> Iterator[Result]:
    worker = Worker(task)
    with seldom_collected():
        yield from map(worker.part, parts)


def _side_by_side(task: Task, parts: Sequence[Path], number: int) -> Iterator[Result]:
    """Whoever is through with a part is given the next."""
    # Begun anew and not forked: that works on every system, and with any threads there may be here.
    context = multiprocessing.get_context("spawn")
    waiting = list(reversed(parts))
    with ExitStack() as stack:
        lines: list[Connection] = []
        for _ in range(number):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(task, theirs), daemon=True)
            process.start()
            theirs.close()
            stack.callback(process.join)
            stack.callback(process.terminate)
            lines.append(ours)
        for line in lines[:]:
            _give(line, lines, waiting)
        while lines:
            for ready in wait(lines):
                line = cast("Connection", ready)
                try:
                    result: Result = line.recv()
                except EOFError as error:
                    raise ProcessDied("a process of the simulation ended; perhaps there was not enough memory") from error
                _give(line, lines, waiting)
                yield result


def _give(line: Connection, lines: list[Connection], waiting: list[Path]) -> None:
    if waiting:
        line.send(waiting.pop())
        return
    line.send(None)
    lines.remove(line)


def _together(spool: Spool, task: Task, programs: Sequence[Machine], first: int, progress: Progress) -> Simulated:
    """Everybody at once, a program after the other."""
    counting = Counting(ZoneInfo(programs[0].program.ir.policy.timezone), task.since)
    outcomes: list[dict[str, list[Fact]]] = [{}, {}]
    parts = spool.parts()
    total = len(programs) * spool.number

    def keep(number: int, person: str, advances: Sequence[Advance]) -> None:
        facts = [fact for advance in advances for fact in advance.facts]
        if number == 0:
            counting.take(facts)
        if len(programs) > 1:
            outcomes[number].setdefault(person, []).extend(fact for fact in facts if fact.kind in KINDS)

    def through(number: int, done: int) -> None:
        progress(number * spool.number + done, total)

    for number, each in enumerate(programs):
        going = Together(each, task.answer, partial(keep, number), partial(through, number))
        going.run(people(parts), spool.shared, (first, task.since, task.until))
        counting.tally.people, counting.tally.events = going.people, going.events
    comparison = Comparison(task.everybody)
    for person in sorted(outcomes[0].keys() | outcomes[1].keys()):
        before_, after = (outcome(outcomes[which].get(person, ()), task.since) for which in (1, 0))
        comparison.take(person, differences(before_, after))
    return Simulated(counting.tally, comparison if task.against is not None else None, task.since, task.until, together=True)
