"""The way in: items are checked, people are identified, and all of it is stored in one transaction a batch."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.intake.gate import Gate, Refusal, Taken
from triggerfish.runtime.intake.ids import ContentIds
from triggerfish.runtime.intake.item import RAW_LIMIT, Alias, Found, Item
from triggerfish.runtime.intake.report import Report
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.quarantine import Refused
from triggerfish.runtime.store.store import Store

ANONYMOUS = "anonymous"
EMAIL = "email"


class Intake:
    """Takes items from one source and keeps the report.

    ``content_ids`` derives message ids from the content, for sources that can be read again (files); without it each
    message that came without an id is a new one.
    """

    def __init__(
        self,
        store: Store,
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
        self._gate = Gate(schema, content_ids, time_layout=time_layout)

    def take(self, found: Sequence[Found]) -> None:
        """Check and store a batch in one transaction. Raises StoreUnavailable."""
        now = self._clock.now()
        refused: list[Refused] = []
        taken: list[Taken] = []
        links: dict[tuple[str, str], str] = {}
        people = self._people(found)
        inputs: list[tuple[str, Input]] = []
        for one in found:
            if isinstance(one, Alias):
                links[ANONYMOUS, one.previous] = people[one.previous] = one.person
                self.report.links += 1
                continue
            try:
                passed = self._pass(one, now)
            except Refusal as error:
                refused.append(Refused(_cut(one.raw), str(error), one.place))
                self.report.refuse(one.place, str(error))
                continue
            taken.append(passed)
            inputs.append((self._identify(passed, people, links), passed.input))
        stored = self._store.take_in(inputs, refused, [(*key, person) for key, person in links.items()], now)
        self.report.read += len(found)
        self.report.stored += stored
        self.report.duplicates += len(inputs) - stored

    def _pass(self, one: Found, now: int) -> Taken:
        if not isinstance(one, Item):
            raise Refusal(getattr(one, "reason", "it cannot be read"))
        passed = self._gate.take(one, now)
        self._note(passed, one.place)
        return passed

    def _people(self, found: Sequence[Found]) -> dict[str, str]:
        """Whom the anonymous ids of this batch are known to be."""
        visitors = {
            str(one.anonymous).strip() for one in found if isinstance(one, Item) and one.anonymous and not one.person
        }
        return self._store.identities.find(ANONYMOUS, sorted(visitors)) if visitors else {}

    def _identify(self, passed: Taken, people: dict[str, str], links: dict[tuple[str, str], str]) -> str:
        person = passed.who
        if passed.anonymous is not None:
            if passed.anonymous == person:
                person = people.get(person, person)
            else:
                links[ANONYMOUS, passed.anonymous] = people[passed.anonymous] = person
        email = passed.input.fields.get(EMAIL) if passed.input.kind == "identify" else None
        if isinstance(email, str):
            links[EMAIL, email.lower()] = person
        return person

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


def _cut(raw: str) -> str:
    return raw if len(raw) <= RAW_LIMIT else f"{raw[:RAW_LIMIT]}… (cut, {len(raw)} characters in all)"
