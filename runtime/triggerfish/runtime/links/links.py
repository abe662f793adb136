"""The links of one message: made while its templates are filled in, and in its bodies afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from triggerfish.dsl.ir.program import Policy
from triggerfish.dsl.templates import TemplateFailure
from triggerfish.runtime.links.bodies import with_addresses, with_links, with_pixel
from triggerfish.runtime.links.campaign import Campaign, is_web_address
from triggerfish.runtime.links.services import Service
from triggerfish.runtime.links.tokens import Mail
from triggerfish.runtime.machine.effects import Delivery

TAGGED = "email"
"""The channel whose links carry the policy's campaign tags."""


def mail_of(person: str, delivery: Delivery) -> Mail:
    """What links say of the message they stand in."""
    data = delivery.data
    key = delivery.key.removeprefix(person) if delivery.key.startswith(f"{person}/") else delivery.key
    topic = None if data.get("transactional") else data.get("topic")
    return Mail(person, key, delivery.target, data["message"], delivery.flow, delivery.step, topic)


def campaign_of(policy: Policy, channel: str, flow: str, message: str) -> Campaign:
    """The campaign tags of a message."""
    return Campaign(policy.utm if channel == TAGGED else (), flow, message)


class MessageLinks:
    """What ``track``, ``record_link`` and ``confirm_link`` make, and what becomes of the other links.

    ``service`` is None where nobody answers: tracked links are then plain ones, and links that record cannot be made.
    ``mine`` is False for a message that goes to somebody else: what they click is nothing this person did.
    """

    def __init__(self, mail: Mail, at: int, campaign: Campaign, service: Service | None, *, mine: bool = True) -> None:
        self.mail = mail
        self.at = at
        self.campaign = campaign
        self.service = service
        self.mine = mine

    @classmethod
    def of(cls, person: str, delivery: Delivery, policy: Policy, service: Service | None) -> MessageLinks:
        """Those of a delivery."""
        campaign = campaign_of(policy, delivery.target, delivery.flow, delivery.data["message"])
        return cls(mail_of(person, delivery), delivery.at, campaign, service, mine=not delivery.data.get("other"))

    def tracked(self, target: str) -> str:
        """See ``dsl.templates.Links``."""
        if not is_web_address(target):
            return target
        found = self.service.click(self.mail, target) if self.service is not None and self.mine else None
        return self.campaign.tagged(target) if found is None else found

    def recorded(self, event: str, fields: Mapping[str, Any]) -> str:
        """See ``dsl.templates.Links``."""
        return self._answered("record_link").record(self.mail, event, fields)

    def confirmed(self, topic: str) -> str:
        """See ``dsl.templates.Links``."""
        return self._answered("confirm_link").confirm(self.mail, topic, self.at)

    def unsubscribe(self, sender: str | None) -> str | None:
        """How a person leaves the topic: by the service, else by a mail to the sender; None where there is neither."""
        if self.service is not None:
            return self.service.unsubscribe(self.mail)
        return mailto(sender, self.mail.whole_key) if sender and "@" in sender else None

    def in_html(self, html: str) -> str:
        """A finished HTML body: its links tracked and tagged, and the pixel where opens are tracked."""
        html = with_links(html, self._tracked_unless_ours)
        source = self.service.pixel(self.mail) if self.service is not None and self.mine else None
        return html if source is None else with_pixel(html, source)

    def in_text(self, text: str) -> str:
        """A finished plain-text body. Its links carry the tags; only ``track`` makes them longer than that."""
        return with_addresses(text, lambda link: link if self._ours(link) else self.campaign.tagged(link))

    def _tracked_unless_ours(self, link: str) -> str:
        return link if self._ours(link) else self.tracked(link)

    def _ours(self, link: str) -> bool:
        return self.service is not None and link.startswith(f"{self.service.public_url}/")

    def _answered(self, word: str) -> Service:
        if self.service is None:
            raise TemplateFailure(f"“{word}” needs the web service: set public_url in the section [web] of triggerfish.toml")
        return self.service


def mailto(sender: str, key: str) -> str:
    """The link for where there is no web service: a mail to the sender."""
    address = sender.rpartition("<")[2].rstrip("> ").strip()
    return f"mailto:{quote(address, safe='@')}?subject=unsubscribe%20{quote(key, safe='')}"
