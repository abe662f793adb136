"""Which shards a worker looks at next: each in turn, several together while they hold little."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

Waiting = Callable[[int], list[tuple[int, int]]]
"""Gives the shards that have something to do and how much, counted up to a number."""


class Rota:
    """Goes round the shards that have work, a batch at a time, beginning behind the one it was at last.

    Busy shards give a batch each, quiet ones share one, so none is passed over and a transaction is worth its cost. What
    has work is looked up anew once the round is through.
    """

    def __init__(self, waiting: Waiting, batch: int) -> None:
        self._waiting = waiting
        self._batch = batch
        self._round: deque[tuple[int, int]] = deque()
        self._last = -1

    def next(self) -> list[int]:
        """The shards of the next batch; none when there is nothing to do."""
        if not self._round:
            found = self._waiting(self._batch)
            self._round.extend([one for one in found if one[0] > self._last] + [one for one in found if one[0] <= self._last])
        taken: list[int] = []
        number = 0
        while self._round and number < self._batch:
            shard, there = self._round.popleft()
            taken.append(shard)
            number += there
        if taken:
            self._last = taken[-1]
        return taken

    @property
    def through(self) -> bool:
        """Whether the next call looks up what has work."""
        return not self._round
