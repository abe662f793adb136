"""What a newer program wants to know of the past and a person's state does not hold.

The shell asks which events are lacking, looks them up in its event log and hands them in with the next advance; series
that the older version kept at least as well are left as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine import needs
from triggerfish.runtime.machine.history import Log, count_in, insert
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.state import SCHEMA, State, encode

if TYPE_CHECKING:
    from triggerfish.runtime.machine.compiled import CompiledProgram
    from triggerfish.runtime.machine.session import Session


class Head(msgspec.Struct, array_like=True):
    """The first parts of a state: enough to see which version it belongs to."""

    schema: int = 0
    program: int = 0


_head = msgspec.msgpack.Decoder(Head)


class Backfill:
    """Knows, for each older version, which series its states lack."""

    def __init__(self, program: CompiledProgram, older: Mapping[int, Program]) -> None:
        self._program = program
        self._older = older
        self._keys: dict[int, frozenset[str]] = {program.version: frozenset()}
        self._current = beginning(program.version)

    def keys(self, version: int) -> frozenset[str]:
        """The series that a state of that version does not hold as the program needs them."""
        found = self._keys.get(version)
        if found is None:
            wanted = self._program.series.signature()
            older = self._older.get(version)
            had = {} if older is None else needs.series(older).signature()
            found = self._keys[version] = frozenset(key for key, want in wanted.items() if not _covered(want, had.get(key)))
        return found

    def lacking(self, state: bytes | None) -> frozenset[str]:
        """The events whose past is wanted with the next advance of this state."""
        if state is None or state.startswith(self._current):
            return frozenset()
        try:
            version = _head.decode(state).program
        except msgspec.MsgspecError:
            return frozenset()
        return frozenset(self._event(key) for key in self.keys(version)) if version != self._program.version else frozenset()

    def _event(self, key: str) -> str:
        series = self._program.series
        return (series.logs.get(key) or series.totals[key]).event


def beginning(version: int) -> bytes:
    """What the bytes of every state of that version that this triggerfish wrote begin with."""
    numbers = msgspec.msgpack.encode(SCHEMA) + msgspec.msgpack.encode(version)
    state = encode(State(program=version))
    return state[: state.index(numbers) + len(numbers)]


def _covered(want: Sequence[Any], had: Sequence[Any] | None) -> bool:
    """Whether what was kept (window, limit, fields; None: without bound) is at least what is wanted."""
    if had is None:
        return False
    enough = all(kept is None or (wish is not None and kept >= wish) for wish, kept in zip(want[:2], had[:2], strict=True))
    return enough and set(want[2]) <= set(had[2])


def fill(session: Session, keys: frozenset[str], past: Iterable[Input]) -> None:
    """Build these series anew from the past."""
    state = session.state
    for key in keys:
        state.series.pop(key, None)
    for one in past:
        kept = session.program.history.get(one.name)
        if kept is None or one.kind != "event":
            continue
        matcher, series = kept
        at = min(one.at, state.clock)
        for index in matcher(state, at, one.fields, None):
            each = series[index]
            if each.key not in keys:
                continue
            if isinstance(each, Log):
                insert(state.series, each, at, state.clock, one.fields)
            else:
                count_in(state.series, each, at, one.fields)
