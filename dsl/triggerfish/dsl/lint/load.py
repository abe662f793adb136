"""How many messages one person can get within a week, at worst, and which flows add up to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Policy
from triggerfish.dsl.ir.walk import blocks, steps_inside
from triggerfish.dsl.lint import durations
from triggerfish.dsl.lint.project import Project

WEEK = 7 * durations.DAY
A_LOT = 7
SHOWN = 6
"""How many flows are named."""
EACH = {"hour": 168, "day": 7, "week": 1, "month": 1, "year": 1}
"""The periods of a limit that a week can touch, where it is one number."""


@dataclass(frozen=True, slots=True)
class FlowLoad:
    """``per_run`` is the most of one channel's messages within seven days of one run.

    ``entries`` is how often one person can enter within a week, None where nothing limits it. ``messages`` is their
    product; without a limit that of a single entry. Transactional messages do not count.
    """

    flow: str
    file: str
    line: int
    channel: str
    per_run: int
    entries: int | None

    @property
    def messages(self) -> int:
        """Within a week, at worst."""
        return self.per_run * (self.entries or 1)


@dataclass(frozen=True, slots=True)
class Load:
    """``total`` is the sum over all flows; ``capped`` what the policy's caps leave of it, by channel."""

    flows: tuple[FlowLoad, ...]
    total: dict[str, int]
    capped: dict[str, int]

    @property
    def unlimited(self) -> tuple[str, ...]:
        """Flows that people can enter any number of times."""
        return tuple(dict.fromkeys(each.flow for each in self.flows if each.entries is None))

    def as_json(self) -> dict[str, object]:
        """For ``check --format json``."""
        return {
            "per": "person and week",
            "messages": self.total,
            "after_caps": self.capped,
            "unlimited": list(self.unlimited),
            "flows": [
                {"flow": each.flow, "file": each.file, "line": each.line, "channel": each.channel,
                 "per_run": each.per_run, "entries": each.entries, "messages": each.messages}
                for each in self.flows
            ],
        }  # fmt: skip

    def __str__(self) -> str:
        """One line for people; empty where nothing is sent."""
        if not self.total:
            return ""
        parts = []
        for channel, count in self.total.items():
            left = self.capped[channel]
            flows = sorted((each for each in self.flows if each.channel == channel), key=lambda each: -each.messages)
            shares = [f"{each.flow} {each.messages}" for each in flows[:SHOWN]]
            if len(flows) > SHOWN:
                shares.append(f"{len(flows) - SHOWN} more flows")
            parts.append(f"{count} {channel} ({', '.join(shares)})" + (f", {left} after caps" if left < count else ""))
        some = ", ".join(self.unlimited[:3]) + (" …" if len(self.unlimited) > 3 else "")
        often = f"; each further time somebody enters {some} comes on top" if some else ""
        return f"at worst one person gets in a week: {'; '.join(parts)}{often}"


class HeavyLoad(Rule):
    code = "TF621"
    severity = "info"
    message = "one person can get {count} messages by {channel} within a week: {shares}"
    help = "a line such as `at most 3 emails per week` in the policy sets a limit"
    reason = "Each flow looks harmless by itself; together they can be too much, and people unsubscribe."
    wrong = (
        "flow f\n    start when signed_up\n    about offers\n    repeat 8 times\n        send email cart_reminder\n"
        "        wait 12 hours\n"
    )
    right = (
        "policy\n    at most 3 emails per week\n\nflow f\n    start when signed_up\n    about offers\n"
        "    repeat 8 times\n        send email cart_reminder\n        wait 12 hours\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """One for each channel that no cap holds below one message a day."""
        load = worst_case(project)
        for channel, count in load.capped.items():
            if count <= A_LOT:
                continue
            shares = [each for each in load.flows if each.channel == channel]
            shares.sort(key=lambda each: -each.messages)
            places = [
                Related(project.declared("flow", each.flow), f"up to {each.messages}") for each in shares[1:SHOWN]
            ]
            told = ", ".join(f"{each.flow} {each.messages}" for each in shares[:SHOWN])
            if len(shares) > SHOWN:
                told += f" and {len(shares) - SHOWN} more flows"
            place = project.declared("flow", shares[0].flow)
            yield HeavyLoad.at(place, related=tuple(places), count=count, channel=channel, shares=told)


def worst_case(project: Project) -> Load:
    """Follows the path with most messages through each flow, waits at their shortest."""
    found = []
    for flow in project.program.flows:
        if flow.status != "active":
            continue
        channels = sorted({
            channel for step in steps_inside(flow.steps) if isinstance(step, s.Send) and _counts(step)
            for channel in step.channels
        })  # fmt: skip
        for channel in channels:
            per_run = _densest(_path(flow.steps, channel))
            if per_run:
                found.append(FlowLoad(flow.name, flow.file, flow.line, channel, per_run, _entries(flow)))
    total: Counter[str] = Counter()
    for each in found:
        total[each.channel] += each.messages
    capped = {channel: _capped(count, channel, project.program.policy) for channel, count in total.items()}
    return Load(tuple(found), dict(total), capped)


def _counts(step: s.Send) -> bool:
    return not step.transactional and step.to is None


def _entries(flow: Flow) -> int | None:
    """How often one person can enter within a week."""
    bounds = [limit.count * EACH[limit.period] for limit in flow.limits]
    if flow.again == "never" and flow.per is None:
        bounds.append(1)
    elif flow.again is not None and flow.again != "never" and flow.per is None:
        gap = durations.shortest(flow.again)
        bounds.append(max(1, -(-WEEK // gap)) if gap else 1)
    return min(bounds) if bounds else None


def _capped(count: int, channel: str, policy: Policy) -> int:
    for cap in policy.caps:
        if cap.channel not in {None, channel}:
            continue
        if cap.period is not None:
            count = min(count, cap.count * EACH[cap.period])
        elif cap.rolling is not None and (window := durations.shortest(cap.rolling)):
            count = min(count, cap.count * -(-WEEK // window))
    return count


# --- one run ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Way:
    """The moments of messages on one way through some steps, from its beginning, and how long it takes."""

    sends: tuple[int, ...]
    length: int

    def then(self, other: _Way) -> _Way:
        return _Way(self.sends + tuple(self.length + at for at in other.sends), self.length + other.length)


NOTHING = _Way((), 0)
ROUNDS_AT_MOST = 200


def _path(steps: Sequence[s.Step], channel: str) -> _Way:
    way = NOTHING
    for step in steps:
        way = way.then(_step(step, channel))
    return way


def _step(step: s.Step, channel: str) -> _Way:
    match step:
        case s.Send():
            return _Way((0,), 0) if channel in step.channels and _counts(step) else NOTHING
        case s.WaitFor():
            duration = durations.constant(step.duration)
            return _Way((), durations.shortest(duration) if duration is not None else 0)
        case s.WaitUpTo():
            duration = durations.constant(step.duration)
            whole = _Way((), durations.shortest(duration) if duration is not None else 0)
            early = [_path(branch.steps, channel) for branch in step.branches]
            return _most([*early, whole.then(_path(step.otherwise, channel))])
        case s.Repeat():
            once = _path(step.steps, channel)
            way = NOTHING
            for _ in range(min(step.times, ROUNDS_AT_MOST)):
                way = way.then(once)
            return way
        case s.Together():
            ways = [_path(branch.steps, channel) for branch in step.branches]
            sends = sorted(at for way in ways for at in way.sends)
            return _Way(tuple(sends), max((way.length for way in ways), default=0))
        case _:
            ways = [_path(block, channel) for block in blocks(step)]
            return _most(ways) if ways else NOTHING


def _most(ways: Sequence[_Way]) -> _Way:
    """The way with most messages within a week; of equal ones the shortest."""
    return max(ways, key=lambda way: (_densest(way), len(way.sends), -way.length))


def _densest(way: _Way) -> int:
    """The most messages within any seven days."""
    best = 0
    first = 0
    for index, at in enumerate(way.sends):
        while at - way.sends[first] >= WEEK:
            first += 1
        best = max(best, index - first + 1)
    return best
