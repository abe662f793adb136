"""What the program knows of events and profiles, ready to be looked up by names from outside."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.program import Event, Program
from triggerfish.dsl.ir.types import DATETIME, TEXT, Field, Type
from triggerfish.runtime.intake.values import level

_BUILT_IN = (
    Field("email", Type("email")),
    Field("phone", Type("phone")),
    Field("timezone", Type("timezone")),
    Field("language", TEXT),
    Field("created_at", DATETIME),
)


@dataclass(frozen=True, slots=True)
class EventShape:
    """``fields`` by normalised name."""

    name: str
    everyone: bool
    fields: dict[str, Field]


class Schema:
    """The declared names, normalised. ``zone`` is the workspace's, for times without an offset."""

    def __init__(self, program: Program) -> None:
        self.events: dict[str, EventShape] = {}
        shapes = [(event, _shape(event)) for event in program.events]
        for event, shape in shapes:
            if event.wire:
                self.events.setdefault(level(event.wire), shape)
        for event, shape in shapes:
            self.events[level(event.name)] = shape
        self.event_names = tuple(event.name for event in program.events)
        self.profile = _by_name((*_BUILT_IN, *program.profile))
        self.topics = {topic.name: tuple(topic.channels) for topic in program.topics}
        self.hand_segments = frozenset(segment.name for segment in program.segments if segment.kind == "hand")
        self.flows = frozenset(flow.name for flow in program.flows)
        self.workspace_flows = frozenset(flow.name for flow in program.flows if flow.workspace)
        self.addresses = dict(program.addresses)
        self.zone = ZoneInfo(program.policy.timezone)


def _shape(event: Event) -> EventShape:
    return EventShape(event.name, event.everyone, _by_name(event.fields))


def _by_name(fields: tuple[Field, ...]) -> dict[str, Field]:
    return {level(field.name): field for field in fields}
