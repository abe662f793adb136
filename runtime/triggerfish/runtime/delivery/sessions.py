"""Open channels, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from triggerfish.plugins.channel import Session, Setup
from triggerfish.plugins.manager import Plugins, in_one_line
from triggerfish.runtime.observation.remark import Remark, parts_of


class CannotOpen(Exception):  # noqa: N818 - said of what happened
    """A channel cannot be used: it is not there, not set up, or its plugin fails."""


class Sessions:
    """Opens each channel when it is first needed and keeps it open. For one thread."""

    def __init__(
        self, plugins: Plugins, settings: Mapping[str, BaseModel], setup: Setup, notice: Callable[[str], None]
    ) -> None:
        self.plugins = plugins
        self.settings = settings
        self.setup = setup
        self.notice = notice
        self.open: dict[str, Session[Any]] = {}

    def of(self, channel: str) -> Session[Any]:
        """The channel's session. Raises CannotOpen."""
        session = self.open.get(channel)
        if session is not None:
            return session
        plugin = self.plugins.channels.get(channel)
        if plugin is None:
            raise CannotOpen(f"no plugin brings the channel {channel}")
        try:
            settings = self.settings.get(channel)
            session = plugin.open(settings if settings is not None else plugin.Settings(), self.setup)
        except Exception as problem:
            owner = self.plugins.owners.get(f"channel {channel}", channel)
            raise CannotOpen(f"the channel {channel} cannot be used: plugin {owner}: {in_one_line(problem)}") from problem
        self.open[channel] = session
        return session

    def deduplicates(self, channel: str) -> bool:
        """Whether a message may be handed over again under its key; no for a channel that cannot be opened."""
        try:
            return bool(self.of(channel).deduplicates)
        except CannotOpen:
            return False

    def at_once(self, channel: str) -> int:
        """How many of its messages may be marked as being sent together; 1 for a channel that cannot be opened."""
        try:
            return max(1, int(self.of(channel).at_once))
        except CannotOpen:
            return 1

    def close(self) -> None:
        """Close them all; a plugin that fails at it is reported."""
        for channel, session in self.open.items():
            try:
                session.close()
            except Exception as problem:  # noqa: BLE001 - a plugin's bug is contained
                owner = self.plugins.owners.get(f"channel {channel}", channel)
                said = "closing {channel}: plugin {plugin}: {error}{detail}{place}"
                self.notice(Remark("plugin_raised", said, level="error", channel=channel, plugin=owner, **parts_of(problem)))
        self.open.clear()
