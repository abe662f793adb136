"""Declarations that nothing uses."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.diagnostics.model import Diagnostic, Rule
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import program as p
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.lint.project import Project


class UnusedMessage(Rule):
    code = "TF616"
    severity = "warning"
    message = "no flow sends the message `{name}`"
    help = "send it, or remove it"
    reason = "A message that nobody can get was probably meant to be sent somewhere."
    wrong = 'message m\n    sms "Hi"\n'
    right = 'message m\n    sms "Hi"\n\nflow f\n    start when signed_up\n    about offers\n    send sms m\n'

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Messages in no ``send``."""
        sent = {node.message for node in project.nodes if isinstance(node, s.Send)}
        for message in project.program.messages:
            if message.name not in sent:
                yield UnusedMessage.at(project.declared("message", message.name), name=message.name)


class UnusedSegment(Rule):
    code = "TF617"
    severity = "info"
    message = "no flow uses the segment `{name}`"
    help = "that is fine if it is only there to be looked at"
    reason = "A segment can be there for its numbers alone; otherwise a flow was meant to use it."
    wrong = "segment s\n    total_spent > 5\n"
    right = "segment s\n    total_spent > 5\n\nflow f\n    start when enters segment s\n    wait 1 day\n"

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Segments that neither a flow, nor another declaration, nor the policy names."""
        used = {getattr(node, "segment", None) for node in project.nodes} | set(project.program.policy.never_send)
        for segment in project.program.segments:
            if segment.name not in used:
                yield UnusedSegment.at(project.declared("segment", segment.name), name=segment.name)


class UnusedValue(Rule):
    code = "TF618"
    severity = "info"
    message = "nothing uses the value `{name}`"
    help = "use it, or remove it"
    reason = "What a value looks at is kept of everybody's history, for nothing here."
    wrong = "value v is count of order_completed ever\n"
    right = (
        "value v is count of order_completed ever\n\nflow f\n    start when signed_up\n    only if v > 2\n    wait 1 day\n"
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Values in no condition and no template."""
        used = {node.name for node in project.nodes if isinstance(node, x.ValueOf)}
        used |= {name.split(".")[0] for name in _template_names(project)}
        for value in project.program.values:
            if value.name not in used:
                yield UnusedValue.at(project.declared("value", value.name), name=value.name)


class UnusedTopic(Rule):
    code = "TF619"
    severity = "warning"
    message = "nothing is sent about the topic `{name}`"
    help = "send something about it, or remove it"
    reason = "People would subscribe to something that never comes."
    wrong = 'topic news "News" for email\n'
    right = 'topic news "News" for email\n\nflow f\n    start when signed_up\n    about news\n    send email cart_reminder\n'

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Topics that no flow, send, step or condition names."""
        used = {getattr(node, "topic", None) for node in project.nodes if not isinstance(node, p.Topic)}
        for topic in project.program.topics:
            if topic.name not in used:
                yield UnusedTopic.at(project.declared("topic", topic.name), name=topic.name)


def _template_names(project: Project) -> Iterator[str]:
    for node in project.nodes:
        if isinstance(node, x.Template | p.PartField | p.Variant):
            yield from node.names

