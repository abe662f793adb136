"""Everything that a project declares, by name, as it was written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from triggerfish.dsl import tree
from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.check.declare import BUILT_IN, EVENT_FIELDS, blocks
from triggerfish.dsl.check.symbols import HAPPENINGS
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree import steps as ts

Path = tuple[str, ...]


@dataclass(slots=True)
class Declared:
    """Tables of declarations by name; of two with one name the first counts.

    ``profile`` and the values of ``event_fields`` are fields by their path: ``("items", "price")``.
    """

    catalog: Catalog
    profile: dict[Path, td.Field] = field(default_factory=dict)
    events: dict[str, td.Event] = field(default_factory=dict)
    event_fields: dict[str, dict[Path, td.Field]] = field(default_factory=dict)
    own_events: dict[str, str] = field(default_factory=dict)
    """The runtime's events and their channels."""
    topics: dict[str, td.Topic] = field(default_factory=dict)
    values: dict[str, td.Value] = field(default_factory=dict)
    segments: dict[str, td.Segment] = field(default_factory=dict)
    scores: dict[str, td.Score] = field(default_factory=dict)
    models: dict[str, td.Model] = field(default_factory=dict)
    messages: dict[str, td.Message] = field(default_factory=dict)
    contents: dict[str, td.Content] = field(default_factory=dict)
    flows: dict[str, tf.Flow] = field(default_factory=dict)
    splits: dict[str, ts.Split] = field(default_factory=dict)
    tests: list[tree.Declaration] = field(default_factory=list)
    others: list[tree.Declaration] = field(default_factory=list)

    @classmethod
    def of(cls, declarations: Iterable[tree.Declaration], catalog: Catalog) -> Declared:
        """The tables of these declarations."""
        found = cls(catalog)
        for channel in catalog.channels:
            found.own_events |= {f"{channel}_{happening}": channel for happening in HAPPENINGS}
        for one in declarations:
            found.enter(one)
        return found

    def enter(self, one: tree.Declaration) -> None:
        """Enters one declaration into its table."""
        match one:
            case td.Profile():
                for path, each in paths(one.fields):
                    self.profile.setdefault(path, each)
                self.others.append(one)
            case td.Event():
                if self.events.setdefault(one.name.text, one) is one:
                    self.event_fields[one.name.text] = dict(paths(one.fields))
            case td.Topic():
                self.topics.setdefault(one.name.text, one)
            case td.Value():
                self.values.setdefault(one.name.text, one)
            case td.Segment():
                self.segments.setdefault(one.name.text, one)
            case td.Score():
                self.scores.setdefault(one.name.text, one)
            case td.Model():
                self.models.setdefault(one.name.text, one)
            case td.Message():
                self.messages.setdefault(one.name.text, one)
            case td.Content():
                self.contents.setdefault(one.name.text, one)
            case tf.Flow():
                self.flows.setdefault(one.name.text, one)
                for split in splits(one.steps):
                    self.splits.setdefault(split.name.text, split)
            case td.Policy():
                self.others.append(one)
            case _:
                self.tests.append(one)

    # --- what can be looked up -------------------------------------------------------------------

    def is_event(self, name: str) -> bool:
        """Whether an event is called that, declared or the runtime's own."""
        return name in self.events or name in self.own_events

    def event_names(self) -> list[str]:
        """All events: declared ones first."""
        return [*self.events, *self.own_events]

    def has_event_field(self, event: str, path: Path) -> bool:
        """Whether an event has a field."""
        if event in self.own_events:
            return len(path) == 1 and path[0] in OWN_EVENT_FIELDS
        return path in self.event_fields.get(event, {})

    def event_field_names(self, event: str, path: Path = ()) -> list[str]:
        """The fields of an event, or of a field of it."""
        if event in self.own_events:
            return list(OWN_EVENT_FIELDS) if not path else []
        return _below(self.event_fields.get(event, {}), path)

    def profile_names(self, path: Path = ()) -> list[str]:
        """The fields of a profile, or of a field of it."""
        if path:
            return _below(self.profile, path)
        return list(dict.fromkeys((*_below(self.profile, ()), *BUILT_IN_FIELDS, *self.addresses())))

    def addresses(self) -> list[str]:
        """The fields with the addresses of channels, which are there without being declared."""
        return [channel.address for channel in self.catalog.channels.values()]

    def is_field(self, path: Path) -> bool:
        """Whether the profile has a field."""
        return path in self.profile or (len(path) == 1 and path[0] in (*BUILT_IN_FIELDS, *self.addresses()))


BUILT_IN_FIELDS = {one.name: one.type for one in BUILT_IN}
OWN_EVENT_FIELDS = {one.name: one.type for one in EVENT_FIELDS}


def _below(fields: dict[Path, td.Field], path: Path) -> list[str]:
    return [one[-1] for one in fields if len(one) == len(path) + 1 and one[:-1] == path]


def paths(fields: Iterable[td.Field], above: Path = ()) -> Iterator[tuple[Path, td.Field]]:
    """All fields of a block with their paths, outer ones first."""
    for one in fields:
        path = (*above, one.name.text)
        yield path, one
        yield from paths(one.fields, path)


def splits(steps: Iterable[ts.Step]) -> Iterator[ts.Split]:
    """All experiments among steps, at any depth."""
    for step in steps:
        if isinstance(step, ts.Split):
            yield step
        for block in blocks(step):
            yield from splits(block)
