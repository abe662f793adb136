"""The ``sms`` channel, written down for development: ``.triggerfish/outbox/sms.jsonl``."""

from __future__ import annotations

from pydantic import BaseModel, Field

from triggerfish.plugins.channel import AnyChannel, Channel, Nothing, Setup
from triggerfish.plugins.record import Recording
from triggerfish.plugins.spec import hookimpl


class SmsContent(BaseModel):
    """The fields of a message part."""

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

    def open(self, settings: Nothing, setup: Setup) -> Recording:  # noqa: ARG002 - there are none
        """A file in the outbox folder."""
        return Recording(setup.outbox / "sms.jsonl")


class Plugin:
    """The built-in plugin ``sms``."""

    @hookimpl
    def triggerfish_channels(self) -> list[AnyChannel]:
        """``sms``."""
        return [Sms()]


plugin = Plugin()
