"""What the routes share: the store, the program's names, the keys of links, and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs
from prometheus_client import CollectorRegistry

from triggerfish.dsl.ir.flows import StartWebhook
from triggerfish.dsl.ir.program import Program, Topic
from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.intake.ids import shortened
from triggerfish.runtime.intake.intake import Intake
from triggerfish.runtime.intake.item import Item
from triggerfish.runtime.intake.report import Report
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.links.tokens import Tokens
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.settings.web import WebSettings
from triggerfish.runtime.store.events import event_row
from triggerfish.runtime.store.store import Store

Noted = tuple[str, Input]
"""A person, and one of the runtime's own events about them."""

BURST_SECONDS = 1.0
"""How long the first click of a mail waits for others: nobody follows two links of a mail within that time."""


@dataclass
class Desk:
    """``notice`` takes sentences about what went wrong. All methods that write raise StoreUnavailable, and may block."""

    store: Store
    program: Program
    settings: WebSettings
    tokens: Tokens
    clock: Clock
    notice: Callable[[str], None]
    burst_seconds: float = BURST_SECONDS
    registry: CollectorRegistry | None = None
    """The figures to tell; without it those of the database."""
    newer: Callable[[], Program | None] = lambda: None
    """Gives the program that is in force by now, if it is another one than it gave last. May raise StoreError."""
    stored: Callable[[], None] = lambda: None
    """Is called when something was stored, for who moves people on in this process."""
    schema: Schema = field(init=False)
    webhooks: frozenset[str] = field(init=False)
    """The events that may come in by ``POST /hooks/NAME``: those a flow starts by, and those with a secret."""
    topics: Mapping[str, Topic] = field(init=False)

    def __post_init__(self) -> None:
        self.use(self.program)

    def use(self, program: Program) -> None:
        """From now on this program's events and topics are known."""
        starts = {start.event for flow in program.flows for start in flow.starts if isinstance(start, StartWebhook)}
        declared = {event.name for event in program.events if event.channel is None}
        self.webhooks = frozenset((starts | self.settings.hooks.keys()) & declared)
        self.topics = {topic.name: topic for topic in program.topics}
        self.schema, self.program = Schema(program), program

    def refresh(self) -> None:
        """Follow what was deployed. Raises StoreError."""
        program = self.newer()
        if program is not None:
            self.use(program)

    def take(self, item: Item) -> Report:
        """One thing from outside, checked and stored like any other; what became of it."""
        intake = Intake(self.store, self.schema, self.clock)
        intake.take([item])
        self.stored()
        return intake.report

    def note(self, noted: Sequence[Noted]) -> None:
        """Store the runtime's own events; one with an id that is known is left out."""
        now = self.clock.now()
        rows = [event_row(person, structs.replace(given, id=shortened(given.id)), now, "delivery") for person, given in noted]
        self.store.take_in(rows, [], [], now)
        self.stored()
