"""The action ``log.write``: a line in the runtime's log."""

from __future__ import annotations

import logging
from typing import Literal

from pydantic import BaseModel, Field

from triggerfish.plugins.action import Action, AnyAction, Call
from triggerfish.plugins.channel import Nothing
from triggerfish.plugins.spec import hookimpl

LOGGER = logging.getLogger("triggerfish.flow")


class WriteArguments(BaseModel):
    """What to write."""

    message: str = Field(description="The text of the line")
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="How serious it is")


class Write(Action[WriteArguments, Nothing]):
    """Writes a line into the log of the runtime."""

    name = "log.write"
    repeatable = True
    Arguments = WriteArguments
    Result = Nothing

    def run(self, arguments: WriteArguments, call: Call) -> Nothing:
        """Write one line; line breaks in the text become spaces."""
        level = logging.getLevelNamesMapping()[arguments.level.upper()]
        fields = {"flow": call.flow, "person": call.person, "key": call.key}
        LOGGER.log(level, "%s", arguments.message.replace("\r", " ").replace("\n", " "), extra=fields)
        return Nothing()


class Plugin:
    """The built-in plugin ``log``."""

    @hookimpl
    def triggerfish_actions(self) -> list[AnyAction]:
        """``log.write``."""
        return [Write()]


plugin = Plugin()
