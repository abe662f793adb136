"""What names mean at one place of a program."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from triggerfish.dsl.check.report import Report
from triggerfish.dsl.check.source import Sources
from triggerfish.dsl.check.symbols import Node, Symbols
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.span import Span


@dataclass(frozen=True, slots=True)
class Alternative:
    """One of the things a name may stand for: an event, a start line. ``type`` is None if that is in error."""

    label: str
    type: Type | None


@dataclass(frozen=True, slots=True)
class Variable:
    """Something a run has caught, under a name.

    With several alternatives only what all of them have can be used. ``what`` names it in messages.
    """

    what: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """The event being looked at: bare names are its fields first. ``started`` if it is also what ``event`` means."""

    alternatives: tuple[Alternative, ...]
    started: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """A place of a program, and where to report mistakes.

    ``variables`` is None where there is no run. ``watched`` where the moment of a change must be known in advance,
    ``owner`` what is being declared, ``test`` inside a test, ``workspace`` in a flow that runs for no person.
    """

    symbols: Symbols
    report: Report
    sources: Sources
    variables: Mapping[str, Variable] | None = None
    subject: Subject | None = None
    watched: bool = False
    owner: Node | None = None
    within_history: bool = False
    test: bool = False
    templates: bool = False
    workspace: bool = False
    seen: set[tuple[object, ...]] = field(default_factory=set)

    def looking_at(self, *events: str, started: bool = False) -> Context:
        """The same place, after the names of events."""
        alternatives = tuple(Alternative(event, self.symbols.event_type(event)) for event in events)
        return replace(self, subject=Subject(alternatives, started))

    def watching(self) -> Context:
        """The same place, in a condition that is watched."""
        return replace(self, watched=True)

    def asking(self) -> Context:
        """The same place, in a condition that is merely asked."""
        return replace(self, watched=False)

    def knows(self, name: str) -> bool:
        """Whether a bare name means anything here, a value or not."""
        fields = () if self.subject is None else self.subject.alternatives
        return (
            name in (self.variables or {})
            or name in self.symbols.plain_names()
            or self.symbols.what_is(name) is not None
            or any(one.type is None or one.type.field(name) is not None for one in fields)
        )

    def person(self, span: Span, what: str) -> bool:
        """Whether there is a person here; if not, reports ``what`` cannot be."""
        if self.workspace:
            self.report.add(flow_rules.NobodyHere.at(span, what=what))
        return not self.workspace
