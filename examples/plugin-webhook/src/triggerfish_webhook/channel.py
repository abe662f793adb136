"""The channel: ``send webhook MESSAGE``."""

from __future__ import annotations

from pydantic import BaseModel, Field

from triggerfish.plugins import Channel, Failed, Outcome, Prepared, Session, Setup
from triggerfish_webhook.post import WebhookSettings, post


class WebhookContent(BaseModel):
    """What a message part for this channel consists of."""

    text: str = Field(description="The text of the message")
    link: str | None = Field(default=None, description="A page that belongs to it")


class WebhookSession(Session[WebhookContent]):
    """Posts each message; the receiver knows the keys it has seen."""

    deduplicates = True

    def __init__(self, settings: WebhookSettings) -> None:
        self.settings = settings

    def send(self, prepared: Prepared[WebhookContent]) -> Outcome:
        """Post one message."""
        if not prepared.address.strip() or not prepared.address.isprintable():
            return Failed("the person has no webhook_id")
        content = prepared.content.model_dump(exclude_none=True)
        document = {"to": prepared.address, "message": prepared.message, **content}
        return post(self.settings, prepared.key, document)


class Webhook(Channel[WebhookSettings, WebhookContent]):
    """Messages as JSON to a web address of your own."""

    name = "webhook"
    plural = "webhooks"
    address = "webhook_id"
    short = "text"
    Content = WebhookContent
    Settings = WebhookSettings

    def open(self, settings: WebhookSettings, setup: Setup) -> WebhookSession:
        """Nothing to connect: each message is a request of its own."""
        return WebhookSession(settings)
