"""What became of a flow's steps, its headers and its sends from one version to another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Literal

from triggerfish.dsl.ir.compare import PLACES, shape
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.renames import renames
from triggerfish.dsl.ir.steps import Send, Step
from triggerfish.dsl.ir.walk import blocks, steps_inside

StepChange = Literal["added", "removed", "changed", "renamed"]
HEADERS = {
    "starts": "start", "only_if": "only if", "again": "again", "limits": "enter at most", "per": "per", "expire": "expire",
    "stops": "stop", "goal": "goal", "priority": "priority", "urgency": "urgency", "exclusive": "exclusive", "topic": "about",
    "holdout": "holdout", "status": "status", "timezone": "timezone", "release": "release", "late": "when late by",
    "label": "label", "workspace": "for workspace",
}


@dataclass(frozen=True, slots=True)
class StepDifference:
    """``before`` and ``after`` are the step's first lines, ``old`` and ``new`` its ids; None where it is not there."""

    change: StepChange
    old: str | None
    new: str | None
    before: str | None
    after: str | None


def step_differences(before: Flow, after: Flow) -> Iterator[StepDifference]:
    """In the order of the new flow, those that are gone last."""
    renamed = {new: old for old, new in renames(before, after).items()}
    old = {step.at.id: step for step in steps_inside(before.steps)}
    known = set()
    for step in steps_inside(after.steps):
        name = step.at.id
        was = old.get(renamed.get(name, name))
        if was is None:
            yield StepDifference("added", None, name, None, step.at.text)
            continue
        known.add(was.at.id)
        if name != was.at.id:
            yield StepDifference("renamed", was.at.id, name, was.at.text, step.at.text)
        elif _alone(was) != _alone(step):
            yield StepDifference("changed", name, name, was.at.text, step.at.text)
    for name, step in old.items():
        if name not in known:
            yield StepDifference("removed", name, None, step.at.text, None)


def header_differences(before: Flow, after: Flow) -> list[str]:
    """The first words of the header lines that are not what they were."""
    return [
        HEADERS[field.name]
        for field in fields(Flow)
        if field.name in HEADERS and shape(getattr(before, field.name)) != shape(getattr(after, field.name))
    ]


def sends(flow: Flow | None) -> set[str]:
    """What the flow can send: ``channel message``."""
    found = steps_inside(flow.steps) if flow is not None else iter(())
    return {f"{channel} {step.message}" for step in found if isinstance(step, Send) for channel in step.channels}


def _alone(step: Step) -> object:
    """A step without the steps in its blocks, in a form that can be compared."""
    inside = {id(block) for block in blocks(step)}

    def seen(node: object) -> object:
        if isinstance(node, tuple):
            return () if id(node) in inside else tuple(seen(each) for each in node)
        if is_dataclass(node):
            named = (field.name for field in fields(node))
            return (type(node).__name__, *(seen(getattr(node, name)) for name in named if name not in PLACES))
        return shape(node)

    return seen(step)
