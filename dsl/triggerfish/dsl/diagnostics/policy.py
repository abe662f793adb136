"""Mistakes with topics, consent and the policy: TF6xx."""

from __future__ import annotations

from triggerfish.dsl.diagnostics.model import Rule


class NoTopic(Rule):
    code = "TF601"
    message = "this is about no topic"
    help = "add `about TOPIC` to this line or to the flow, or `transactional` if people asked for exactly this message"
    reason = "Whether somebody may get a message depends on what it is about."
    wrong = "flow f\n    start when signed_up\n    send email cart_reminder\n"
    right = "flow f\n    start when signed_up\n    about offers\n    send email cart_reminder\n"


class TopicChannel(Rule):
    code = "TF602"
    message = "the topic `{topic}` is not for `{channel}`"
    help = "add `for {channel}` to the topic, or send by another channel"
    reason = "People subscribe to a topic channel by channel; nobody can be subscribed to this one there."
    wrong = "segment s\n    subscribed to offers by push\n"
    right = "segment s\n    subscribed to offers by sms\n"


class TopicAndTransactional(Rule):
    code = "TF603"
    message = "a transactional message is about no topic"
    help = "leave out `about {topic}` or `transactional`"
    reason = "`transactional` passes topics, so naming one has no meaning."
    wrong = "flow f\n    start when signed_up\n    send email cart_reminder about offers transactional\n"
    right = "flow f\n    start when signed_up\n    send email cart_reminder transactional\n"


class RepeatedPolicy(Rule):
    code = "TF604"
    message = "`{line}` is already given"
    help = "keep one of the two lines"
    reason = "There can only be one for the whole project."
    wrong = 'policy\n    sender "A <a@example.com>"\n    sender "B <b@example.com>"\n'
    right = 'policy\n    sender "A <a@example.com>"\n'


class RepeatedTopicChannel(Rule):
    code = "TF605"
    message = "the topic `{topic}` is already for `{channel}`"
    help = "keep one of the two"
    reason = "Consent on one channel comes about in one way."
    wrong = "topic t for email, opt-in for email\n"
    right = "topic t for email, opt-in for sms\n"


class BadAddress(Rule):
    code = "TF606"
    message = '"{address}" is no e-mail address'
    help = 'write it as "Acme <hello@acme.example>" or "hello@acme.example"'
    reason = "Mail without a proper sender is refused everywhere."
    wrong = 'policy\n    sender "Acme"\n'
    right = 'policy\n    sender "Acme <hello@acme.example>"\n'
