"""Whether a person may be written to: consent by topic and channel, addresses, suppressions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from triggerfish.dsl.ir.program import Topic
from triggerfish.runtime.machine.state import State

CONFIRMED = 2
"""A statement with a third part, the moment of confirmation, is confirmed."""
ADDRESS = 2
"""A suppression with a third part is about that address alone."""


def given(topic: Topic, state: State, channel: str) -> bool:
    """Whether consent stands: as last stated, else presumed where the topic presumes it."""
    mode = topic.channels.get(channel)
    if mode is None:
        return False
    stated = state.consent.get(f"{topic.name}/{channel}")
    if stated is None:
        return mode == "presumed"
    return bool(stated[0]) and (mode != "confirmed opt-in" or len(stated) > CONFIRMED)


def suppress(state: State, channel: str, address: Any, at: int, *, complaint: bool) -> None:
    """A complaint is a person's and for good; a hard bounce is about an address, and a new one may be written to."""
    if complaint:
        state.suppressed[channel] = ["complaint", at]
    elif suppressed(state, channel, address) is None:
        state.suppressed[channel] = ["hard bounce", at, address]


def forbid(state: State, channel: str, address: Any, at: int, reason: str) -> None:
    """Nothing may go to this address, whoever has it."""
    if suppressed(state, channel, address) is None:
        state.suppressed[channel] = [reason, at, address]


def suppressed(state: State, channel: str, address: Any) -> str | None:
    """Why nothing may go to this address on this channel; None where it may."""
    found = state.suppressed.get(channel)
    if found is None or (len(found) > ADDRESS and found[ADDRESS] != address):
        return None
    return str(found[0])


def subscribed(topic: Topic, state: State, channel: str | None) -> bool:
    """On the channel, or on any channel the topic is for."""
    channels = topic.channels if channel is None else (channel,)
    return any(given(topic, state, each) for each in channels)


def reachable(topics: Iterable[Topic], state: State, channel: str, address: str) -> bool:
    """Whether there is an address, no suppression, and consent to at least one topic on the channel."""
    if not state.profile.get(address) or suppressed(state, channel, state.profile[address]):
        return False
    concerned = [topic for topic in topics if channel in topic.channels]
    return not concerned or any(given(topic, state, channel) for topic in concerned)
