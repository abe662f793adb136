"""Where people are: how many rest at which step of which flow. It reads everybody's state, so it is asked for, not kept up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from triggerfish.runtime.store.store import Store

CHUNK = 2_000

Place = tuple[str, int, int]
"""A flow, the version of it, and the number of the step."""

Progress = Callable[[int, int], None]


class _Run(msgspec.Struct, array_like=True, gc=False):
    """The first parts of a ``state.Run``, whose positions are its schema: what follows is passed over unread."""

    id: int
    flow: str
    version: int
    key: str | None
    entered: int
    pc: int = 0


class _State(msgspec.Struct, array_like=True, gc=False):
    """The same of a ``state.State``, up to the runs."""

    schema: int
    program: int
    clock: int
    facts: int
    runs_made: int
    profile: msgspec.Raw
    series: msgspec.Raw
    segments: msgspec.Raw
    flips: msgspec.Raw
    runs: list[_Run]


_decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(_State).decode


def places(store: Store, progress: Progress = lambda _done, _total: None) -> Counter[Place]:
    """How many runs rest where, branches that go on at the same time each for itself. Raises StoreUnavailable."""
    found: Counter[Place] = Counter()
    total, done = store.profiles.count(), 0
    for states in _chunks(store):
        for state in states:
            try:
                found.update((run.flow, run.version, run.pc) for run in _decode(state).runs)
            except msgspec.MsgspecError:
                continue  # whoever cannot be read is told of when it is their turn
        done += len(states)
        progress(done, max(done, total))
    return found


def _chunks(store: Store) -> Iterator[list[bytes]]:
    after = ""
    while ids := store.profiles.ids(after=after, limit=CHUNK):
        yield [cell.state for cell in store.profiles.load(ids).values() if cell.state is not None]
        after = ids[-1]
