"""The seam between triggerfish and its plugins: all that a plugin imports.

A plugin is a distribution with an entry point in the group ``triggerfish.plugins``. The entry point names an object whose
methods, marked with ``hookimpl``, return channels, actions and functions::

    class Plugin:
        @hookimpl
        def triggerfish_channels(self) -> list[AnyChannel]:
            return [Letter()]

    plugin = Plugin()
"""

from __future__ import annotations

from triggerfish.plugins.action import Action, AnyAction, Call, OutcomeUnknown, Refused, TryLater
from triggerfish.plugins.channel import AnyChannel, Channel, FromFile, Markup, Nothing, Prepared, Session, Setup
from triggerfish.plugins.function import Function
from triggerfish.plugins.outcome import Failed, Later, Outcome, Sent, Unknown
from triggerfish.plugins.spec import hookimpl

__all__ = [
    "Action",
    "AnyAction",
    "AnyChannel",
    "Call",
    "Channel",
    "Failed",
    "FromFile",
    "Function",
    "Later",
    "Markup",
    "Nothing",
    "Outcome",
    "OutcomeUnknown",
    "Prepared",
    "Refused",
    "Sent",
    "Session",
    "Setup",
    "TryLater",
    "Unknown",
    "hookimpl",
]
