"""When a failed attempt is repeated."""

from __future__ import annotations

from dataclasses import dataclass

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Backoff:
    """Up to ``attempts`` attempts; the pause after the n-th is ``first * factor ** (n - 1)`` milliseconds, at most ``cap``."""

    attempts: int
    first: int
    factor: int
    cap: int

    def pause(self, attempts: int) -> int:
        """The pause after this many attempts, in milliseconds."""
        if attempts >= 32:
            return self.cap
        return int(min(self.cap, self.first * self.factor ** max(attempts - 1, 0)))


@dataclass(frozen=True, slots=True)
class Retries:
    """``failure`` is for attempts that went wrong; ``deferral`` for providers that ask for patience or are out of reach.

    With the defaults a failure is tried three times within five minutes, a deferral twelve times within a day.
    """

    failure: Backoff = Backoff(attempts=3, first=MINUTE, factor=4, cap=HOUR)
    deferral: Backoff = Backoff(attempts=12, first=2 * MINUTE, factor=2, cap=4 * HOUR)

    def next_at(self, now: int, attempts: int, after: float | None, *, patient: bool) -> int | None:
        """When to try again after this many attempts, or None when that was the last one."""
        backoff = self.deferral if patient else self.failure
        if attempts >= backoff.attempts:
            return None
        pause = backoff.pause(attempts)
        return now + max(pause, int(after * SECOND)) if after is not None else now + pause
