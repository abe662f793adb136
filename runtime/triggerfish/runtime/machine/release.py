"""``release 500 per hour``: how many people may still come into a flow, all people together.

The machine knows one person. What the others used up is told from outside, as counts; what this one uses is told back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from triggerfish.runtime.machine import calendar

if TYPE_CHECKING:
    from triggerfish.runtime.machine.effects import Slot
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.tables import CompiledFlow

REASON = "release"
LONGEST = {"hour": calendar.HOUR, "day": calendar.DAY, "week": 7 * calendar.DAY, "month": calendar.MONTH_AT_MOST,
           "year": 12 * calendar.MONTH_AT_MOST}
"""How long a period is at most, in milliseconds; a day's change of clocks not counted."""


def slot(session: Session, flow: CompiledFlow) -> Slot | None:
    """The period that an entry now falls into, in the flow's or the workspace's own time; None without ``release``."""
    limit = flow.ir.release
    if limit is None:
        return None
    zone = calendar.zone_named(flow.ir.timezone, session.program.zone_name)
    return flow.ir.name, limit.period, calendar.period_start(session.now, limit.period, zone)


def refusal(session: Session, flow: CompiledFlow) -> dict[str, Any] | None:
    """Why there is no room left for an entry now; None if there is."""
    here, limit = slot(session, flow), flow.ir.release
    if here is None or limit is None:
        return None
    used = session.released.get(here, 0) + session.slots.count(here)
    if used < limit.count:
        return None
    return {"reason": REASON, "why": f"{limit.count} per {limit.period} were let in already", "period": here[2]}


def use(session: Session, flow: CompiledFlow) -> None:
    """Note an entry that takes up room."""
    here = slot(session, flow)
    if here is not None:
        session.slots.append(here)
