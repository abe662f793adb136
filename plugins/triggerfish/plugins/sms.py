"""The ``sms`` channel, written down for development: ``.triggerfish/outbox/sms.jsonl``."""

from __future__ import annotations

from pydantic import BaseModel, Field

from triggerfish.plugins.channel import AnyChannel, Channel, Nothing, Setup
from triggerfish.plugins.record import Recording
from triggerfish.plugins.spec import hookimpl


class SmsContent(BaseModel):
    body: str = Field(description="The text of the message")


class Sms(Channel[Nothing, SmsContent]):
    """Text messages, written to a file instead of being sent."""

    name = "sms"
    plural = "sms"
    address = "phone"
    address_type = "phone"
    short = "body"
    Content = SmsContent
    Settings = Nothing

    def open(self, settings: Nothing, setup: Setup) -> Recording:
        return Recording(setup.outbox / "sms.jsonl")


class Plugin:
    @hookimpl
    def triggerfish_channels(self) -> list[AnyChannel]:
        return [Sms()]


plugin = Plugin()
