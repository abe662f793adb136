"""What became of everything that came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from triggerfish.dsl.diagnostics.suggest import closest

EXAMPLES = 10
"""How many of a kind are shown with their places."""

KEPT = 1_000
"""How many refusals are kept for machines to read."""

MOST_NAMES = 1_000
"""How many different unknown names are told apart; the rest is counted together."""


@dataclass(frozen=True, slots=True)
class Example:
    """``place`` is ``file:line`` where there is one."""

    place: str
    message: str


@dataclass(slots=True)
class Unknown:
    """A name nobody declared: how often, where first, and what may have been meant."""

    count: int
    place: str
    suggestion: str | None


@dataclass(slots=True)
class Report:
    """Counts and the first examples.

    ``read = stored + duplicates + refused + links``. ``events`` and ``profiles`` count what was taken by kind, duplicates
    included. ``future`` are times in the future that became the arrival time, ``untimed`` events without time and id. ``conflicts`` are
    e-mail addresses that more than one person has. ``problems`` concern a whole file.
    """

    read: int = 0
    stored: int = 0
    duplicates: int = 0
    refused: int = 0
    links: int = 0
    events: int = 0
    profiles: int = 0
    future: int = 0
    untimed: int = 0
    refusals: list[Example] = field(default_factory=list)
    futures: list[Example] = field(default_factory=list)
    conflicts: list[Example] = field(default_factory=list)
    problems: list[Example] = field(default_factory=list)
    unknown_events: dict[str, Unknown] = field(default_factory=dict)
    extra_fields: dict[tuple[str, str], Unknown] = field(default_factory=dict)

    def refuse(self, place: str, reason: str) -> None:
        """Count something refused."""
        self.refused += 1
        if len(self.refusals) < KEPT:
            self.refusals.append(Example(place, reason))

    def conflict(self, place: str, message: str) -> None:
        """Note something that contradicts what is known; it was stored all the same."""
        if len(self.conflicts) < KEPT:
            self.conflicts.append(Example(place, message))

    def later(self, place: str, message: str) -> None:
        """Count a time that lay in the future."""
        self.future += 1
        if len(self.futures) < EXAMPLES:
            self.futures.append(Example(place, message))

    def unknown_event(self, name: str, place: str, known: Iterable[str]) -> None:
        """Count an event the program does not know; it was stored all the same."""
        found = self.unknown_events.get(name)
        if found is not None:
            found.count += 1
        elif len(self.unknown_events) < MOST_NAMES:
            self.unknown_events[name] = Unknown(1, place, closest(name, known))

    def extra_field(self, owner: str, name: str, place: str, known: Iterable[str]) -> None:
        """Count a field nobody declared, of an event or (``owner`` ``profile``) of the profile; it was kept."""
        found = self.extra_fields.get((owner, name))
        if found is not None:
            found.count += 1
        elif len(self.extra_fields) < MOST_NAMES:
            self.extra_fields[owner, name] = Unknown(1, place, closest(name, known))

    def sentences(self) -> list[str]:
        """The report in words, a line each."""
        lines = [f"{self.read} read: {self.stored} stored, {self.duplicates} known already, {self.refused} refused"]
        if self.links:
            lines[0] += f", {self.links} links between identities"
        lines += [f"{example.place}: {example.message}" for example in self.problems]
        lines += [f"refused {example.place}: {example.message}" for example in self.refusals[:EXAMPLES]]
        if self.refused > EXAMPLES:
            lines.append(f"refused: {self.refused - EXAMPLES} more; --format json and triggerfish status list them")
        for name, unknown in self.unknown_events.items():
            lines.append(f"unknown event {name}, {_times(unknown)}{_hint(unknown)}")
        for (owner, name), unknown in self.extra_fields.items():
            lines.append(f"unknown field {owner}.{name}, {_times(unknown)}{_hint(unknown)}")
        lines += [f"{example.place}: {example.message}" for example in self.conflicts[:EXAMPLES]]
        if len(self.conflicts) > EXAMPLES:
            lines.append(f"{len(self.conflicts) - EXAMPLES} more people have the e-mail address of somebody else")
        if self.untimed:
            lines.append(
                f"{self.untimed} events have neither a time nor an id: they count as of now, and equal ones that come in "
                "another file are taken for the same; give them a time"
            )
        if self.future:
            first = self.futures[0]
            lines.append(
                f"{self.future} times in the future became the arrival time, first {first.place}: {first.message}"
            )
        return lines

    def as_json(self) -> dict[str, object]:
        """The report for ``--format json``."""
        return {
            "read": self.read,
            "stored": self.stored,
            "duplicates": self.duplicates,
            "refused": self.refused,
            "links": self.links,
            "events": self.events,
            "profiles": self.profiles,
            "future": self.future,
            "untimed": self.untimed,
            "conflicts": [{"place": one.place, "message": one.message} for one in self.conflicts],
            "problems": [{"place": one.place, "message": one.message} for one in self.problems],
            "refusals": [{"place": one.place, "message": one.message} for one in self.refusals],
            "unknown_events": {
                name: {"count": one.count, "first": one.place, "suggestion": one.suggestion}
                for name, one in self.unknown_events.items()
            },
            "unknown_fields": {
                f"{owner}.{name}": {"count": one.count, "first": one.place, "suggestion": one.suggestion}
                for (owner, name), one in self.extra_fields.items()
            },
        }


def _times(unknown: Unknown) -> str:
    return f"{unknown.count} times, first {unknown.place}" if unknown.count > 1 else f"once, {unknown.place}"


def _hint(unknown: Unknown) -> str:
    return f"; did you mean {unknown.suggestion}?" if unknown.suggestion else ""
