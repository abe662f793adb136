"""Which step of a newer version of a flow is which of an older one, where they are not called the same."""

from __future__ import annotations

import re
from collections import defaultdict

from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.steps import Step
from triggerfish.dsl.ir.walk import steps_inside


def renames(before: Flow, after: Flow) -> dict[str, str]:
    """The ids of the newer version by those of the older one.

    They are what `moved` says; and a step that was given a name, or lost it, and reads the same otherwise is the same one, as long as
    there is only one that reads so.
    """
    said = dict(after.moved)
    old, new = list(steps_inside(before.steps)), list(steps_inside(after.steps))
    known, names = {step.at.id for step in old}, {step.at.id for step in new}
    left, came = defaultdict[str, list[Step]](list), defaultdict[str, list[Step]](list)
    for step in old:
        left[_bare(step)].append(step)
    for step in new:
        came[_bare(step)].append(step)
    for text, (was, *others) in left.items():
        found = came[text]
        if others or len(found) != 1 or was.at.id in said or was.at.id in names or found[0].at.id in known:
            continue
        if found[0].at.id not in said.values() and text in (was.at.id, found[0].at.id):
            said[was.at.id] = found[0].at.id
    return said


def _bare(step: Step) -> str:
    """A step's words without its name."""
    return re.sub(rf"\s+as {re.escape(step.at.id)}(?!\S)", "", step.at.text)
