"""A small machine with timers, messages, recorded events and a state of about 560 bytes."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from triggerfish.runtime.machine.effects import Advance, Delivery, Fact, Recorded
from triggerfish.runtime.machine.inputs import Input

QUIET = 90 * 86_400_000


class State(msgspec.Struct, array_like=True):
    facts: int = 0
    orders: int = 0
    last: int = 0
    due: int | None = None
    seen: list[int] = []
    padding: str = "x" * 430


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(State)


class FakeMachine:
    """Counts orders; after 90 quiet days it sends a win-back. ``bad`` event names raise."""

    def __init__(self, bad: frozenset[str] = frozenset()) -> None:
        self.bad = bad
        self.calls = 0

    def advance(
        self, person: str, state: bytes | None, inputs: Sequence[Input], now: int, *, live: bool = True
    ) -> Advance:
        self.calls += 1
        cell = State() if state is None else _decoder.decode(state)
        facts: list[Fact] = []
        deliveries: list[Delivery] = []
        recorded: list[Recorded] = []

        def note(at: int, kind: str, **data: object) -> None:
            cell.facts += 1
            facts.append(Fact(cell.facts, at, kind, "win_back", cell.orders, "", 0, dict(data)))

        def fire(until: int) -> None:
            if cell.due is not None and cell.due <= until:
                at = until if live and cell.due < until - 60_000 else cell.due
                note(at, "sent")
                key = f"{person}/{cell.orders}"
                deliveries.append(Delivery(key, "send", "email", at, "win_back", "1", 1, 2, {"message": "m"}, {}))
                recorded.append(Recorded(f"r/{key}", "came_back", at, {}))
                cell.due = None

        for given in inputs:
            if given.name in self.bad:
                raise RuntimeError(f"cannot digest {given.name}")
            fire(given.at - 1)
            if given.kind == "event":
                cell.orders += 1
                cell.last = given.at
                cell.seen = [*cell.seen[-8:], given.at]
                cell.due = given.at + QUIET
                note(given.at, "noted", total=given.fields.get("total"))
        fire(now)
        return Advance(_encoder.encode(cell), facts, deliveries, recorded, cell.due)
