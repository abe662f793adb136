"""Running a project's tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import tests as t
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import walk
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.machine.trace import shown
from triggerfish.runtime.story import sentences
from triggerfish.runtime.testing import lines
from triggerfish.runtime.testing.expectations import RenderError, unmet
from triggerfish.runtime.testing.person import Seen, TestPerson

if TYPE_CHECKING:
    from triggerfish.runtime.messages.messages import MessageSet, Rendered, Unrendered
    from triggerfish.runtime.testing.coverage import Coverage


@dataclass(frozen=True, slots=True)
class Failure:
    """A line that was not met: what was wrong there."""

    line: int
    text: str
    message: str


@dataclass(frozen=True, slots=True)
class TestResult:
    """``story`` is what happened to the person up to the first failure, one sentence a line."""

    __test__ = False

    name: str
    file: str
    line: int
    outcome: Literal["passed", "failed", "error"]
    failures: tuple[Failure, ...] = ()
    story: tuple[str, ...] = ()


class TestRunner:
    """Runs tests of one program; machines are made once per set of flows."""

    __test__ = False

    def __init__(
        self,
        program: Program,
        messages: Callable[[], MessageSet],
        functions: Mapping[str, Any] | None = None,
        coverage: Coverage | None = None,
    ) -> None:
        self.coverage = coverage
        self.program = program
        self.functions = functions
        self._messages = messages
        self._made: MessageSet | None = None
        self._rendered: dict[tuple[object, ...], Rendered | Unrendered] = {}
        self._machines: dict[tuple[str, ...], Machine] = {}
        self._asked: dict[tuple[str, ...], dict[str, x.Expr]] = {}

    def run(self, tests: Sequence[t.Test]) -> Iterator[TestResult]:
        """The results, one by one, in the order of the tests."""
        for test in tests:
            self._asked.setdefault(test.flows, {}).update(_past(test))
        for test in tests:
            yield self.run_one(test)

    def run_one(self, test: t.Test) -> TestResult:
        """One test. An exception inside is the outcome ``error``: a mistake of ours, not of the flow."""
        person = TestPerson(self._machine(test))
        failures: list[Failure] = []
        story: tuple[str, ...] = ()
        try:
            for line, message in self._through(person, test):
                if message is not None:
                    story = story or tuple(tell(person))
                    failures.append(Failure(line.line, line.text, message))
        except Exception as error:  # noqa: BLE001 - one broken test must not hide the others
            failures.append(Failure(test.line, test.name, f"triggerfish itself failed: {type(error).__name__}: {error}"))
            return TestResult(test.name, test.file, test.line, "error", tuple(failures), tuple(tell(person)))
        return TestResult(test.name, test.file, test.line, "failed" if failures else "passed", tuple(failures), story)

    def _through(self, person: TestPerson, test: t.Test) -> Iterator[tuple[t.TestLine, str | None]]:
        """The lines that may be wrong, with what is wrong with them."""
        lines.begin(person, test.lines)
        begun = False
        for line in test.lines:
            if isinstance(line, lines.GIVEN):
                if begun:
                    lines.given(person, line)
                continue
            begun = True
            if isinstance(line, lines.DOING):
                try:
                    lines.do(person, line)
                except lines.ClockError as error:
                    yield line, str(error)
            else:
                yield line, unmet(person, line, self.render)

    def _machine(self, test: t.Test) -> Machine:
        asked = self._asked.setdefault(test.flows, {})
        new = {text: node for text, node in _past(test).items() if text not in asked}
        machine = None if new else self._machines.get(test.flows)
        if machine is None:
            asked |= new
            program = self.program
            if test.flows:
                program = replace(program, flows=tuple(flow for flow in program.flows if flow.name in test.flows))
            machine = Machine(program, functions=self.functions, asked=list(asked.values()))
            self._machines[test.flows] = machine
            if self.coverage is not None:
                self.coverage.watch(machine)
        return machine

    def render(self, delivery: Delivery) -> dict[str, str]:
        """The fields of a send as they would go out."""
        from triggerfish.runtime.links.links import MessageLinks
        from triggerfish.runtime.links.services import Shown
        from triggerfish.runtime.messages.messages import Rendered, Unrendered  # Liquid is slow to import

        if self._made is None:
            self._made = self._messages()
        data = delivery.data
        same = data["message"], delivery.target, data["language"], delivery.flow, delivery.at, repr(delivery.context)
        made = self._rendered.get(same)
        if made is None:
            links = MessageLinks.of(delivery.key.partition("/")[0], delivery, self.program.policy, Shown())
            left = None if data["transactional"] or data["topic"] is None else links.unsubscribe(None)
            values = {"unsubscribe_url": left, **delivery.context}
            made = self._made.render(data["message"], delivery.target, data["language"], values, at=delivery.at, links=links)
            if isinstance(made, Rendered):
                fits = self._made.content(delivery.target, made.fields)
                made = fits if isinstance(fits, Unrendered) else made
            self._rendered[same] = made
        if isinstance(made, Rendered):
            return made.fields
        raise RenderError(made.reason)


def _happened(event: Seen) -> str:
    known = ", ".join(f"{name}: {shown(value)}" for name, value in event.fields.items() if value is not None)
    return f"{event.name} happened" + (f" with {known}" if known else "")


def _past(test: t.Test) -> dict[str, x.Expr]:
    """What the expectations of a test ask of history."""
    asked = [line.condition for line in test.lines if isinstance(line, t.ExpectCondition)]
    found = [node for each in asked for node in walk(each) if isinstance(node, x.Did | x.Aggregate | x.Pick)]
    # The runtime's own events come about only where something looks at them.
    events = [line.event for line in test.lines if isinstance(line, t.ExpectEvent)]
    found += [x.Did(event, None, "at least", 1, x.Ever(), negated=False) for event in events]
    return {repr(node): node for node in found}


def tell(person: TestPerson) -> Iterator[str]:
    """The person's story so far."""
    entries: list[tuple[int, int, int, str]] = [
        (each.at, each.order, 0, _happened(each)) for each in person.events if each.given
    ]
    before = person.missed_before
    entries += [
        (each.at, before[number] if number < len(before) else len(person.facts), 1, sentences.miss(each))
        for number, each in enumerate(person.misses)
    ]
    entries += [(each.at, number, 2, sentences.fact(each, person.zone)) for number, each in enumerate(person.facts)]
    for at, _, _, sentence in sorted(entries, key=lambda each: each[:3]):
        yield f"{sentences.moment(at, person.zone)}  {sentence}"
    yield f"{sentences.moment(person.now, person.zone)}  it is now"
