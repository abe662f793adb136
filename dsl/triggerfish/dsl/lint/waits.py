"""Waits that nothing can end before their time is over."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.dsl.lint.project import Project

OF_SENDS = ("sent", "delivered", "opened", "clicked", "prefetched", "complained")


class NeverEndsEarly(Rule):
    code = "TF614"
    severity = "warning"
    message = "this wait can never end early: {why}"
    help = "wait for something else, or write a plain `wait`"
    reason = "People always wait the whole time, and what should happen at the event never happens."
    wrong = (
        "flow f\n    start when signed_up\n    stop when order_completed\n"
        "    wait up to 2 days for order_completed\n    set total_spent to 5\n"
    )
    right = (
        "flow f\n    start when signed_up\n    wait up to 2 days for order_completed\n    set total_spent to 5\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Branches whose events stop the flow first, or come from a channel that nothing is sent on."""
        channels = {channel for node in project.nodes if isinstance(node, s.Send) for channel in node.channels}
        silent = {
            f"{channel}_{what}": channel
            for channel in project.program.addresses if channel not in channels for what in OF_SENDS
        }
        for flow in project.program.flows:
            stops = {event: stop.line for stop in flow.stops if stop.condition is None for event in stop.events}
            for step in steps_inside(flow.steps):
                if not isinstance(step, s.WaitUpTo):
                    continue
                for branch in step.branches:
                    if not isinstance(branch, s.EventBranch) or not branch.events:
                        continue
                    place = project.line(flow.file, branch.line)
                    if all(event in stops for event in branch.events):
                        event = branch.events[0]
                        related = (Related(project.line(flow.file, stops[event]), "this comes first"),)
                        yield NeverEndsEarly.at(place, related=related, why=f"`{event}` stops the flow first")
                    elif all(event in silent for event in branch.events):
                        channel = silent[branch.events[0]]
                        yield NeverEndsEarly.at(place, why=f"no flow sends anything by {channel}")
