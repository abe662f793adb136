"""What became of a message that was handed to a channel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the message over; ``id`` is its name for it, where it gives one."""

    id: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The message will never go out. ``bounced``: because the address is wrong for good (a hard bounce)."""

    reason: str
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Later:
    """Nothing was handed over; another attempt may succeed, not before ``after`` seconds where given.

    ``deferred``: the provider asks for patience (a 4xx reply, a rate limit); attempts then lie further apart and are more.
    ``unreachable``: it is the provider that cannot be used, not the message: the rest of the queue waits as well.
    """

    reason: str
    after: float | None = None
    deferred: bool = False
    unreachable: bool = False


@dataclass(frozen=True, slots=True)
class Unknown:
    """The message may or may not have been handed over, and nobody can tell. It is reported and not sent again."""

    reason: str


Outcome = Sent | Failed | Later | Unknown
