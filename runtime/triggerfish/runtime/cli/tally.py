"""Counting what a run does while it does it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from triggerfish.runtime.cli.distinct import Distinct
from triggerfish.runtime.store.batch import Batch

COUNTED = ("entered", "refused", "exited", "sent", "suppressed", "goal")


class Tally:
    """Takes committed batches and counts facts."""

    def __init__(self) -> None:
        self.events = 0
        self.people = Distinct()
        self.counts: Counter[tuple[str, str]] = Counter()
        self.sent: Counter[str] = Counter()
        self.suppressed: Counter[str] = Counter()
        self.exited: dict[str, Counter[str]] = {}

    def take(self, batch: Batch, events: int) -> None:
        """Count a batch that was committed; ``events`` is how many inputs it consumed."""
        self.events += events
        self.people.update(change.person for change in batch.changes)
        for row in batch.facts:
            kind, flow = row[3], row[4]
            if kind not in COUNTED:
                continue
            self.counts[kind, flow] += 1
            if kind in {"sent", "suppressed"}:
                data = msgspec.json.decode(row[8])
                name = f"{data['channel']}:{data['message']}"
                if kind == "sent":
                    self.sent[name] += 1
                else:
                    self.suppressed[f"{name}: {data['reason']}"] += 1
            elif kind == "exited":
                reason = msgspec.json.decode(row[8])["reason"]
                self.exited.setdefault(flow, Counter())[reason] += 1

    def by_flow(self) -> dict[str, dict[str, int]]:
        """The counted kinds per flow."""
        flows = sorted({flow for _, flow in self.counts if flow})
        return {flow: {kind: self.counts[kind, flow] for kind in COUNTED} for flow in flows}

    def as_json(self) -> dict[str, Any]:
        """The shape that the contract of the command line gives."""
        return {
            "events": self.events,
            "people": len(self.people),
            "entered": {flow: count for (kind, flow), count in sorted(self.counts.items()) if kind == "entered"},
            "sent": dict(sorted(self.sent.items())),
            "suppressed": dict(sorted(self.suppressed.items())),
            "exited": {flow: dict(reasons) for flow, reasons in sorted(self.exited.items())},
        }
