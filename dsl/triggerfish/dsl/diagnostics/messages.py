"""Mistakes in messages and templates: TF4xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class MissingPart(Rule):
    code = "TF401"
    message = "the message `{name}` has no `{channel}` part"
    reason = "What is sent on a channel must be written for that channel."
    wrong = "flow f\n    start when signed_up\n    about offers\n    send sms cart_reminder\n"
    right = "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"


class UnknownContentField(Rule):
    code = "TF402"
    message = "`{channel}` has no field called `{name}`"
    reason = "What a message consists of is up to its channel; this would never be sent."
    wrong = 'message m\n    email\n        subjekt "Hi"\n        subject "Hi"\n        body "Hello"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "Hello"\n'


class MissingContentField(Rule):
    code = "TF403"
    message = "the `{channel}` part of `{message}` has no `{name}`"
    help = 'add a line such as `{name} "…"`'
    reason = "The channel cannot send without it."
    wrong = 'message m\n    email\n        subject "Hi"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "Hello"\n'


class RepeatedContent(Rule):
    code = "TF404"
    message = "{what} is already given for this message"
    help = "keep one of the two"
    reason = "There can only be one; nobody can say which is meant."
    wrong = 'message m\n    sms "Hi"\n    sms "Hello"\n'
    right = 'message m\n    sms "Hi"\n'


class UnknownTemplateName(Rule):
    code = "TF405"
    message = "{problem}"
    reason = "A name that means nothing leaves a hole in the message."
    wrong = (
        'message m\n    sms "Hi {{ first_nam }}"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send sms m\n"
    )
    right = (
        'message m\n    sms "Hi {{ first_name }}"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send sms m\n"
    )


class TemplateSyntax(Rule):
    code = "TF406"
    message = "this template cannot be read: {problem}"
    reason = "Texts are Liquid templates; between {{ and }} and {% and %} its rules apply."
    wrong = 'message m\n    sms "Hi {{ first_name"\n'
    right = 'message m\n    sms "Hi {{ first_name }}"\n'


class NoFileAllowed(Rule):
    code = "TF407"
    message = "`{name}` of `{channel}` cannot come from a file"
    help = "write the text itself in quotes"
    reason = "Only long texts are kept in files of their own."
    wrong = 'message m\n    email\n        subject file "subject.txt"\n        body "Hello"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "Hello"\n'


class NoShortForm(Rule):
    code = "TF408"
    message = "`{channel}` needs to know which field this text is"
    reason = "Only channels with one main text have the short form."
    wrong = 'message m\n    email "Hello"\n'
    right = 'message m\n    email\n        subject "Hi"\n        body "Hello"\n'


class NoDefaultPart(Rule):
    code = "TF410"
    message = "the `{channel}` part of `{message}` is only there in {languages}"
    help = "add a part without `in`, for everybody else"
    reason = "People whose language is another one, or unknown, would get nothing."
    wrong = 'message m\n    sms in "fr" "Bonjour"\n'
    right = 'message m\n    sms "Hello"\n    sms in "fr" "Bonjour"\n'
