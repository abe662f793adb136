"""Messages that a cap always swallows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Cap
from triggerfish.dsl.ir.walk import blocks
from triggerfish.dsl.lint.project import Project

Sent = Counter[tuple[str, str | None]]
"""How many messages went out at this very moment, by channel and topic."""


class Swallowed(Rule):
    code = "TF622"
    severity = "warning"
    message = "this message never goes out: the flow has just sent {sent}, and the policy allows {cap}"
    help = "wait before it, or mark it `transactional` or `uncapped` if it must go out"
    reason = "A cap skips what is too much, silently; here it is always too much."
    wrong = (
        "policy\n    at most 1 email per day\n\nflow f\n    start when signed_up\n    about offers\n"
        "    send email cart_reminder\n    send email cart_reminder\n"
    )
    right = (
        "policy\n    at most 1 email per day\n\nflow f\n    start when signed_up\n    about offers\n"
        "    send email cart_reminder\n    wait 1 day\n    send email cart_reminder\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Each step once, for the narrowest cap."""
        for cap in sorted(project.program.policy.caps, key=lambda cap: cap.count):
            if cap.else_wait:
                continue
            for flow in project.program.flows:
                search = _Search(cap)
                search.block(flow.steps, Counter())
                yield from (_tell(step, cap, flow, project) for step in search.swallowed.values())


class _Search:
    """Goes through a flow with the fewest messages that can have gone out since the last wait."""

    def __init__(self, cap: Cap) -> None:
        self.cap = cap
        self.swallowed: dict[str, s.Send] = {}

    def block(self, steps: Sequence[s.Step], sent: Sent) -> Sent:
        for step in steps:
            sent = self.step(step, sent)
        return sent

    def step(self, step: s.Step, sent: Sent) -> Sent:
        match step:
            case s.Send():
                return self.send(step, sent)
            case s.WaitFor() | s.WaitUntil() | s.Do() | s.Collect():
                return Counter()
            case s.WaitUpTo():
                for block in blocks(step):
                    self.block(block, Counter())
                return Counter()
            case s.Repeat() if step.until is None:
                for _ in range(min(step.times, self.cap.count + 1)):
                    sent = self.block(step.steps, sent)
                return sent
            case s.Repeat() | s.ForEach():
                return sent & self.block(step.steps, sent)
            case s.Together():
                return Counter()
            case _:
                ends = [self.block(block, sent) for block in blocks(step)]
                least = ends[0] if ends else sent
                for end in ends[1:]:
                    least = least & end
                return least

    def send(self, step: s.Send, sent: Sent) -> Sent:
        cap = self.cap
        if step.transactional or step.to is not None or len(step.channels) != 1 or step.best_time is not None:
            return sent
        place = step.channels[0], step.topic
        if cap.channel not in {None, place[0]}:
            return sent
        if sent[place] >= cap.count and not step.uncapped:
            self.swallowed.setdefault(step.at.id, step)
            return sent
        return sent + Counter({place: 1})


def _tell(step: s.Send, cap: Cap, flow: Flow, project: Project) -> Diagnostic:
    files = {source.path for source in project.program.sources}
    related = tuple(
        Related(project.line(file, cap.line), "the cap")
        for file in sorted(files) if cap.text.removeprefix("at most ") in " ".join(project.text(file, cap.line).split())
    )
    sent = f"{cap.count} {'other' if cap.count == 1 else 'others'}"
    return Swallowed.at(
        project.line(flow.file, step.at.line), related=related[:1], sent=sent, cap=cap.text
    )
