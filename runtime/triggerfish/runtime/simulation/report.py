"""The figures of a simulation, ready to be shown: as text, as a page, for machines."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.settings.costs import CostSettings
from triggerfish.runtime.simulation.comparison import Difference
from triggerfish.runtime.simulation.simulation import Simulated
from triggerfish.runtime.simulation.tally import nested

KINDS = {"sent": "message", "entered": "entry into", "exited": "exit from"}


@dataclass(frozen=True, slots=True)
class Day:
    """A local date, and what was sent on each channel."""

    date: dt.date
    sent: dict[str, int]

    @property
    def total(self) -> int:
        """All channels together."""
        return sum(self.sent.values())


@dataclass(frozen=True, slots=True)
class Figures:
    """``against`` is what the program was compared with, as it was named on the command line."""

    result: Simulated
    program: Program
    against: str | None
    costs: CostSettings

    @property
    def zone(self) -> ZoneInfo:
        """The workspace's zone, in which days are counted."""
        return ZoneInfo(self.program.policy.timezone)

    def moment(self, at: int) -> str:
        """``2026-03-02 10:00``, local time."""
        return dt.datetime.fromtimestamp(at / 1000, self.zone).strftime("%Y-%m-%d %H:%M")

    def span(self) -> str:
        """``2026-01-01 to 2026-03-31``."""
        begin, end = (dt.datetime.fromtimestamp(at / 1000, self.zone).date() for at in (self.result.since, self.result.until))
        return str(begin) if begin == end else f"{begin} to {end}"

    def days(self) -> list[Day]:
        """Every day from the first to the last on which anything was sent."""
        found = self.result.tally.days
        if not found:
            return []
        dates = sorted({dt.date.fromisoformat(day) for day, _ in found})
        by: dict[str, dict[str, int]] = {}
        for (day, channel), count in found.items():
            by.setdefault(day, {})[channel] = count
        number = (dates[-1] - dates[0]).days + 1
        every = (dates[0] + dt.timedelta(days=each) for each in range(number))
        return [Day(each, by.get(each.isoformat(), {})) for each in every]

    def flows(self) -> list[dict[str, Any]]:
        """For each flow: name, entered, refused, finished, left (for another reason), goals."""
        tally = self.result.tally
        refused, exited = nested(tally.refused), nested(tally.exited)
        return [
            {
                "flow": flow.name,
                "entered": tally.entered[flow.name],
                "refused": refused.get(flow.name, {}),
                "finished": exited.get(flow.name, {}).get("finished", 0),
                "left": {reason: count for reason, count in exited.get(flow.name, {}).items() if reason != "finished"},
                "goals": tally.goals[flow.name] if flow.goal is not None else None,
            }
            for flow in self.program.flows
        ]

    def messages(self) -> list[dict[str, Any]]:
        """For each channel and message: how many were sent, and how many not, by reason."""
        tally = self.result.tally
        not_sent: dict[str, Counter[str]] = {}
        for counts in (tally.suppressed, tally.noted):
            for (name, reason), count in counts.items():
                not_sent.setdefault(name, Counter())[reason] += count
        sent = {f"{channel}:{message}": count for (channel, message), count in tally.sent.items()}
        return [
            {"message": name, "sent": sent.get(name, 0), "suppressed": dict(not_sent.get(name, Counter()).most_common())}
            for name in sorted(sent.keys() | not_sent.keys())
        ]

    def channels(self) -> list[dict[str, Any]]:
        """For each channel: how many messages, what one costs and all of them; None where the settings say nothing."""
        each = self.costs.each
        return [
            {"channel": name, "sent": count, "each": each.get(name), "cost": round(each[name] * count, 6) if name in each else None}
            for name, count in self.result.tally.channels.items()
        ]

    def as_json(self) -> dict[str, Any]:
        """One document: what ``run`` prints of itself, and more."""
        result = self.result
        document = {
            **result.tally.as_json(),
            "from": self._iso(result.since),
            "to": self._iso(result.until),
            "channels": {row["channel"]: {"sent": row["sent"], "cost": row["cost"]} for row in self.channels()},
            "currency": self.costs.currency or None,
            "against": None,
        }
        if result.comparison is not None:
            compared = result.comparison.as_json()
            for person in compared["named"]:
                for each in person["differences"]:
                    each["before"], each["after"] = (None if at is None else self._iso(at) for at in (each["before"], each["after"]))
            document["against"] = {"with": self.against, **compared}
        return document

    def changes(self) -> list[tuple[str, str, int, int, int]]:
        """By kind (in words) and name: how many are gained, lost, and at another time."""
        compared = self.result.comparison
        counts: Counter[Any] = Counter() if compared is None else compared.counts
        names = sorted({(kind, name) for kind, name, _ in counts}, key=lambda each: (list(KINDS).index(each[0]), each[1]))
        return [
            (KINDS[kind], name, counts[kind, name, "gains"], counts[kind, name, "loses"], counts[kind, name, "moves"])
            for kind, name in names
        ]

    def sentence(self, one: Difference) -> str:
        """A difference in words."""
        what = f"{KINDS[one.kind]} {one.name}"
        if one.before is None and one.after is not None:
            return f"new: {what}, {self.moment(one.after)}"
        if one.after is None and one.before is not None:
            return f"gone: {what}, {self.moment(one.before)}"
        return f"moved: {what}, {self.moment(one.before or 0)} → {self.moment(one.after or 0)}"

    def _iso(self, at: int) -> str:
        return dt.datetime.fromtimestamp(at / 1000, self.zone).isoformat()


def reasons(counts: dict[str, int]) -> str:
    """``3 no consent, 1 cap``, the most frequent first; nothing for none."""
    return ", ".join(f"{count:,} {reason}" for reason, count in sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def write_people(path: Path, figures: Figures) -> None:
    """Everybody who is affected, a line for each difference. Raises OSError."""
    compared = figures.result.comparison
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["person", "change", "kind", "name", "before", "after"])
        for person, found in sorted(compared.named.items() if compared is not None else ()):
            for each in found:
                times = ("" if at is None else figures.moment(at) for at in (each.before, each.after))
                rows.writerow([person, each.change, each.kind, each.name, *times])
