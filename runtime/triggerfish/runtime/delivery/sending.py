"""One message: rendered, made ready and handed to its channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.templates import BadTemplate, MissingValue, TemplateFailure
from triggerfish.plugins.channel import Prepared
from triggerfish.plugins.manager import in_one_line
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent, Unknown
from triggerfish.runtime.delivery.arguments import filled
from triggerfish.runtime.delivery.contract import Claimed
from triggerfish.runtime.delivery.links import Links, Unsubscribe, mailto
from triggerfish.runtime.delivery.sessions import CannotOpen, Sessions
from triggerfish.runtime.messages.messages import MessageSet, Unrendered


class Sending:
    """Sends the messages of one program."""

    def __init__(
        self, program: Program, messages: MessageSet, sessions: Sessions, links: Links | None, notice: Callable[[str], None]
    ) -> None:
        self.policy = program.policy
        self.topics = {topic.name: topic.label for topic in program.topics}
        self.messages = messages
        self.sessions = sessions
        self.links = links
        self.notice = notice

    def send(self, claimed: Claimed) -> Outcome:
        """Hand one message over. Never raises because of a plugin or a message."""
        try:
            session = self.sessions.of(claimed.delivery.target)
        except CannotOpen as problem:
            self.notice(str(problem))
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
            self.notice(f"{claimed.delivery.key}: {reason}")
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
        language, topic = data.get("language"), data.get("topic")
        transactional = bool(data.get("transactional"))
        unsubscribe = None if transactional or topic is None else self._unsubscribe(claimed, topic)
        values = {"unsubscribe_url": unsubscribe, **delivery.context}
        rendered = self.messages.render(data["message"], delivery.target, language, values, at=delivery.at)
        if isinstance(rendered, Unrendered):
            return Failed(rendered.reason)
        try:
            content = self.sessions.plugins.channels[delivery.target].Content.model_validate(rendered.fields)
        except ValidationError as problem:
            first = problem.errors(include_url=False)[0]
            field = ".".join(str(part) for part in first["loc"])
            return Failed(f"the {field} of the message does not fit the channel: {first['msg']}")
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

    def _unsubscribe(self, claimed: Claimed, topic: str) -> str | None:
        delivery = claimed.delivery
        if self.links is not None:
            return self.links.unsubscribe(Unsubscribe(claimed.person, topic, delivery.target, delivery.key))
        sender = self.policy.sender
        if not sender or "@" not in sender:
            return None
        return mailto(sender.rpartition("<")[2].rstrip("> ").strip(), delivery.key)
