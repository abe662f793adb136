"""Who turns out to be whom: by an alias, by a visitor who gives an id, by an e-mail address.

A *visitor* is known by an anonymous id alone; whoever was named by an id of their own is not. Two of those are one person
only if somebody says so: that they share an e-mail address is reported, and both are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from triggerfish.runtime.intake import ids
from triggerfish.runtime.intake.item import Alias
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.events import EventRow, event_row

ANONYMOUS = "anonymous"
EMAIL = "email"
PROFILE = "profile"

Links = dict[tuple[str, str], str]
"""Profiles by the kind and the value of another name."""


class Directory(Protocol):
    """Says who is known by which other name."""

    def find(self, kind: str, values: Sequence[str]) -> dict[str, str]:
        """The profiles of those values that are known."""
        ...


class Merges:
    """What a batch says of people being the same.

    ``people`` are the profiles of anonymous ids, a visitor's the visitor itself; it is kept up, and so is ``links``, what is
    to be remembered. ``emails`` are those that the batch gives.
    """

    def __init__(self, directory: Directory, people: dict[str, str], emails: Sequence[str], links: Links) -> None:
        self._directory = directory
        self._people = people
        self._links = links
        self._owners = directory.find(EMAIL, emails) if emails else {}
        owners = sorted({*self._owners.values()} - {*people})
        if owners:
            people.update(directory.find(ANONYMOUS, owners))
        self._found: list[tuple[str, Input]] = []

    def alias(self, one: Alias, at: int) -> None:
        """Somebody says that two are one. Of two with ids of their own the elder goes on."""
        previous, person = one.previous, one.person
        if self._is_visitor(person) and not self._is_visitor(previous):
            previous, person = person, previous
        if previous != person and self._people.get(previous) in (None, previous):
            self._same(previous, person, at, elder=not self._is_visitor(previous))
        self._link(previous, person)

    def visitor(self, visitor: str, person: str, at: int) -> None:
        """An item came from this visitor and is about this person. What visitors do later is theirs, whosesoever it was before."""
        if self._people.get(visitor) == person:
            return
        if self._is_visitor(visitor):
            self._same(visitor, person, at)
        self._link(visitor, person)

    def email(self, email: str, person: str, at: int) -> str | None:
        """A person says to have this address; who else with an id of their own has it."""
        owner = self._owners.get(email, person)
        other = None
        if owner == person:
            pass
        elif self._is_visitor(owner):
            self._same(owner, person, at, elder=self._is_visitor(person))
            self._link(owner, person)
        elif self._is_visitor(person):
            self._same(person, owner, at)
            self._link(person, owner)
            person = owner
        elif self._directory.find(PROFILE, [person]).get(person) == owner:
            person = owner
        else:
            other = owner
        self._owners[email] = self._links[EMAIL, email] = person
        return other

    def rows(self, received: int) -> list[EventRow]:
        """The inputs that say so."""
        return [event_row(person, given, received, "intake") for person, given in self._found]

    def _is_visitor(self, person: str) -> bool:
        return self._people.get(person) == person

    def _link(self, visitor: str, person: str) -> None:
        self._links[ANONYMOUS, visitor] = self._people[visitor] = person

    def _same(self, other: str, person: str, at: int, *, elder: bool = False) -> None:
        id_ = ids.shortened(f"alias {other} {person}")
        self._found.append((other, Input("alias", person, at, id_, {"elder": elder})))
