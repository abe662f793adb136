"""The way in: items are checked, people are identified, and all of it is stored in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol

from msgspec.json import decode

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.intake.gate import Gate, Refusal, Taken, identity
from triggerfish.runtime.intake.ids import ContentIds
from triggerfish.runtime.intake.item import EVENT_LIMIT, RAW_LIMIT, Alias, Found, Item, Unreadable
from triggerfish.runtime.intake.merges import ANONYMOUS, EMAIL, Directory, Links, Merges
from triggerfish.runtime.intake.report import Report
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.events import EventRow, event_row
from triggerfish.runtime.store.quarantine import Refused


class Suppressed(Protocol):
    """Says which addresses nothing may go to."""

    def among(self, addresses: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of these channels and addresses."""
        ...


class Keeper(Protocol):
    """Where what was taken in is kept: the store, in earnest."""

    @property
    def identities(self) -> Directory:
        """Who is who."""
        ...

    @property
    def suppressions(self) -> Suppressed:
        """Which addresses nothing may go to."""
        ...

    def take_in(
        self, rows: Sequence[EventRow], refused: Sequence[Refused], links: Sequence[tuple[str, str, str]], received: int,
        first: Sequence[EventRow] = (),
    ) -> int:
        """Keep a batch, all or nothing; the number of ``rows`` whose id was not known before. ``first`` stand before them."""
        ...


class Intake:
    """Takes items from one source and keeps the report.

    ``content_ids`` derives message ids from the content, for sources that can be read again (files); without it each
    message that came without an id is a new one.
    """

    def __init__(
        self,
        store: Keeper,
        schema: Schema,
        clock: Clock,
        *,
        content_ids: ContentIds | None = None,
        time_layout: str | None = None,
    ) -> None:
        self.report = Report()
        self._store = store
        self._schema = schema
        self._clock = clock
        self._content_ids = content_ids is not None
        self._gate = Gate(schema, content_ids, time_layout=time_layout)

    def take(self, found: Sequence[Found]) -> None:
        """Check and store a batch in one transaction. Raises StoreUnavailable."""
        now = self._clock.now()
        rows: list[EventRow] = []
        refused: list[Refused] = []
        links: Links = {}
        people = self._people(found)
        merges = Merges(self._store.identities, people, _emails(found), links)
        for one in found:
            try:
                if isinstance(one, Alias):
                    merges.alias(one, self._gate.moment(one.time, now)[0])
                    self.report.links += 1
                    continue
                taken, row = self._accept(one, people, now)
            except Refusal as error:
                reason = _storable(str(error))
                raw = f"alias {one.previous} {one.person}" if isinstance(one, Alias) else one.raw
                refused.append(Refused(_cut(_storable(raw)), reason, one.place))
                self.report.refuse(one.place, reason)
                continue
            rows.append(row)
            person = row[1]
            if taken.anonymous is not None:
                merges.visitor(taken.anonymous, person, taken.input.at)
            email = taken.input.fields.get(EMAIL) if taken.input.kind == "identify" else None
            if isinstance(email, str) and (other := merges.email(email.lower(), person, taken.input.at)) is not None:
                self.report.conflict(one.place, f"{person} has the e-mail address of {other}; both are kept, for both have ids of their own")
            self._note(taken, one.place)
        named = [(*key, person) for key, person in links.items()]
        stored = self._store.take_in(rows, refused, named, now, [*merges.rows(now), *self._suppress(rows, now)])
        self.report.read += len(found)
        self.report.stored += stored
        self.report.duplicates += len(rows) - stored

    def _suppress(self, rows: Sequence[EventRow], now: int) -> list[EventRow]:
        """Nothing may go to whom got an address of somebody who was erased."""
        given: dict[tuple[str, str], list[EventRow]] = {}
        for row in rows:
            if row[2] == "identify":
                fields = decode(row[6])
                for channel, field in self._schema.addresses.items():
                    if isinstance(address := fields.get(field), str):
                        given.setdefault((channel, address), []).append(row)
        if not given:
            return []
        found = sorted(self._store.suppressions.among(list(given)))
        return [
            event_row(row[1], Input("suppress", channel, row[4], f"{row[0]}/{channel}", {"address": address, "reason": "erased"}), now, "intake")
            for channel, address in found for row in given[channel, address]
        ]  # fmt: skip

    def _accept(self, one: Item | Unreadable, people: dict[str, str], now: int) -> tuple[Taken, EventRow]:
        if isinstance(one, Unreadable):
            raise Refusal(one.reason)
        taken = self._gate.take(one, now)
        if self._content_ids and one.kind == "event" and one.time in (None, "") and one.id in (None, ""):
            self.report.untimed += 1
        person = people.get(taken.who, taken.who) if taken.anonymous == taken.who else taken.who
        return taken, _row(person, taken.input, now)

    def _people(self, found: Sequence[Found]) -> dict[str, str]:
        """Whom the visitors of this batch are known to be; a visitor whom nobody is known to be is one's own."""
        visitors: set[str | None] = set()
        for one in found:
            if isinstance(one, Alias):
                visitors |= {one.previous, one.person}
            elif isinstance(one, Item) and one.anonymous is not None:
                with suppress(Refusal):
                    visitors.add(identity(one.anonymous, "the anonymous id"))
        known = sorted(visitor for visitor in visitors if visitor is not None)
        return self._store.identities.find(ANONYMOUS, known) if known else {}

    def _note(self, passed: Taken, place: str) -> None:
        report, notes, given = self.report, passed.notes, passed.input
        if given.kind == "event":
            report.events += 1
        elif given.kind == "identify":
            report.profiles += 1
        if notes.unknown_event:
            report.unknown_event(given.name, place, self._schema.event_names)
        if notes.extra_fields:
            if given.kind == "event":
                known = self._schema.events[given.name].fields if given.name in self._schema.events else {}
            else:
                known = self._schema.profile
            for name in notes.extra_fields:
                report.extra_field(given.name or "profile", name, place, known)
        if notes.future:
            report.later(place, f"{given.name or given.kind} of {passed.who}")


def _emails(found: Sequence[Found]) -> list[str]:
    given = (one.fields.get(EMAIL) for one in found if isinstance(one, Item) and one.kind == "identify" and isinstance(one.fields, dict))
    return sorted({email.strip().lower() for email in given if isinstance(email, str)})


def _cut(raw: str) -> str:
    return raw if len(raw) <= RAW_LIMIT else f"{raw[:RAW_LIMIT]}… (cut, {len(raw)} characters in all)"


def _row(person: str, given: Input, now: int) -> EventRow:
    """The event as it is stored. Raises Refusal where that cannot be done."""
    try:
        row = event_row(person, given, now, "intake")
        given.name.encode()
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise Refusal(f"its fields cannot be stored: {error}") from error
    if len(row[6]) > EVENT_LIMIT:
        raise Refusal(f"its fields have {len(row[6]):,} bytes; an event may have {EVENT_LIMIT:,}")
    return row


def _storable(text: str) -> str:
    """Halves of characters, which command lines and some JSON have, cannot be stored as text."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
