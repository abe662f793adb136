"""What differs between two programs, whatever line it stands on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import EXPRESSIONS, walk

Kind = Literal[
    "profile field", "event", "topic", "value", "segment", "score", "model", "message", "content", "policy", "flow"
]
Change = Literal["added", "removed", "changed"]

PLACES = frozenset({"line", "file", "doc"})
"""Fields that say where something stands, not what it says."""

_NAMED: dict[Kind, Callable[[Program], Iterable[Any]]] = {
    "profile field": lambda program: program.profile,
    "event": lambda program: program.events,
    "topic": lambda program: program.topics,
    "value": lambda program: program.values,
    "segment": lambda program: program.segments,
    "score": lambda program: program.scores,
    "model": lambda program: program.models,
    "message": lambda program: program.messages,
    "content": lambda program: program.contents,
    "flow": lambda program: program.flows,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One declaration that is not what it was. The policy's lines are named as they begin."""

    kind: Kind
    name: str
    change: Change


def shape(node: Any) -> Any:
    """A part of a program without its places in files: equal for parts that say the same."""
    if is_dataclass(node):
        inside = (shape(getattr(node, field.name)) for field in fields(node) if field.name not in PLACES)
        return (type(node).__name__, *inside)
    if isinstance(node, tuple | list):
        return tuple(shape(each) for each in node)
    if isinstance(node, dict):
        return tuple((name, shape(each)) for name, each in sorted(node.items()))
    return node


def differences(before: Program, after: Program) -> Iterator[Difference]:
    """What was added, removed and changed, kind by kind, in the order of the files."""
    for kind, named in _NAMED.items():
        old = {each.name: each for each in named(before)}
        new = {each.name: each for each in named(after)}
        yield from (Difference(kind, name, "added") for name in new if name not in old)
        yield from (Difference(kind, name, "removed") for name in old if name not in new)
        for name, each in new.items():
            if name in old and shape(old[name]) != shape(each):
                yield Difference(kind, name, "changed")
    for field in fields(after.policy):
        was, is_ = shape(getattr(before.policy, field.name)), shape(getattr(after.policy, field.name))
        if was != is_:
            yield Difference("policy", field.name.replace("_", " "), "changed")


def altered(before: Program, after: Program) -> frozenset[tuple[Kind, str]]:
    """Values, scores, models and segments that may come out otherwise now: changed, new, or built on such."""
    found: set[tuple[Kind, str]] = {
        (one.kind, one.name) for one in differences(before, after) if one.kind in ("value", "score", "model", "segment")
    }
    everywhere = any(one.kind in ("profile field", "topic") or one.name == "timezone" for one in differences(before, after))
    built_on: dict[tuple[Kind, str], set[tuple[Kind, str]]] = {}
    for kind in ("value", "segment", "score", "model"):
        for each in _NAMED[kind](after):
            if everywhere:
                found.add((kind, each.name))
            for name in _names(each):
                built_on.setdefault(name, set()).add((kind, each.name))
    waiting = list(found)
    while waiting:
        for using in built_on.get(waiting.pop(), ()):
            if using not in found:
                found.add(using)
                waiting.append(using)
    return frozenset(found)


def _names(declared: Any) -> Iterator[tuple[Kind, str]]:
    for node in _expressions(declared):
        match node:
            case x.ValueOf(name=name):
                yield "value", name
            case x.ScoreOf(name=name) | x.LevelOf(name=name):
                yield "score", name
            case x.ModelOf(name=name):
                yield "model", name
            case x.InSegment(segment=name):
                yield "segment", name
            case _:
                pass


def _expressions(value: Any) -> Iterator[x.Expr]:
    if isinstance(value, EXPRESSIONS):
        yield from walk(value)  # type: ignore[arg-type]
    elif isinstance(value, tuple):
        for each in value:
            yield from _expressions(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _expressions(getattr(value, field.name))
