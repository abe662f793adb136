"""The policy in words."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.describe.names import Labels, channels
from triggerfish.dsl.describe.quantities import clock, counted, duration, listed, number
from triggerfish.dsl.ir.program import Cap, Policy, QuietHours


def policy(given: Policy, labels: Labels) -> Iterator[tuple[str, str, int]]:
    """``(keyword, sentence, line)`` of each rule that holds for every flow; the line is 0 where it is not kept."""
    yield "timezone", f"Where nobody says otherwise, times are those of {given.timezone}.", 0
    for quiet in given.quiet_hours:
        yield "quiet hours", _quiet(quiet), quiet.line
    for cap in given.caps:
        yield "at most", _cap(cap), cap.line
    if given.never_send:
        segments = listed([labels.segment(name) for name in given.never_send], "or")
        yield "never send", f"Nobody in the segment {segments} gets any message that is not transactional.", 0
    if given.sender:
        yield "sender", f"Messages come from {given.sender}.", 0
    if given.postal_address:
        yield "postal address", f"The postal address in them is {given.postal_address}.", 0
    if given.utm:
        tags = listed([f"{name} “{value}”" for name, value in given.utm])
        yield "utm", f"Links carry the campaign tags {tags}.", 0
    if given.holdout:
        yield "holdout", f"{number(round(given.holdout * 100, 4))}% of all people are a control group and get nothing.", 0


def _quiet(quiet: QuietHours) -> str:
    what = f"No {channels(quiet.channels, 'or')} is" if quiet.channels else "Nothing is"
    return f"{what} sent from {clock(quiet.start)} to {clock(quiet.end)}, the person's own time; what is due then waits."


def _cap(cap: Cap) -> str:
    what = counted(cap.count, "message" if cap.channel is None else channels([cap.channel]))
    span = f"per {cap.period}" if cap.rolling is None else f"in any {duration(cap.rolling)}"
    more = "what is over that is tried again on the next day with room" if cap.else_wait else "what is over that is left out"
    return f"A person gets at most {what} {span}; {more}."
