"""Whom another program treats differently: what each person gets, enters and leaves, under the one and under the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from triggerfish.runtime.machine.effects import Fact

Change = Literal["gains", "loses", "moves"]

Outcome = dict[tuple[str, str], list[int]]
"""When what happened, in order, by kind (``sent``, ``entered``, ``exited``) and name."""

KINDS = ("sent", "entered", "exited")
"""What counts in a comparison, what a person notices first of all before the rest."""

EXAMPLES = 20
"""How many people are kept by name where nobody wants all of them."""


@dataclass(frozen=True, slots=True)
class Difference:
    """``kind`` and ``name`` as in ``Outcome``. ``before`` is None for what is gained, ``after`` for what is lost; in milliseconds."""

    change: Change
    kind: str
    name: str
    before: int | None
    after: int | None


def outcome(facts: Iterable[Fact], since: int) -> Outcome:
    """What counts in a comparison, of one person, from a moment on."""
    found: Outcome = {}
    for fact in facts:
        if fact.kind not in KINDS or fact.at < since:
            continue
        name = fact.flow
        if fact.kind == "sent":
            name = f"{fact.data['channel']}:{fact.data['message']}"
        elif fact.kind == "exited":
            name = f"{fact.flow}: {fact.data['reason']}"
        found.setdefault((fact.kind, name), []).append(fact.at)
    return found


def differences(before: Outcome, after: Outcome) -> list[Difference]:
    """What one person gains, loses, or has at another moment; the n-th of what has no counterpart belongs to the n-th."""
    found = []
    for kind, name in sorted(before.keys() | after.keys(), key=lambda each: (KINDS.index(each[0]), each[1])):
        old, new = Counter(before.get((kind, name), ())), Counter(after.get((kind, name), ()))
        lost, gained = sorted((old - new).elements()), sorted((new - old).elements())
        both = min(len(lost), len(gained))
        found += [Difference("moves", kind, name, *each) for each in zip(lost[:both], gained[:both], strict=True)]
        found += [Difference("loses", kind, name, each, None) for each in lost[both:]]
        found += [Difference("gains", kind, name, None, each) for each in gained[both:]]
    return found


@dataclass(slots=True)
class Comparison:
    """``counts`` by kind, name and change; ``people`` who are affected, and the first of them by id (or all, with ``everybody``)."""

    everybody: bool = False
    people: int = 0
    counts: Counter[tuple[str, str, Change]] = field(default_factory=Counter)
    named: dict[str, list[Difference]] = field(default_factory=dict)

    def take(self, person: str, found: Sequence[Difference]) -> None:
        """Count a person's differences."""
        if not found:
            return
        self.people += 1
        for each in found:
            self.counts[each.kind, each.name, each.change] += 1
        self.named[person] = list(found)
        if len(self.named) > 4 * EXAMPLES:
            self._trim()

    def add(self, other: Comparison) -> None:
        """Add what another one counted."""
        self.people += other.people
        self.counts.update(other.counts)
        self.named.update(other.named)
        self._trim()

    def _trim(self) -> None:
        kept = sorted(self.named) if self.everybody else sorted(self.named)[:EXAMPLES]
        self.named = {person: self.named[person] for person in kept}

    def as_json(self) -> dict[str, Any]:
        """Counts, and the people who are named; moments in milliseconds."""
        self._trim()
        changes = [
            {"kind": kind, "name": name, **{change: self.counts[kind, name, change] for change in ("gains", "loses", "moves")}}
            for kind, name in sorted({(kind, name) for kind, name, _ in self.counts})
        ]
        named = [
            {
                "person": person,
                "differences": [
                    {"change": each.change, "kind": each.kind, "name": each.name, "before": each.before, "after": each.after}
                    for each in found
                ],
            }
            for person, found in self.named.items()
        ]
        return {"people": self.people, "changes": changes, "named": named}
