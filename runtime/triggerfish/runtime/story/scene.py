"""A person at a moment: what an explanation looks at."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from triggerfish.runtime.machine.effects import Fact
from triggerfish.runtime.machine.state import Run, State, decode
from triggerfish.runtime.machine.trace import Miss, sentence
from triggerfish.runtime.story import sentences
from triggerfish.runtime.story.record import Record, Version
from triggerfish.runtime.story.replay import Replayed, missed, replay

if TYPE_CHECKING:
    from triggerfish.dsl.ir.expressions import Expr
    from triggerfish.dsl.ir.flows import Flow
    from triggerfish.runtime.machine.compiled import CompiledProgram
    from triggerfish.runtime.store.events import Logged
    from triggerfish.runtime.store.outbox import Posted


@dataclass(frozen=True)
class Scene:
    """``now`` is the moment looked at: the one asked for, or the present; ``until`` the one asked for.

    ``version`` is that of the program. ``posted`` are the deliveries as they stood at that moment; ``later`` holds those that went on afterwards, as they are at present.
    """

    record: Record
    replayed: Replayed
    now: int
    until: int | None
    version: int
    program: CompiledProgram
    state: State
    facts: list[Fact] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    given: list[Logged] = field(default_factory=list)
    posted: dict[str, Posted] = field(default_factory=dict)
    later: dict[str, Posted] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Record, now: int, until: int | None = None) -> Scene:
        """As things stand, or as they stood at ``until``: then the state is what the replay had come to."""
        replayed = replay(record, until)
        data, version = (record.state, record.versions[-1].number) if until is None else (replayed.state, _in_force(record, replayed, until))
        state = decode(data) if data is not None else State(profile={"id": record.person})
        return cls(
            record, replayed, now if until is None else until, until, version, record.machine(version).part(record.person), state,
            [fact for fact in record.facts if until is None or fact.at <= until],
            missed(replayed, until),
            [each for each in record.given() if until is None or each.input.id in replayed.handled],
            {each.delivery.key: _then(each, until) for each in record.posted if until is None or each.delivery.at <= until},
            {each.delivery.key: each for each in record.posted if _went_on(each, until)},
        )  # fmt: skip

    @property
    def zone(self) -> ZoneInfo:
        """The person's zone at that moment."""
        return self.program.zone(self.state)

    def moment(self, at: int) -> str:
        """A moment in the person's zone."""
        return sentences.moment(at, self.zone)

    def flow(self, name: str) -> Flow | None:
        """The flow as declared at that moment; one that was dropped as it was last, where the person has been inside."""
        found = self.program.flows.get(name)
        if found is not None:
            return found.ir
        if not any(fact.flow == name for fact in self.facts):
            return None
        last = self._with(name)
        return None if last is None else self.record.machine(last.number).part(self.record.person).flows[name].ir

    def declared(self, version: int, name: str) -> Flow | None:
        """A flow as a version declares it."""
        found = self.record.machine(version).part(self.record.person).flows.get(name)
        return None if found is None else found.ir

    def dropped(self, name: str) -> Version | None:
        """The version that dropped a flow, if one did."""
        last = None if name in self.program.flows else self._with(name)
        return None if last is None else next((each for each in self.record.versions if each.number > last.number), None)

    def _with(self, name: str) -> Version | None:
        """The last version that has a flow."""
        versions = reversed(self.record.versions)
        return next((each for each in versions if name in self.record.machine(each.number).part(self.record.person).flows), None)

    def runs(self, name: str | None = None) -> list[Run]:
        """The runs inside, branches left out."""
        return [run for run in self.state.runs if run.parent is None and name in (None, run.flow)]

    def failed(self, condition: Expr | None, fields: dict[str, Any] | None = None, scope: Any = None) -> str:
        """Why a condition is false at that moment, with its values; nothing where it holds."""
        if condition is None:
            return ""
        return "; ".join(sentence(part) for part in self.program.tracer.failed(condition, self.state, self.now, fields, scope))

    @cached_property
    def handled_later(self) -> list[Logged]:
        """What had come in by the moment asked for, and was handled after it."""
        until, replayed = self.until, self.replayed
        if until is None or replayed.difference is not None:
            return []
        return [each for each in self.record.given() if each.received <= until and each.input.id not in replayed.handled]

    @cached_property
    def _runs(self) -> dict[int, list[Fact]]:
        found: dict[int, list[Fact]] = {}
        for fact in self.facts:
            found.setdefault(fact.run, []).append(fact)
        return found

    def of_run(self, run: int) -> list[Fact]:
        """The facts of a run, none for 0."""
        return self._runs.get(run, []) if run else []

    def of_flow(self, name: str, *kinds: str) -> list[Fact]:
        """The facts of a flow, of these kinds or all."""
        return [fact for fact in self.facts if fact.flow == name and (not kinds or fact.kind in kinds)]


def _went_on(posted: Posted, until: int | None) -> bool:
    """Whether anything became of a delivery after a moment."""
    untouched = posted.status == "waiting" and not posted.attempts and posted.reason is None
    return until is not None and posted.updated_at > until and not untouched


def _then(posted: Posted, until: int | None) -> Posted:
    """A delivery as it stood at a moment. Only the last change is kept: before it, it was waiting."""
    if not _went_on(posted, until):
        return posted
    return posted._replace(status="waiting", attempts=0, next_attempt_at=posted.delivery.at, provider_id=None, reason=None)


def _in_force(record: Record, replayed: Replayed, until: int) -> int:
    """The version that decided at a moment: what was in force then, or what has handled the person, where history was replayed."""
    return max(replayed.version, record.in_force(until))
