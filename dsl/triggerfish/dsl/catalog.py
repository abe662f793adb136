"""What plugins offer to flows, described so that flows can be checked without running a plugin."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from triggerfish.dsl.ir.types import Type


@dataclass(frozen=True, slots=True)
class ContentField:
    """A field of a message part: ``subject``, ``body``. ``file`` says whether ``NAME file "…"`` is allowed."""

    name: str
    required: bool
    file: bool
    doc: str


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """``address`` is the profile field with the recipient's address; ``short`` the field of the form ``sms "…"``.

    ``address_type`` is the type of that field where the profile does not declare it.
    """

    name: str
    plural: str
    address: str
    address_type: Type
    fields: tuple[ContentField, ...]
    short: str | None
    doc: str


@dataclass(frozen=True, slots=True)
class ActionField:
    """An argument or a result."""

    name: str
    type: Type | None
    """None accepts anything."""
    required: bool
    doc: str


@dataclass(frozen=True, slots=True)
class ActionInfo:
    """``name`` is ``plugin.action``. Extra arguments are allowed where ``open`` is set."""

    name: str
    arguments: tuple[ActionField, ...]
    results: tuple[ActionField, ...]
    open: bool
    doc: str


@dataclass(frozen=True, slots=True)
class FunctionInfo:
    """An expression function. ``returns`` is a type or ``same`` for the type of the first argument."""

    name: str
    arguments: tuple[Type, ...]
    optional: int
    returns: Type | Literal["same"]
    doc: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything on offer, by name."""

    channels: dict[str, ChannelInfo] = field(default_factory=dict)
    actions: dict[str, ActionInfo] = field(default_factory=dict)
    functions: dict[str, FunctionInfo] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    """The plugins that could not be loaded, and why."""
