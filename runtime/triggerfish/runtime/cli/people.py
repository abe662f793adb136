"""Finding a person by what the command line was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from triggerfish.runtime.cli.failures import WRONG_CONTENT, Fault

if TYPE_CHECKING:
    from triggerfish.runtime.store.store import Store


LOOKED_AT = 5_000
"""Among so many people somebody meant is looked for."""


def find_person(store: Store, given: str) -> str | None:
    """The profile id for an id or an e-mail address; None if nobody is known by it."""
    if store.profiles.load([given]) or store.events.of_person(given, limit=1):
        return given
    if "@" in given:
        return store.identities.find("email", [given.lower()]).get(given.lower())
    return None


def known_person(store: Store, given: str) -> str:
    """As ``find_person``; nobody ends the command."""
    person = find_person(store, given)
    if person is None:
        from triggerfish.dsl.diagnostics.suggest import closest

        nearest = closest(given, store.profiles.ids(limit=LOOKED_AT))
        meant = f'did you mean "{nearest}"? ' if nearest else ""
        raise Fault(f'nobody is known as "{given}"; {meant}triggerfish people list shows who is', WRONG_CONTENT)
    return person
