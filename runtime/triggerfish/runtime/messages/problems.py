"""Mistakes in message bodies that show when they are compiled: TF45x."""

# ruff: noqa: D101 - a rule documents itself

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class UnreadableMarkup(Rule):
    code = "TF451"
    message = "The {kind} of this {field} cannot be read: {problem}"
    help = "correct the text of this {field}"
    reason = "What cannot be turned into a mail cannot be sent."
    wrong = 'message m\n    email\n        subject "Hi"\n        body "<mjml><mj-body><mj-section></mj-body></mjml>"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "<mjml><mj-body><mj-section></mj-section></mj-body></mjml>"\n'


class ExtraNeeded(Rule):
    code = "TF452"
    message = "This {field} needs {package}, which is not installed."
    help = "install it with `pip install 'triggerfish[mjml]'`"
    reason = "MJML and style sheets are turned into what mail programs understand by packages that are optional."
    wrong = 'message m\n    email\n        subject "Hi"\n        body "<mjml>…</mjml>"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "Hello"\n'


class TagBetweenAttributes(Rule):
    code = "TF453"
    message = "{tag} stands inside an element but outside the quotes of its attributes."
    help = "put it inside the quotes, or around the whole element"
    reason = "Styles are written into the elements before the template is filled in, and attributes change places then."
    wrong = 'message m\n    email\n        subject "Hi"\n        body "<style>p {{color: red}}</style><p {{% if plan %}}class=x{{% endif %}}>Hi</p>"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "<style>p {{color: red}}</style><p>Hi</p>"\n'


class NoSender(Rule):
    code = "TF455"
    severity = "warning"
    message = "e-mails are sent, and nobody is named as their sender"
    help = 'write `sender "Shop <hello@shop.example>"` into `policy`, or `sender` below `[email]` into triggerfish.toml'
    reason = "A mail without a sender is refused when it is handed over."
    wrong = "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"
    right = (
        'policy\n    sender "Shop <hello@shop.example>"\n    postal address "1 Rue X, 75001 Paris"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"
    )


class NoPostalAddress(Rule):
    code = "TF456"
    severity = "warning"
    message = "e-mails about {topic} are sent, and the policy has no postal address for their footer"
    help = 'write `postal address "1 Rue X, 75001 Paris"` into `policy`'
    reason = "In many countries mail that advertises must say where its sender can be reached."
    wrong = 'policy\n    sender "Shop <hello@shop.example>"\n\nflow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n'
    right = (
        'policy\n    sender "Shop <hello@shop.example>"\n    postal address "1 Rue X, 75001 Paris"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"
    )


class BadBody(Rule):
    code = "TF454"
    message = "The template of this {field} cannot be read: {problem}"
    help = "correct the template of this {field}"
    reason = "Texts are Liquid templates; between {{ and }} and {% and %} its rules apply."
    wrong = 'message m\n    email\n        subject "Hi {{ first_name"\n        body "Hello"\n'
    right = 'message m\n    email\n        subject "Hi {{ first_name }}"\n        body "Hello"\n'
