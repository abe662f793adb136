"""Which lines of the scenarios' projects their passing tests really come to.

Those are: the lines of passing ``test`` blocks; of flows that a passing test enters, the headers, the starts by which somebody
entered, and the steps and branches that were reached; and all other declarations of the project, which flows and tests use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from triggerfish.dsl.ir.tests import Test
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.testing.coverage import Coverage, FlowCoverage
from triggerfish.runtime.testing.person import TestPerson
from triggerfish.runtime.testing.run import TestRunner

Place = tuple[str, int]
"""A file and a line."""
STARTS = ("start ",)
LEADS_ON = ("else", "otherwise", "branch", "path ", "measure ", "decide ")
"""Lines that are reached when the step below them is, or the one above for a note at the end."""


class Watching(TestRunner):
    """Keeps by which start lines people entered; only passing tests count."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace.program, lambda: workspace.messages, workspace.functions, Coverage())
        self.entered: dict[str, set[int]] = {}

    def enter(self, person: TestPerson) -> None:
        """Note the entries of a test that passed."""
        for fact in person.facts:
            if fact.kind == "entered":
                self.entered.setdefault(fact.flow, set()).add(fact.line)


def executed(folder: Path) -> Iterator[tuple[Place, str]]:
    """The lines of a project that passing tests come to, without comments."""
    workspace = Workspace(folder)
    runner = Watching(workspace)
    passed = [test for test in workspace.loaded.tests if _passes(runner, test)]
    coverage = runner.coverage
    assert coverage is not None
    flows = {(each.file, each.line): each for each in coverage.of(workspace.program)}
    tests = {(each.file, each.line) for each in passed}
    for path in sorted(folder.glob("*.flow")):
        for place, lines in _declarations(path):
            word = lines[0][1].split(" ")[0]
            if word == "test" and place in tests:
                yield from (((path.name, number), text) for number, text in lines)
            elif word == "flow" and place in flows:
                flow = flows[place]
                yield from _of_flow(flow, runner.entered.get(flow.flow, set()), lines)
            elif word not in {"test", "flow"}:
                yield from (((path.name, number), text) for number, text in lines)


def _passes(runner: Watching, test: Test) -> bool:
    people: list[TestPerson] = []

    class Person(TestPerson):
        def __init__(self, machine: Machine) -> None:
            super().__init__(machine)
            people.append(self)

    with patch("triggerfish.runtime.testing.run.TestPerson", Person):
        passed = runner.run_one(test).outcome == "passed"
    if passed:
        runner.enter(people[0])
    return passed


def _declarations(path: Path) -> Iterator[tuple[Place, list[tuple[int, str]]]]:
    lines: list[tuple[int, str]] = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
        told = re.sub(r"(?:^|\s)#.*$", "", text)
        if not told.strip():
            continue
        if not told[0].isspace() and lines:
            yield (path.name, lines[0][0]), lines
            lines = []
        lines.append((number, told))
    if lines:
        yield (path.name, lines[0][0]), lines


def _of_flow(flow: FlowCoverage, entered: set[int], lines: list[tuple[int, str]]) -> Iterator[tuple[Place, str]]:
    if not entered:
        return
    pieces = {piece.line: piece.reached for piece in sorted(flow.pieces, key=lambda piece: piece.reached, reverse=True)}
    for piece in flow.pieces:
        pieces[piece.line] = pieces[piece.line] or piece.reached
    reached = True
    for index, (number, text) in enumerate(lines):
        words = text.strip()
        if number in pieces:
            reached = pieces[number]
        elif words.startswith(STARTS):
            reached = not entered.isdisjoint(_sentence(lines[index:]))
        elif words.startswith(LEADS_ON):
            reached = next((pieces[each] for each, _ in lines[index + 1 :] if each in pieces), reached)
        elif _indent(text) == _indent(lines[1][1]) and not any(each in pieces for each, _ in lines[:index]):
            reached = True
        if reached:
            yield (flow.file, number), text


def _sentence(lines: list[tuple[int, str]]) -> list[int]:
    """The numbers of the first line and of those that continue it."""
    found = [lines[0][0]]
    for number, text in lines[1:]:
        if _indent(text) <= _indent(lines[0][1]):
            break
        found.append(number)
    return found


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())
