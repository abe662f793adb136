"""One transaction for all that a batch of advances caused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from triggerfish.runtime.machine.effects import Advance, Recorded, Slot
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.announcements import Announcement, AnnouncementRow, announcement_row
from triggerfish.runtime.store.batches import Note
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import EventRow, event_row
from triggerfish.runtime.store.journal import FactRow, fact_row
from triggerfish.runtime.store.outbox import DeliveryRow, delivery_row
from triggerfish.runtime.store.profiles import Change
from triggerfish.runtime.store.quarantine import Refused


@dataclass(frozen=True, slots=True)
class Move:
    """The cursor of a shard goes from ``old`` to ``new``; without ``shard`` a replay does, which concerns all shards."""

    shard: int | None
    old: Position
    new: Position


class Batch:
    """Filled by the engine while it advances people, then committed at once.

    ``received`` is the wall clock in milliseconds. Everything is encoded as it comes in, so that data that cannot be
    stored is found with the person it belongs to.
    """

    def __init__(self, received: int) -> None:
        self.received = received
        self.changes: list[Change] = []
        self.facts: list[FactRow] = []
        self.deliveries: list[DeliveryRow] = []
        self.recorded: list[EventRow] = []
        """What was caused and has been dealt with."""
        self.given: list[EventRow] = []
        """Inputs of people that came in for others, or for everyone."""
        self.notes: list[Note] = []
        self.cuts: list[tuple[int, int]] | None = None
        """What is told of the batch to whoever replays it (see ``batches``)."""
        self.refused: list[Refused] = []
        self.failed: list[tuple[str, int, dict[str, str]]] = []
        """People whose advance failed, when, and what is to be noted: each becomes a fact of kind ``error``."""
        self.moves: list[Move] = []
        self.program: int | None = None
        """The version it was made under; it is not committed under another. None where nobody deploys."""
        self.seen: Mapping[Slot, int] = {}
        self.released: Counter[Slot] = Counter()
        """The room that entries into flows with ``release`` used up, and how much had been ``seen`` to be used before."""

        self.wide: list[AnnouncementRow] = []
        """What is to be told to everybody from now on."""
        self.told: tuple[Announcement, str | None] | None = None
        """What these people were told, and up to whom everybody now has been (None: all of the shard)."""
        self.listening: dict[str, tuple[str, ...]] = {}
        self.merged: list[tuple[str, str]] = []
        """Profiles that are no more than other names now, and of whom."""

    def take(self, person: str, advance: Advance) -> None:
        """Add the effects of an advance, all or none. Raises TypeError, ValueError or OverflowError."""
        # Most advances cause little, so what is empty is passed over; nothing is added before all of it is known to be storable.
        facts = [fact_row(person, fact) for fact in advance.facts] if advance.facts else None
        deliveries = [delivery_row(person, one, self.received) for one in advance.deliveries] if advance.deliveries else None
        recorded = [self._recorded(person, one) for one in advance.recorded] if advance.recorded else None
        if advance.wide:
            self.wide += [announcement_row(each) for each in advance.wide]
        if facts:
            self.facts += facts
        if deliveries:
            self.deliveries += deliveries
        if recorded:
            self.recorded += recorded
        if advance.listening is not None:
            self.listening[person] = advance.listening
        if advance.released:
            self.released.update(advance.released)

    def _recorded(self, person: str, event: Recorded) -> EventRow:
        return event_row(person, Input("event", event.name, event.at, event.id, event.fields), self.received, "machine")
