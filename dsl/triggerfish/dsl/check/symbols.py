"""Everything that was declared, by name."""

from __future__ import annotations

from dataclasses import dataclass, field

from triggerfish.dsl.catalog import Catalog, FunctionInfo
from triggerfish.dsl.check.typed import Typed
from triggerfish.dsl.functions import FUNCTIONS
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.ir.types import Field, Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree.flows import Flow

Node = tuple[str, str]
"""A kind of declaration and a name: ``("segment", "engaged")``."""

HAPPENINGS = (
    "sent",
    "delivered",
    "opened",
    "clicked",
    "replied",
    "bounced",
    "failed",
    "complained",
    "unsubscribed",
    "suppressed",
    "prefetched",
)
"""The runtime's own events for each channel are ``CHANNEL_`` and one of these."""


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """A name that a message's template uses, and where; ``shown`` is how it stands there.

    ``wanted`` is the type it must have, for the field ``target``, where it is given to a link.
    """

    channel: str
    path: tuple[str, ...]
    shown: str
    span: Span
    wanted: Type | None = None
    target: str = ""


@dataclass(slots=True)
class Symbols:
    """Filled by ``declare``; after that only ``results``, ``templates``, ``variants`` and ``uses`` grow.

    ``places`` says where each thing was declared; ``results`` are the lowered ``value`` declarations,
    ``splits`` the arms of each experiment, ``templates`` what each message names, ``variants`` what each content names,
    ``uses`` the dependencies among values, segments and scores, with the place of the first use.
    """

    catalog: Catalog
    profile: dict[str, Field] = field(default_factory=dict)
    declared_fields: set[str] = field(default_factory=set)
    events: dict[str, ir.Event] = field(default_factory=dict)
    topics: dict[str, ir.Topic] = field(default_factory=dict)
    values: dict[str, td.Value] = field(default_factory=dict)
    segments: dict[str, td.Segment] = field(default_factory=dict)
    scores: dict[str, td.Score] = field(default_factory=dict)
    models: dict[str, td.Model] = field(default_factory=dict)
    contents: dict[str, td.Content] = field(default_factory=dict)
    messages: dict[str, td.Message] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    splits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    places: dict[Node, Span] = field(default_factory=dict)
    results: dict[str, Typed | None] = field(default_factory=dict)
    templates: dict[str, tuple[TemplateUse, ...]] = field(default_factory=dict)
    variants: dict[str, tuple[TemplateUse, ...]] = field(default_factory=dict)
    uses: dict[Node, dict[Node, Span]] = field(default_factory=dict)

    def function(self, name: str) -> FunctionInfo | None:
        """A built-in function or one of a plugin."""
        return FUNCTIONS.get(name) or self.catalog.functions.get(name)

    def function_names(self) -> list[str]:
        """All functions there are."""
        return [*FUNCTIONS, *self.catalog.functions]

    def event_type(self, name: str) -> Type | None:
        """The fields of a declared event as a record, or None where there is no such event."""
        event = self.events.get(name)
        return None if event is None else Type("record", fields=event.fields)

    def plain_names(self) -> list[str]:
        """What may stand as a value with nothing before it."""
        return [*self.profile, *self.values, *self.scores, *self.models]

    def what_is(self, name: str) -> tuple[str, str] | None:
        """For a name that is no value: what it is, and how it is used."""
        if name in self.events:
            fields = self.events[name].fields
            use = f"last {name}.{fields[0].name}" if fields else f"did {name} ever"
            return "an event", f"write `did {name} …`, or a value such as `{use}`" if fields else f"write `{use}`"
        if name in self.segments:
            return "a segment", f"write `in segment {name}`"
        if name in self.flows:
            return "a flow", f"write `in flow {name}`"
        if name in self.topics:
            return "a topic", f"write `subscribed to {name}`"
        if name in self.contents:
            return "a content", f"write `{{{{ content.{name} }}}}` in a message"
        if name in self.splits:
            return "an experiment", f"only after `split {name}` in the same flow there is `{name}.arm`"
        return None
