"""What the language has and this version does not: TF9xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class NoEffectYet(Rule):
    code = "TF902"
    severity = "warning"
    message = "{what} has no effect yet: {meanwhile}"
    help = "it may stay; a later version of triggerfish will act on it"
    reason = "The line is understood and checked, but this version does nothing with it: better to know than to wait for it."
    wrong = "policy\n    attribution last touch\n"
    right = 'policy\n    sender "Acme <hello@acme.example>"\n'
