"""Every word and every construct of the language is in a line that a passing scenario really runs through."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from executed_lines import Place, executed

from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.parser import parse
from triggerfish.dsl.tree import declarations, expressions, flows, steps, tests

SCENARIOS = Path(__file__).parents[1] / "scenarios"
NOT_MEANT = ("wrong", "spelling")
"""Folders whose tests fail on purpose, and whose names are words of the language."""
KINDS = (declarations, expressions, flows, steps, tests)
"""The modules of the syntax tree."""


def words(lines: Iterable[str]) -> set[str]:
    """The words of these lines, without what stands between quotation marks."""
    found: set[str] = set()
    for line in lines:
        found.update(re.findall(r"(?<![\w.])[a-z][a-z-]*(?![\w(])", re.sub(r'"[^"]*"?', " ", line)))
    return found


def constructs(folder: Path, lines: set[Place]) -> Iterator[str]:
    """The kinds of nodes that begin on these lines, and which of their parts are written: ``Send``, ``Send.topic``."""
    for path in sorted(folder.glob("*.flow")):
        file, _ = parse(path.read_text("utf-8"), path.name)
        yield from _inside(file.declarations, path.name, lines)


def _inside(node: Any, file: str, lines: set[Place]) -> Iterator[str]:
    if isinstance(node, tuple):
        for each in node:
            yield from _inside(each, file, lines)
    elif dataclasses.is_dataclass(node):
        span = getattr(node, "span", None)
        if span is None or (file, span.line) in lines:
            name = type(node).__name__
            yield name
            yield from (f"{name}.{each}" for each in written(type(node)) if getattr(node, each) not in (None, (), False, ""))
        for field in dataclasses.fields(node):
            yield from _inside(getattr(node, field.name), file, lines)


def written(kind: Any) -> list[str]:
    """The parts of a kind of node that mean something when it runs: not its place, nor the comment above it."""
    return [field.name for field in dataclasses.fields(kind) if field.name not in {"span", "doc"}]


def known_constructs() -> set[str]:
    """Every kind of node of the syntax tree, and every part of it."""
    kinds = {
        kind for module in KINDS for kind in vars(module).values()
        if isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind.__module__ == module.__name__
    }  # fmt: skip
    return {kind.__name__ for kind in kinds} | {f"{kind.__name__}.{part}" for kind in kinds for part in written(kind)}


@pytest.fixture(scope="module")
def run() -> dict[Path, list[tuple[Place, str]]]:
    """By project: the lines that its passing tests come to."""
    folders = [each for each in sorted(SCENARIOS.iterdir()) if each.is_dir() and each.name not in NOT_MEANT and any(each.glob("*.flow"))]
    return {folder: list(executed(folder)) for folder in folders}


def test_every_construct_is_run(run: dict[Path, list[tuple[Place, str]]]) -> None:
    known = known_constructs()
    assert len(known) > 300
    seen = {each for folder, lines in run.items() for each in constructs(folder, {place for place, _ in lines})}
    missing = sorted(known - seen)
    assert not missing, "no passing scenario runs through: " + ", ".join(missing)


def test_every_word_is_run(run: dict[Path, list[tuple[Place, str]]]) -> None:
    known = {word for word in grammar().words if word[0].isalpha()}
    assert len(known) > 150
    seen = {word for lines in run.values() for word in words(text for _, text in lines)}
    missing = sorted(known - seen)
    assert not missing, "no passing scenario runs through a line with: " + ", ".join(missing)


FLOW = """
event begin
event never
topic offers for email
message hi
    email
        subject "hi"
        body "hi"
flow one
    start when begin
    start every monday at 9:00
    only if count of begin ever > 0
    if did never ever
        send email hi about offers
    else
        wait 1 hour
flow two
    start when never
    repeat 3 times
        exit
test "one" for one
    at 2026-03-03 10:00
    begin happens
    expect in flow one
"""


def test_what_no_test_comes_to_does_not_count(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text(FLOW)
    lines = list(executed(tmp_path))
    seen = words(text for _, text in lines)
    assert {"start", "when", "only", "count", "did", "wait", "hour", "else", "in", "happens"} <= seen
    assert not {"every", "monday", "send", "about", "repeat", "exit"} & seen
    found = set(constructs(tmp_path, {place for place, _ in lines}))
    assert {"WaitFor", "OnlyIf", "Did"} <= found
    assert not {"Send", "Repeat", "Exit", "StartSchedule"} & found


def test_a_failing_test_runs_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.flow").write_text(FLOW.replace("    expect in flow one\n", "    expect not in flow one\n"))
    assert not {"start", "wait", "happens"} & words(text for _, text in executed(tmp_path))
