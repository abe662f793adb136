"""What the language has and this version does not: TF9xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class NotYet(Rule):
    code = "TF901"
    message = "{what} cannot be used yet"
    help = "a later version of triggerfish will understand it"
    reason = (
        "The language has it, but this version cannot run it; better an error than a flow that does something else."
    )
    wrong = "flow f for workspace\n    start every monday at 9:00\n    wait 1 day\n"
    right = "flow f\n    start every monday at 9:00\n    wait 1 day\n"
