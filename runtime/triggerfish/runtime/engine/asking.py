"""What of a batch of history can be handled at once: up to where somebody waits for an answer, or others come in between.

In a replay time stands still while an action is run: its answer comes at the moment of the question, after all else that happened
at that moment. Where one person's doings concern others (``release``) all that happens is handled in order of time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from triggerfish.runtime.engine.kin import Kin, copied
from triggerfish.runtime.machine.everyone import WORKSPACE
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.store.batch import Batch
from triggerfish.runtime.store.events import Pending

FOREVER = 2**62
PERSON, KIND, AT = 1, 2, 4
"""Where in a delivery's row these stand."""


def asked(batch: Batch) -> dict[str, int]:
    """Who asked an action for the first time in this batch, and when: whoever runs one waits for its answer."""
    found: dict[str, int] = {}
    for row in batch.deliveries:
        if row[KIND] == "action":
            person, at = cast("str", row[PERSON]), cast("int", row[AT])
            found[person] = min(at, found.get(person, at))
    return found


def until_asked(pending: Sequence[Pending], kin: Kin, questions: Mapping[str, int]) -> int:
    """How many of these inputs may be handled before somebody goes on who has asked."""
    at: dict[str, int] = {}
    for person, moment in questions.items():
        home = kin.home(person)
        at[home] = min(moment, at.get(home, moment))
    for number, event in enumerate(pending):
        names = [event.person, event.input.name] if event.input.kind == "alias" else [event.person]
        if any(event.input.at > at.get(kin.home(name), event.input.at) for name in names):
            return number
    return len(pending)


def in_step(pending: Sequence[Pending], batch: Batch, questions: Mapping[str, int]) -> int:
    """How many of these inputs, of people of whom each has one, may be handled before anything else happens; at least one."""
    first = min(questions.values(), default=FOREVER)
    due = min((change.due for change in batch.changes if change.due is not None), default=None)
    for number, event in enumerate(pending):
        if number and ((due is not None and event.input.at >= due) or event.input.at > first):
            return number
    return len(pending)


def by_themselves(pending: Sequence[Pending]) -> int:
    """How many of these inputs are of people of whom each has one; a merge, and what is for the workspace, is by itself."""
    seen: set[str] = set()
    for number, event in enumerate(pending):
        alone = event.input.kind == "alias" or event.person == WORKSPACE
        if number and (alone or event.person in seen):
            return number
        if alone:
            return 1
        seen.add(event.person)
    return len(pending)


def up_to_workspace(pending: Sequence[Pending]) -> int:
    """How many of these inputs come before others hear of what a flow for the workspace does."""
    return next((number + 1 for number, event in enumerate(pending) if event.person == WORKSPACE), len(pending))


def answers(came: Iterable[Pending], kin: Kin) -> list[Pending]:
    """Answers as they are given at once. What came stays in the log: when its turn comes nobody waits for it any more."""
    found = []
    for one in came:
        given, home = one.input, kin.home(one.person)
        at_once = Input(given.kind, given.name, given.at, f"{given.id} at once", given.fields)
        found.append(Pending(one.seq, home, at_once if home == one.person else copied(at_once, home)))
    return found
