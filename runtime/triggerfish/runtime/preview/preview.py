"""One message, made ready exactly as for sending, and what is to be said about it."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from typing import Any

from pydantic import BaseModel

from triggerfish.dsl.ir.program import Message, Program
from triggerfish.plugins.channel import Prepared, Setup
from triggerfish.plugins.manager import Plugins
from triggerfish.plugins.outcome import Failed
from triggerfish.runtime.delivery.contract import Claimed
from triggerfish.runtime.delivery.sending import Sending
from triggerfish.runtime.delivery.sessions import Sessions
from triggerfish.runtime.links.services import Shown
from triggerfish.runtime.machine.effects import Delivery
from triggerfish.runtime.messages.messages import MessageSet
from triggerfish.runtime.preview.checks import Mail, Remark, of_mail, of_text_message
from triggerfish.runtime.preview.filling import Filler, Filling, Sender

KEY = "preview"


class CannotPreview(Exception):  # noqa: N818 - said of what happened
    """The message would not go out; the message says why."""


@dataclass(frozen=True, slots=True)
class Preview:
    """``fields`` are the content as the channel gets it; of a mail ``html`` and ``text`` are what the mail really holds.

    ``size`` is in bytes: of the whole mail, or of the fields of another channel.
    """

    message: str
    label: str
    channel: str
    language: str | None
    flow: str | None
    sender: str | None
    to: str
    subject: str | None
    preheader: str | None
    html: str | None
    text: str | None
    fields: dict[str, str]
    size: int
    html_size: int
    marketing: bool
    remarks: tuple[Remark, ...]
    values: dict[str, Any]
    made_up: tuple[str, ...]


class Previewer:
    """Makes previews of the messages of one program; ``sections`` are the settings of plugins by name."""

    def __init__(
        self, program: Program, plugins: Plugins, messages: MessageSet, sections: Mapping[str, BaseModel], setup: Setup
    ) -> None:
        self.program = program
        self.sections = sections
        self.notices: list[str] = []
        url = getattr(sections.get("web"), "public_url", None)
        links = Shown(url) if isinstance(url, str) and url else None
        sessions = Sessions(plugins, sections, setup, self.notices.append)
        self.sending = Sending(program, messages, sessions, links, self.notices.append)
        self.answered = Sending(program, messages, sessions, links or Shown(), self.notices.append)

    def preview(self, message: Message, filler: Filler, filling: Filling) -> Preview:
        """The message with these values. Raises ``CannotPreview`` where it would not go out."""
        sender, channel = filler.sender, filler.channel
        claimed = Claimed(str(filling.profile.get("id")), self._delivery(message, filler, filling), 0)
        prepared, unanswered = self._prepared(claimed)
        fields = {name: str(value) for name, value in prepared.content.model_dump().items() if value is not None}
        marketing = prepared.topic is not None and not prepared.transactional
        found = Preview(
            message.name, message.label, channel, prepared.language, sender.flow.name if sender is not None else None,
            prepared.sender, prepared.address, None, None, None, None, fields,
            sum(len(value.encode()) for value in fields.values()), 0, marketing, unanswered, filling.context, tuple(filling.made_up),
        )  # fmt: skip
        return self._mail(found, prepared, sender) if channel == "email" else _other(found, sender)

    def _prepared(self, claimed: Claimed) -> tuple[Prepared[Any], tuple[Remark, ...]]:
        """As for sending. What only a link without a web service keeps from going out is shown with links that can be read."""
        prepared = self.sending.prepare(claimed)
        if not isinstance(prepared, Failed):
            return prepared, ()
        shown = self.answered.prepare(claimed)
        if isinstance(shown, Failed):
            raise CannotPreview(shown.reason)
        return shown, (Remark("no-web", f"it would not go out yet: {prepared.reason}"),)

    def _delivery(self, message: Message, filler: Filler, filling: Filling) -> Delivery:
        step = filler.sender.step if filler.sender is not None else None
        address = filling.profile.get(self.program.addresses.get(filler.channel, filler.channel))
        data = {
            "message": message.name,
            "address": address or "nobody@example.com",
            "language": filling.profile.get("language"),
            "topic": step.topic if step is not None else None,
            "transactional": step is not None and step.transactional,
        }
        flow, at = (filler.sender.flow.name, step.at.id) if filler.sender is not None and step is not None else ("", "")
        return Delivery(KEY, "send", filler.channel, filler.at, flow, at, 0, 2, data, filling.context)

    def _mail(self, found: Preview, prepared: Prepared[Any], sender: Sender | None) -> Preview:
        from triggerfish.plugins.email.compose import CannotCompose, compose  # only for mails

        default = getattr(self.sections.get("email"), "sender", None)
        remarks = [*found.remarks]
        try:
            letter = compose(prepared, default)
        except CannotCompose as problem:
            if prepared.sender or default:
                raise CannotPreview(str(problem)) from problem
            remarks.append(Remark("no-sender", str(problem)))
            letter = compose(prepared, "nobody@example.com")
        parsed = email.message_from_bytes(letter.data, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101 - what the default policy makes
        html, text = _part(parsed, "html"), _part(parsed, "plain")
        preheader = prepared.content.preview
        mail = Mail(
            prepared.content.subject, preheader, html, text, found.marketing, prepared.unsubscribe, prepared.postal_address
        )
        remarks += [*_unsent(sender), *of_mail(mail)]
        return replace(
            found, sender=None if any(each.code == "no-sender" for each in remarks) else str(parsed["From"]),
            subject=prepared.content.subject, preheader=preheader, html=html, text=text,
            size=len(letter.data), html_size=len(html.encode()), remarks=tuple(remarks),
        )  # fmt: skip


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def _other(found: Preview, sender: Sender | None) -> Preview:
    text = "\n\n".join(found.fields.values())
    remarks = [*found.remarks, *_unsent(sender), *(of_text_message(text) if found.channel == "sms" else ())]
    return replace(found, text=text, remarks=tuple(remarks))


def _unsent(sender: Sender | None) -> list[Remark]:
    if sender is not None:
        return []
    return [Remark("not-sent", "no flow sends it, so it is shown without the footer of a marketing mail")]
