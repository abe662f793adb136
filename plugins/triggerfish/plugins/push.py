"""The ``push`` channel, written down for development: ``.triggerfish/outbox/push.jsonl``."""

from __future__ import annotations

from pydantic import BaseModel, Field

from triggerfish.plugins.channel import AnyChannel, Channel, Nothing, Setup
from triggerfish.plugins.record import Recording
from triggerfish.plugins.spec import hookimpl


class PushContent(BaseModel):
    """The fields of a message part."""

    title: str = Field(description="The bold first line")
    body: str = Field(description="The text below the title")
    link: str | None = Field(default=None, description="The page or screen a tap opens")


class Push(Channel[Nothing, PushContent]):
    """Push notifications, written to a file instead of being sent."""

    name = "push"
    plural = "pushes"
    address = "push_token"
    short = None
    Content = PushContent
    Settings = Nothing

    def open(self, settings: Nothing, setup: Setup) -> Recording:  # noqa: ARG002 - there are none
        """A file in the outbox folder."""
        return Recording(setup.outbox / "push.jsonl")


class Plugin:
    """The built-in plugin ``push``."""

    @hookimpl
    def triggerfish_channels(self) -> list[AnyChannel]:
        """``push``."""
        return [Push()]


plugin = Plugin()
