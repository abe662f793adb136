"""Which versions of the program people are inside of, told from the first parts of their states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from triggerfish.runtime.deploys.plan import followed
from triggerfish.runtime.store.store import Store

CHUNK = 2_000

FEW = 3
"""So many versions are kept at hand without looking who is inside of them."""


class _Run(msgspec.Struct, array_like=True, gc=False):
    """The first parts of a ``state.Run`` and of a ``state.Aim``; what follows is passed over unread."""

    id: msgspec.Raw
    flow: msgspec.Raw
    version: int


class _Aim(msgspec.Struct, array_like=True, gc=False):
    flow: msgspec.Raw
    version: int


class _State(msgspec.Struct, array_like=True, gc=False):
    """The same of a ``state.State``, up to the aims."""

    schema: int
    program: int
    clock: msgspec.Raw
    facts: msgspec.Raw
    runs_made: msgspec.Raw
    profile: msgspec.Raw
    series: msgspec.Raw
    segments: msgspec.Raw
    flips: msgspec.Raw
    runs: list[_Run]
    chains: msgspec.Raw = msgspec.Raw()
    counting: msgspec.Raw = msgspec.Raw()
    consent: msgspec.Raw = msgspec.Raw()
    suppressed: msgspec.Raw = msgspec.Raw()
    sent: msgspec.Raw = msgspec.Raw()
    entries: msgspec.Raw = msgspec.Raw()
    aims: list[_Aim] = []


_decode: Callable[[bytes], Any] = msgspec.msgpack.Decoder(_State).decode


def followed_now(store: Store) -> tuple[int, ...] | None:
    """The versions that must stay at hand under a new one; None: all of them. Raises StoreUnavailable."""
    listed = store.programs.versions()
    if not listed:
        return ()
    deploys = {each.version: each.options for each in listed}
    newest = listed[-1]
    known = len(listed) if newest.options.used is None else len({*newest.options.used, newest.version})
    used = versions_inside(store) if known > FEW else None
    if used is None:
        return None if newest.options.used is None else tuple(sorted({*newest.options.used, newest.version}))
    return tuple(followed(used, newest.version, deploys))


def versions_inside(store: Store) -> set[int] | None:
    """The versions that anybody is inside of; None where a state cannot be read. Raises StoreUnavailable."""
    found: set[int] = set()
    after = ""
    while ids := store.profiles.ids(after=after, limit=CHUNK):
        for cell in store.profiles.load(ids).values():
            try:
                state = _decode(cell.state) if cell.state is not None else None
            except msgspec.MsgspecError:
                return None
            if state is not None:
                found.update(run.version for run in state.runs)
                found.update(aim.version for aim in state.aims)
        after = ids[-1]
    return found
