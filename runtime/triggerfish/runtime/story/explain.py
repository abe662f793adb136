"""Why a person got something, or did not: the journal, what became of deliveries, and what never started."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.flows import StartSegment, StartWhen
from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.state import State, decode
from triggerfish.runtime.machine.trace import Miss
from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.profile import iso


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a delivery: the outbox's status and reason."""

    key: str
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the explanation."""

    at: int
    kind: str
    flow: str
    step: str
    line: int
    why: str


class Explanation:
    """Everything about one person up to a moment, perhaps for one flow.

    Args:
        machine: runs the program in force; used to replay what came in and see what did not start.
        facts: the person's journal.
        inputs: what came in about the person, in order of arrival, without what the machine recorded itself.
        posted: what became of deliveries.
        state: the person's state as it is now, None if there is none.
    """

    def __init__(
        self,
        machine: Machine,
        person: str,
        facts: Sequence[Fact],
        inputs: Sequence[Input],
        posted: Iterable[Posted],
        state: bytes | None,
    ) -> None:
        self.machine = machine
        self.program = machine.program
        self.person = person
        self.facts = facts
        self.inputs = inputs
        self.posted = {each.key: each for each in posted}
        self.state = None if state is None else decode(state)

    def entries(self, flow: str | None = None, until: int | None = None) -> list[Entry]:
        """The explanation in order of time. ``flow`` keeps to one flow, ``until`` to what was so at a moment."""
        found = [self._fact(fact) for fact in self.facts if flow is None or fact.flow == flow]
        missed = (miss for miss in self._misses(until) if not miss.step)
        found += [self._miss(miss) for miss in missed if flow is None or miss.flow == flow]
        if until is not None:
            found = [each for each in found if each.at <= until]
        found.sort(key=lambda each: each.at)
        if until is None:
            found += self._next(flow)
        if flow is not None and not any(each.kind == "entered" for each in found):
            found += self._never(flow)
        return found

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone as it is now."""
        return self.program.zone(self.state or State())

    def _fact(self, fact: Fact) -> Entry:
        why = sentences.fact(fact, self.zone)
        posted = self.posted.get(str(fact.data.get("key"))) if fact.kind in {"sent", "done"} else None
        if posted is not None:
            reason = f" ({posted.reason})" if posted.reason else ""
            why += f"; delivery: {posted.status}{reason}"
        return Entry(fact.at, fact.kind, fact.flow, fact.step, fact.line, why)

    def _miss(self, miss: Miss) -> Entry:
        return Entry(miss.at, "not started", miss.flow, miss.step, miss.line, sentences.miss(miss))

    def _misses(self, until: int | None) -> list[Miss]:
        """What did not start: seen by sending what came in through the machine once more."""
        misses: list[Miss] = []
        inputs = [one for one in self.inputs if until is None or one.at <= until]
        if inputs:
            ordered = sorted(inputs, key=lambda one: one.at)
            self.machine.advance(self.person, None, ordered, ordered[-1].at, live=False, misses=misses)
        return misses

    def _next(self, flow: str | None) -> list[Entry]:
        """Where the person is now, and what comes next."""
        found = []
        for run in self.state.runs if self.state else ():
            compiled = self.program.flow(run.flow, run.version)
            if compiled is None or (flow is not None and run.flow != flow):
                continue
            at = compiled.instructions[run.pc].at
            for what, moment in (("goes on", run.due), ("expires", run.expires)):
                if moment is not None:
                    why = f"{what} {sentences.moment(moment, self.zone)} at the latest: now at {at.text!r}"
                    found.append(Entry(moment, "next", run.flow, at.id, at.line, why))
        found += self._pending(flow)
        return sorted(found, key=lambda each: each.at)

    def _pending(self, name: str | None) -> list[Entry]:
        """Starts that are under way: a chain waits for what comes next, or for nothing to come."""
        stages = {(stage.key, stage.index): stage for flow in self.program.flows.values() for stage in flow.stages}
        found = []
        for chain, pending in self.state.chains.items() if self.state else ():
            stage = stages.get(("|".join(chain.split("|", 3)[:2]), pending.stage))
            if stage is None or (name is not None and stage.flow.ir.name != name):
                continue
            then = "comes in" if stage.match.negated else "the start lapses"
            why = f"{stage.flow.ir.name} has begun to start: {then} {sentences.moment(pending.deadline, self.zone)} ({stage.match.text})"
            found.append(Entry(pending.deadline, "next", stage.flow.ir.name, "", stage.match.line, why))
        return found

    def _never(self, name: str) -> list[Entry]:
        """Why a person never came into a flow, where no refusal says it."""
        flow = self.program.flows.get(name)
        if flow is None:
            return []
        came = {one.name for one in self.inputs if one.kind == "event"}
        found = []
        last = self.inputs[-1].at if self.inputs else 0
        for start in flow.ir.starts:
            if isinstance(start, StartSegment) and start.enters and start.segment not in (self.state or State()).segments:
                why = f"never entered: not in segment {start.segment}"
                found.append(Entry(last, "not started", name, "", start.line, why))
            if not isinstance(start, StartWhen):
                continue
            first = start.stages[0]
            if came.isdisjoint(first.events):
                why = f"never entered: {' or '.join(first.events)} never happened ({first.text})"
                found.append(Entry(last, "not started", name, "", first.line, why))
        return found


def as_json(explanation: Explanation, entries: Sequence[Entry]) -> dict[str, Any]:
    """The shape that the contract of the command line gives."""
    files = {flow.name: flow.file for flow in explanation.program.ir.flows}
    zone = explanation.zone
    return {
        "person": explanation.person,
        "entries": [
            {
                "at": iso(each.at, zone), "kind": each.kind, "flow": each.flow, "step": each.step,
                "file": files.get(each.flow, ""), "line": each.line, "why": each.why,
            }
            for each in entries
        ],
    }


def as_text(explanation: Explanation, entries: Sequence[Entry]) -> Iterable[str]:
    """The same for people: one line an entry, with the place it comes from.

    A start that did not come about again and again is told once, with how often.
    """
    files = {flow.name: flow.file for flow in explanation.program.ir.flows}
    often = Counter(_start(each) for each in entries)
    told: set[tuple[str, int]] = set()
    for each in entries:
        start = _start(each)
        if start in told:
            continue
        again = ""
        if start is not None:
            told.add(start)
            if often[start] > 1:
                last = next(one for one in reversed(entries) if _start(one) == start)
                again = f"; {often[start]} times in all, last {sentences.moment(last.at, explanation.zone)}"
        place = f"   [{files.get(each.flow, each.flow)}:{each.line}]" if each.line and each.flow else ""
        yield f"{sentences.moment(each.at, explanation.zone)}  {each.why}{again}{place}"


def _start(entry: Entry) -> tuple[str, int] | None:
    """Which start line an entry says did not come about, if it says so."""
    return (entry.flow, entry.line) if entry.kind == "not started" else None
