"""The hooks a plugin may implement. They are called once, when plugins are loaded."""

from __future__ import annotations

import pluggy

from triggerfish.plugins.action import AnyAction
from triggerfish.plugins.channel import AnyChannel
from triggerfish.plugins.function import Function

PROJECT = "triggerfish"
GROUP = "triggerfish.plugins"
"""The entry-point group plugins are found in."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class Specification:
    """What may be asked of a plugin; each hook is optional."""

    @hookspec
    def triggerfish_channels(self) -> list[AnyChannel]:
        """The channels the plugin brings."""
        raise NotImplementedError

    @hookspec
    def triggerfish_actions(self) -> list[AnyAction]:
        """The actions the plugin brings."""
        raise NotImplementedError

    @hookspec
    def triggerfish_functions(self) -> list[Function]:
        """The expression functions the plugin brings."""
        raise NotImplementedError
