"""What came out of a simulation, counted."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.runtime.machine.effects import Fact

QUARTER = 15 * 60_000
"""No zone is off by anything but whole quarters of an hour: within one it is the same day."""


@dataclass(slots=True)
class Tally:
    """Counts; two of them can be added. Keys are pairs of a name and a detail.

    ``entered``, ``goals`` by flow; ``refused`` and ``exited`` by flow and reason; ``sent`` by channel and message; ``suppressed`` and
    ``noted`` by channel and message, and the reason; ``held`` by channel and why; ``caps`` by why a cap swallowed a message; ``days`` by local
    date and channel. ``failed`` are people whom the machine could not move on, with the error.
    """

    events: int = 0
    people: int = 0
    entered: Counter[str] = field(default_factory=Counter)
    goals: Counter[str] = field(default_factory=Counter)
    refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    exited: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: Counter[tuple[str, str]] = field(default_factory=Counter)
    suppressed: Counter[tuple[str, str]] = field(default_factory=Counter)
    noted: Counter[tuple[str, str]] = field(default_factory=Counter)
    held: Counter[tuple[str, str]] = field(default_factory=Counter)
    caps: Counter[str] = field(default_factory=Counter)
    actions: Counter[str] = field(default_factory=Counter)
    days: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add what another one counted."""
        self.events += other.events
        self.people += other.people
        for each in fields(self):
            mine = getattr(self, each.name)
            if isinstance(mine, (Counter, dict)):
                mine.update(getattr(other, each.name))

    @property
    def channels(self) -> dict[str, int]:
        """Messages that were handed over, by channel."""
        found: Counter[str] = Counter()
        for (channel, _), count in self.sent.items():
            found[channel] += count
        return dict(sorted(found.items()))

    def as_json(self) -> dict[str, Any]:
        """The figures in the shape that the contract of the command line gives, and more."""
        days: dict[str, dict[str, int]] = {}
        for (day, channel), count in sorted(self.days.items()):
            days.setdefault(day, {})[channel] = count
        return {
            "events": self.events,
            "people": self.people,
            "entered": dict(sorted(self.entered.items())),
            "sent": _joined(self.sent, ":"),
            "suppressed": _joined(self.suppressed, ": "),
            "exited": nested(self.exited),
            "refused": nested(self.refused),
            "noted": _joined(self.noted, ": "),
            "held": nested(self.held),
            "caps": dict(sorted(self.caps.items())),
            "goals": dict(sorted(self.goals.items())),
            "actions": dict(sorted(self.actions.items())),
            "days": days,
            "failed": dict(sorted(self.failed.items())),
        }


def nested(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
    """Counts of pairs, by their first."""
    found: dict[str, dict[str, int]] = {}
    for (name, detail), count in sorted(counts.items()):
        found.setdefault(name, {})[detail] = count
    return found


def _joined(counts: Counter[tuple[str, str]], by: str) -> dict[str, int]:
    return {f"{name}{by}{detail}": count for (name, detail), count in sorted(counts.items())}


class Counting:
    """Counts facts from a moment on (milliseconds), with days as they are in ``zone``."""

    def __init__(self, zone: ZoneInfo, since: int) -> None:
        self.tally = Tally()
        self._zone = zone
        self._since = since
        self._known: dict[int, str] = {}

    def take(self, facts: Iterable[Fact]) -> None:
        """Count a person's facts."""
        tally, since = self.tally, self._since
        for fact in facts:
            kind = fact.kind
            if fact.at < since or kind not in _KINDS:
                continue
            if kind == "entered":
                tally.entered[fact.flow] += 1
            elif kind == "sent":
                channel = fact.data["channel"]
                tally.sent[channel, fact.data["message"]] += 1
                tally.days[self._day(fact.at), channel] += 1
            else:
                _count(tally, fact)

    def _day(self, at: int) -> str:
        quarter = at // QUARTER
        found = self._known.get(quarter)
        if found is None:
            found = self._known[quarter] = dt.datetime.fromtimestamp(at / 1000, self._zone).date().isoformat()
        return found


_KINDS = frozenset({"entered", "refused", "exited", "sent", "suppressed", "held", "noted", "goal", "done"})


def _count(tally: Tally, fact: Fact) -> None:
    data = fact.data
    match fact.kind:
        case "refused":
            tally.refused[fact.flow, data["reason"]] += 1
        case "exited":
            tally.exited[fact.flow, data["reason"]] += 1
        case "suppressed":
            tally.suppressed[f"{data['channel']}:{data['message']}", data["reason"]] += 1
            if data["reason"] == "cap":
                tally.caps[data["why"]] += 1
        case "held":
            tally.held[data["channel"], data["why"]] += 1
        case "noted" if "send" in data:
            tally.noted[f"{data['send']}:{data['message']}", data["why"]] += 1
        case "goal":
            tally.goals[fact.flow] += 1
        case "done":
            tally.actions[data["action"]] += 1
        case _:
            return
