"""Events for everyone that make the runtime look at all people."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.diagnostics.model import Diagnostic, Rule
from triggerfish.dsl.ir import flows as f
from triggerfish.dsl.ir.concerns import traces
from triggerfish.dsl.lint.project import Project

_DECLARED = "event price_dropped for everyone\n    price  number\n\n"


class EverybodyLookedAt(Rule):
    code = "TF625"
    severity = "warning"
    message = "each time `{event}` comes, every single person is looked at, because {why}"
    help = (
        "ask for something people did: `did (product_viewed where product_id is event.product_id) in last 30 days`; "
        "if everybody is meant, say so: # allow TF625: because …"
    )
    reason = (
        "What people did is looked up in an index, so the work grows with those concerned. Any other condition must be "
        "asked of everybody, one by one: with a million people that takes minutes."
    )
    wrong = f"{_DECLARED}flow f\n    start when price_dropped for everyone where total_spent > 5\n    wait 1 day\n"
    right = (
        f"{_DECLARED}flow f\n"
        "    start when price_dropped for everyone where total_spent > 5 and did order_completed in last 30 days\n"
        "    wait 1 day\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Starts for everyone that no history narrows down."""
        for flow in project.program.flows:
            if flow.workspace or flow.status == "disabled":
                continue
            for start in flow.starts:
                if not isinstance(start, f.StartWhen) or not start.everyone:
                    continue
                first = start.stages[0]
                if traces(first.where, first.name) is None:
                    why = "nothing says whom it concerns" if first.where is None else "its `where` asks for nothing they must have done"
                    yield EverybodyLookedAt.at(project.line(flow.file, first.line), event=" or ".join(first.events), why=why)
