"""One transaction for all that a batch of advances caused."""

from __future__ import annotations

from dataclasses import dataclass

from triggerfish.runtime.machine.effects import Advance
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.cursors import Position
from triggerfish.runtime.store.events import EventRow, event_row
from triggerfish.runtime.store.journal import FactRow, fact_row
from triggerfish.runtime.store.outbox import DeliveryRow, delivery_row
from triggerfish.runtime.store.profiles import Change
from triggerfish.runtime.store.quarantine import Refused


@dataclass(frozen=True, slots=True)
class Move:
    """The consumption cursor ``name`` goes from ``old`` to ``new``."""

    name: str
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
        self.refused: list[Refused] = []
        self.failed: list[tuple[str, int, dict[str, str]]] = []
        """People whose advance failed, when, and what is to be noted: each becomes a fact of kind ``error``."""
        self.move: Move | None = None

    def take(self, person: str, advance: Advance) -> None:
        """Add the effects of an advance, all or none. Raises TypeError, ValueError or OverflowError."""
        facts = [fact_row(person, fact) for fact in advance.facts]
        deliveries = [delivery_row(person, delivery, self.received) for delivery in advance.deliveries]
        recorded = [
            event_row(person, Input("event", event.name, event.at, event.id, event.fields), self.received, "machine")
            for event in advance.recorded
        ]
        self.facts += facts
        self.deliveries += deliveries
        self.recorded += recorded
