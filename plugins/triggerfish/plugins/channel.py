"""What a channel is: how it describes itself, and how a message is handed over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from triggerfish.dsl.ir.types import TypeKind
from triggerfish.plugins.outcome import Outcome


class Nothing(BaseModel):
    """Settings of a plugin that has none."""

    model_config = ConfigDict(extra="forbid")


ContentT = TypeVar("ContentT", bound=BaseModel)
SettingsT = TypeVar("SettingsT", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class FromFile:
    """Marks a content field whose text may stand in a file: ``Annotated[str, FromFile()]``."""


@dataclass(frozen=True, slots=True)
class Markup:
    """Marks a content field that is HTML in the end and may be written as MJML, HTML or Markdown, in a file too.

    Values are escaped in it. ``text`` names the field that gets a plain-text version where the message has none;
    ``preview`` the field that is put, hidden, in front.
    """

    text: str | None = None
    preview: str | None = None


@dataclass(frozen=True, slots=True)
class Setup:
    """What a session may need to know about its surroundings.

    ``folder`` is the project folder; ``outbox`` the folder below it for what is only written down during development.
    """

    folder: Path
    outbox: Path


@dataclass(frozen=True, slots=True)
class Prepared(Generic[ContentT]):
    """A message that is ready to go: ``content`` is filled in, ``address`` is known.

    ``key`` is the idempotency key: the same message has the same key at every attempt, no other message has it. ``at`` is the
    moment it became due, in milliseconds since 1970 UTC. ``topic`` is None for transactional messages. ``unsubscribe``
    is a link (``https:`` or ``mailto:``) by which this person leaves that topic on this channel.
    """

    key: str
    person: str
    address: str
    content: ContentT
    message: str
    flow: str
    step: str
    at: int
    language: str | None = None
    topic: str | None = None
    topic_label: str | None = None
    transactional: bool = False
    sender: str | None = None
    postal_address: str | None = None
    unsubscribe: str | None = None


class Session(ABC, Generic[ContentT]):
    """An open channel: keeps connections between messages. Used by one thread at a time.

    ``deduplicates`` says whether handing over a message twice under one key delivers it once. Where it does not, a
    message whose fate is unclear after a crash is reported and never sent again.

    ``at_once`` is how many messages may be marked as being sent by one write to the disk, where the session does not
    deduplicate. They are still handed over one after the other; a crash leaves at most that many of unclear fate.
    """

    deduplicates: bool = False
    at_once: int = 1

    @abstractmethod
    def send(self, prepared: Prepared[ContentT]) -> Outcome:
        """Hand one message over.

        All that can go wrong is an outcome; an exception is a bug of the plugin and taken for ``Unknown``, or where the session
        deduplicates for ``Later``.
        """

    def close(self) -> None:
        """Give up connections. Called once; nothing is sent afterwards."""
        return


class Channel(ABC, Generic[SettingsT, ContentT]):
    """A way to reach people.

    * ``name`` and ``plural`` are the channel's words in flows: ``send email …``, ``at most 3 emails per week``;
    * ``address`` is the profile field with the recipient's address, ``address_type`` its type;
    * ``Content`` holds the fields of a message part: texts, each with a description, optional ones ``str | None``;
    * ``short`` is the content field meant by the short form ``sms "…"``;
    * ``Settings`` is the section ``[NAME]`` of ``triggerfish.toml``; texts in it may hold ``${VARIABLE}``. A number
      ``per_second`` among them is how many messages a second all workers together hand over at most.
    """

    name: ClassVar[str]
    plural: ClassVar[str]
    address: ClassVar[str]
    address_type: ClassVar[TypeKind] = "text"
    short: ClassVar[str | None] = None
    Content: type[ContentT]
    Settings: type[SettingsT]

    @abstractmethod
    def open(self, settings: SettingsT, setup: Setup) -> Session[ContentT]:
        """A session. Does not connect yet: what is out of reach is an outcome of ``send``."""


AnyChannel = Channel[Any, Any]
