"""Which of several channels suits a person best just now.

score = consent x preference x engagement x urgency. Consent that was stated counts more than consent that is presumed; the channel
named in the profile field ``preferred_channel`` counts double; engagement is the share of clicks and opens among what
was sent in the last 90 days, with a mild prior; urgent messages favour channels that are seen at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.walk import steps_inside

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run

WINDOW = x.InLast(x.Duration(days=90))
SIGNS = ("sent", "opened", "clicked")
AT_ONCE = {"sms": 1.0, "push": 0.9}
SEEN_LATER = 0.5
PRIOR_SENDS, PRIOR_ENGAGED = 5.0, 1.0


def asked(flows: Iterable[Flow]) -> dict[tuple[str, str], x.Aggregate]:
    """The counts that choosing among channels needs in these flows, by channel and sign."""
    channels = sorted(
        {
            channel
            for flow in flows
            for step in steps_inside(flow.steps)
            if isinstance(step, s.Send) and len(step.channels) > 1
            for channel in step.channels
        }
    )
    return {
        (channel, sign): x.Aggregate("count", f"{channel}_{sign}", (), None, WINDOW)
        for channel in channels
        for sign in SIGNS
    }


def score(session: Session, channel: str, topic: str | None, run: Run) -> float:
    """The channel's score for this person now."""
    state = session.state
    stated = topic is None or f"{topic}/{channel}" in state.consent
    preferred = 2.0 if session.field(("preferred_channel",)) == channel else 1.0
    sent, opened, clicked = (session.program.engagement[channel, sign](state, session.now, None, None) for sign in SIGNS)
    engagement = (PRIOR_ENGAGED + opened + 2 * clicked) / (PRIOR_SENDS + sent)
    urgency = session.urgency(run) / 4
    at_once = AT_ONCE.get(channel, SEEN_LATER)
    return float((1.0 if stated else 0.8) * preferred * engagement * (1 - urgency + urgency * at_once))
