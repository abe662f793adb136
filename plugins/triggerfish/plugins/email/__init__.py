"""The ``email`` channel: SMTP, or files during development."""

from __future__ import annotations

from triggerfish.plugins.channel import AnyChannel
from triggerfish.plugins.email.channel import Email
from triggerfish.plugins.spec import hookimpl


class Plugin:
    """The built-in plugin ``email``."""

    @hookimpl
    def triggerfish_channels(self) -> list[AnyChannel]:
        """``email``."""
        return [Email()]


plugin = Plugin()
