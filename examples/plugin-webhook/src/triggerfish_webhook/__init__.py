"""A triggerfish plugin: the channel ``webhook`` and the action ``webhook.call``."""

from __future__ import annotations

from triggerfish.plugins import AnyAction, AnyChannel, hookimpl
from triggerfish_webhook.action import CallWebhook
from triggerfish_webhook.channel import Webhook


class Plugin:
    """What triggerfish asks for when it loads plugins."""

    @hookimpl
    def triggerfish_channels(self) -> list[AnyChannel]:
        """The channels of this plugin."""
        return [Webhook()]

    @hookimpl
    def triggerfish_actions(self) -> list[AnyAction]:
        """The actions of this plugin."""
        return [CallWebhook()]


plugin = Plugin()
