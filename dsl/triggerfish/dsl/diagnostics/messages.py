"""Mistakes in messages and templates: TF4xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class MissingPart(Rule):
    code = "TF401"
    message = "the message `{name}` has no `{channel}` part"
    help = "add a `{channel}` part to the message, or send it by another channel"
    reason = "What is sent on a channel must be written for that channel."
    wrong = "flow f\n    start when signed_up\n    about offers\n    send sms cart_reminder\n"
    right = "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"


class UnknownContentField(Rule):
    code = "TF402"
    message = "`{channel}` has no field called `{name}`"
    help = "the fields of `{channel}` are on the page of channels; `triggerfish plugins` lists them"
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
    help = "correct what stands between `{{{{` and `}}}}`"
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
    help = "correct what stands between `{{{{` and `}}}}`, or `{{%` and `%}}`"
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
    help = "write each field on a line below `{channel}`, its name first"
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


class UnknownContent(Rule):
    code = "TF411"
    message = "there is no content called `{name}`"
    help = "declare it: `content {name}` with its variants below"
    reason = "Only declared contents can be put into a template."
    wrong = (
        'content hero\n    pro "x" if plan is "pro"\n    otherwise "y"\n\nmessage m\n    sms "{{ content.heroo }}"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send sms m\n"
    )
    right = (
        'content hero\n    pro "x" if plan is "pro"\n    otherwise "y"\n\nmessage m\n    sms "{{ content.hero }}"\n\n'
        "flow f\n    start when signed_up\n    about offers\n    send sms m\n"
    )


class WrongVariant(Rule):
    code = "TF412"
    message = "{problem}"
    help = "take the line out, or write `split` after the name of the content"
    reason = "The variants of an experiment have shares; those of another content have conditions or points."
    wrong = 'content hero\n    50% calm "x"\n    50% loud "y"\n'
    right = 'content hero split\n    50% calm "x"\n    50% loud "y"\n'


class NoOtherwise(Rule):
    code = "TF413"
    severity = "warning"
    message = "for some people the content `{name}` says nothing"
    help = 'add a line `otherwise "…"` at its end'
    reason = "Where no variant fits, the message cannot be filled in and is not sent."
    wrong = 'content hero\n    pro "x" if plan is "pro"\n'
    right = 'content hero\n    pro "x" if plan is "pro"\n    otherwise "y"\n'


class NestedContent(Rule):
    code = "TF414"
    message = "a content cannot stand inside another content"
    help = "write its text here, or put both into the message"
    reason = "What is chosen for a person must be plain to see in the message."
    wrong = (
        'content hero\n    pro "{{ content.tail }}" if plan is "pro"\n    otherwise "y"\n\n'
        'content tail\n    pro "x" if plan is "pro"\n    otherwise "y"\n'
    )
    right = (
        'content hero\n    pro "z" if plan is "pro"\n    otherwise "y"\n\n'
        'content tail\n    pro "x" if plan is "pro"\n    otherwise "y"\n'
    )


class NothingToConfirm(Rule):
    code = "TF415"
    message = "the topic `{topic}` is not `confirmed opt-in` {how}"
    help = "declare it so, as in `topic {topic} confirmed opt-in for {channel}`, or leave the link out"
    reason = "Following the link would change nothing: only a confirmed opt-in waits for it."
    wrong = (
        'message m\n    email\n        subject "Please confirm"\n        body "{{ \'offers\' | confirm_link }}"\n\n'
        "flow f\n    start when signed_up\n    send email m transactional\n"
    )
    right = (
        'topic weekly confirmed opt-in for email\n\n'
        'message m\n    email\n        subject "Please confirm"\n        body "{{ \'weekly\' | confirm_link }}"\n\n'
        "flow f\n    start when signed_up\n    send email m transactional\n"
    )


class LinkOutsideMessage(Rule):
    code = "TF416"
    message = "`{filter}` makes a link for a person to follow, and this is no message"
    help = "put it into a message that is sent"
    reason = "Such a link is somebody's own: whoever follows it acts for them."
    wrong = (
        "flow f\n    start when signed_up\n"
        "    do log.write with message: \"{{ 'order_completed' | record_link: total: 5 }}\"\n"
    )
    right = (
        'message m\n    sms "Bought it? {{ \'order_completed\' | record_link: total: 5 }}"\n\n'
        "flow f\n    start when signed_up\n    send sms m transactional\n"
    )
