"""What an action is: something a flow does besides sending, ``do NAME with …``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from triggerfish.plugins.channel import Nothing, Setup

ArgumentsT = TypeVar("ArgumentsT", bound=BaseModel)
ResultT = TypeVar("ResultT", bound=BaseModel)


class Refused(Exception):  # noqa: N818 - said of what happened
    """The action failed for good. ``fields`` may hold those of the result that are known all the same."""

    def __init__(self, reason: str, fields: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.fields = dict(fields or {})


class TryLater(Exception):  # noqa: N818 - said of what happened
    """Nothing was done, or doing it again does no harm; not before ``after`` seconds where given."""

    def __init__(self, reason: str, after: float | None = None, *, deferred: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.deferred = deferred


class OutcomeUnknown(Exception):  # noqa: N818 - said of what happened
    """It may or may not have been done, and doing it again could do harm."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls an action, for whom and when. ``key`` stays the same over all attempts; ``at`` as in ``Prepared``."""

    key: str
    person: str
    flow: str
    step: str
    at: int
    settings: Any
    setup: Setup


class Action(ABC, Generic[ArgumentsT, ResultT]):
    """Something a flow can do.

    * ``name`` is ``plugin.action``; the settings stand in the section ``[plugin]`` of ``triggerfish.toml``;
    * ``Arguments`` are checked before a flow runs, so each field has a type and a description;
      ``ConfigDict(extra="allow")`` lets a flow give others too;
    * ``Result`` are the fields a flow may ask for afterwards, besides ``ok`` and ``error``;
    * ``repeatable``: doing it again under the same key does no harm.
    """

    name: ClassVar[str]
    repeatable: ClassVar[bool] = False
    Arguments: type[ArgumentsT]
    Result: type[ResultT]
    Settings: type[BaseModel] = Nothing

    @abstractmethod
    def run(self, arguments: ArgumentsT, call: Call) -> ResultT:
        """Do it. Raises ``Refused``, ``TryLater`` or ``OutcomeUnknown``.

        Any other exception is a bug of the plugin: taken for ``OutcomeUnknown``, or for ``TryLater`` where the action is
        repeatable.
        """


AnyAction = Action[Any, Any]
