"""What must have been used up by others for a person to be refused as the journal says: for a replay of that person alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.effects import Fact, Slot
from triggerfish.runtime.machine.release import REASON


def recorded_counts(facts: Iterable[Fact], program: Program) -> dict[Slot, int]:
    """The counts that make the machine of a program decide about ``release`` as it did, from the facts that are still to come.

    In a period the room only gets less: who was let in so many times before the first refusal is let in as often again.
    """
    limits = {flow.name: (flow.release, flow.timezone) for flow in program.flows if flow.release is not None}
    entered: Counter[Slot] = Counter()
    found: dict[Slot, int] = {}
    for fact in facts:
        limit, timezone = limits.get(fact.flow, (None, None))
        if limit is None or fact.kind not in {"entered", "refused"}:
            continue
        zone = calendar.zone_named(timezone, program.policy.timezone)
        slot = fact.flow, limit.period, calendar.period_start(fact.at, limit.period, zone)
        if fact.kind == "entered":
            entered[slot] += 1
        elif fact.data.get("reason") == REASON:
            found.setdefault(slot, limit.count - entered[slot])
    return found
