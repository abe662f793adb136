"""One message: rendered, made ready and handed to its channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.templates import BadTemplate, MissingValue, TemplateFailure
from triggerfish.plugins.channel import Prepared
from triggerfish.plugins.manager import in_one_line
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent, Unknown
from triggerfish.runtime.delivery.arguments import filled
from triggerfish.runtime.delivery.contract import Claimed
from triggerfish.runtime.delivery.sessions import CannotOpen, Sessions
from triggerfish.runtime.links.links import MessageLinks
from triggerfish.runtime.links.services import Service
from triggerfish.runtime.messages.messages import MessageSet, Unrendered
from triggerfish.runtime.observation.remark import Remark, parts_of


class Sending:
    """Sends the messages of one program."""

    def __init__(
        self, program: Program, messages: MessageSet, sessions: Sessions, links: Service | None, notice: Callable[[str], None],
        suppressed: Callable[[str, str], bool] = lambda _channel, _address: False,
    ) -> None:
        self.policy = program.policy
        self.topics = {topic.name: topic.label for topic in program.topics}
        self.messages = messages
        self.sessions = sessions
        self.links = links
        self.notice = notice
        self.suppressed = suppressed

    def send(self, claimed: Claimed) -> Outcome:
        """Hand one message over. Never raises because of a plugin or a message."""
        try:
            session = self.sessions.of(claimed.delivery.target)
        except CannotOpen as problem:
            channel = claimed.delivery.target
            self.notice(Remark("channel_unusable", "{problem}", channel=channel, problem=str(problem)))
            return Later(str(problem), unreachable=True)
        prepared = self.prepare(claimed)
        if isinstance(prepared, Failed):
            return prepared
        channel = claimed.delivery.target
        try:
            outcome = session.send(prepared)
        except Exception as problem:  # noqa: BLE001 - a plugin's bug is contained
            owner = self.sessions.plugins.owners.get(f"channel {channel}", channel)
            reason = f"plugin {owner} raised {in_one_line(problem)}"
            said = "{key}: plugin {plugin} raised {error}{detail}{place}"
            self.notice(Remark("plugin_raised", said, level="error", key=claimed.delivery.key, plugin=owner, **parts_of(problem)))
            return Later(reason) if session.deduplicates else Unknown(reason)
        if isinstance(outcome, (Sent, Failed, Later, Unknown)):
            return outcome
        owner = self.sessions.plugins.owners.get(f"channel {channel}", channel)
        return Unknown(f"plugin {owner} returned {type(outcome).__name__}, which is no outcome")

    def prepare(self, claimed: Claimed) -> Prepared[Any] | Failed:
        """The message with everything filled in, or why that cannot be done."""
        delivery, data = claimed.delivery, claimed.delivery.data
        try:
            zone = self.policy.timezone
            address = filled({"to": data.get("address")}, delivery.context, at=delivery.at, timezone=zone).get("to")
        except (MissingValue, TemplateFailure, BadTemplate) as problem:
            return Failed(f"the address cannot be filled in: {problem}")
        if not isinstance(address, str) or not address.strip():
            return Failed("there is no address to send to")
        if self.suppressed(delivery.target, address):
            return Failed("whoever had this address was erased: nothing goes to it any more")
        language, topic = data.get("language"), data.get("topic")
        transactional = bool(data.get("transactional"))
        links = MessageLinks.of(claimed.person, delivery, self.policy, self.links)
        unsubscribe = None if transactional or topic is None else links.unsubscribe(self.policy.sender)
        values = {"unsubscribe_url": unsubscribe, **delivery.context}
        rendered = self.messages.render(data["message"], delivery.target, language, values, at=delivery.at, links=links)
        if isinstance(rendered, Unrendered):
            return Failed(rendered.reason)
        content = self.messages.content(delivery.target, rendered.fields)
        if isinstance(content, Unrendered):
            return Failed(content.reason)
        return Prepared(
            key=delivery.key,
            person=claimed.person,
            address=address,
            content=content,
            message=data["message"],
            flow=delivery.flow,
            step=delivery.step,
            at=delivery.at,
            language=rendered.language or (language if isinstance(language, str) else None),
            topic=None if transactional else topic,
            topic_label=None if transactional or topic is None else self.topics.get(topic, topic),
            transactional=transactional,
            sender=self.policy.sender,
            postal_address=self.policy.postal_address,
            unsubscribe=unsubscribe,
        )
