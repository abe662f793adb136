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


class NoEffectYet(Rule):
    code = "TF902"
    severity = "warning"
    message = "{what} has no effect yet: {meanwhile}"
    help = "it may stay; a later version of triggerfish will act on it"
    reason = "The line is understood and checked, but this version does nothing with it: better to know than to wait for it."
    wrong = "policy\n    attribution last touch\n"
    right = 'policy\n    sender "Acme <hello@acme.example>"\n'
