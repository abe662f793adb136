"""What the language means: every ``test`` block below this folder passes; those in ``wrong`` fail and say why."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from triggerfish.dsl.ir.tests import Test
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.testing.run import TestResult, TestRunner

HERE = Path(__file__).parent
WRONG = HERE / "wrong"
AT_LEAST = 80


@cache
def opened(folder: Path) -> tuple[TestRunner, tuple[Test, ...]]:
    """A project's runner and its tests; mistakes in the files fail the tests that use them."""
    workspace = Workspace(folder)
    problems = [each for each in workspace.loaded.diagnostics if each.severity == "error"]
    assert workspace.loaded.program is not None, problems
    runner = TestRunner(workspace.program, lambda: workspace.messages, workspace.functions)
    return runner, tuple(workspace.loaded.tests)


def blocks(folders: list[Path]) -> list[tuple[Path, str, int]]:
    """Every test block: its folder, its file's name and its line, found without compiling anything."""
    found = []
    for folder in folders:
        for path in sorted(folder.glob("*.flow")):
            for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
                if text.startswith("test "):
                    found.append((folder, path.name, number))
    return found


def result(folder: Path, file: str, line: int) -> TestResult:
    """The result of the block at a place."""
    runner, tests = opened(folder)
    test = next(each for each in tests if each.line == line and Path(each.file).name == file)
    return runner.run_one(test)


RIGHT = blocks([folder for folder in sorted(HERE.iterdir()) if folder.is_dir() and folder != WRONG])


@pytest.mark.parametrize(("folder", "file", "line"), RIGHT, ids=[f"{folder.name}/{file}:{line}" for folder, file, line in RIGHT])
def test_holds(folder: Path, file: str, line: int) -> None:
    found = result(folder, file, line)
    told = [f"line {each.line}: {each.text}\n  {each.message}" for each in found.failures]
    assert found.outcome == "passed", "\n".join([found.name, *told, *found.story])


def test_there_are_enough() -> None:
    assert len(RIGHT) >= AT_LEAST


# Each block of ``wrong`` is followed by what its failure must say, one ``# says:`` line a piece.


def wrong() -> list[tuple[str, int, tuple[str, ...]]]:
    """The blocks of ``wrong`` with what each failure has to say."""
    found: list[tuple[str, int, list[str]]] = []
    for path in sorted(WRONG.glob("*.flow")):
        for number, text in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if text.startswith("test "):
                found.append((path.name, number, []))
            elif (said := re.match(r"\s*# says: (.+)", text)) and found:
                found[-1][2].append(said[1])
    return [(file, line, tuple(says)) for file, line, says in found]


@pytest.mark.parametrize(("file", "line", "says"), wrong(), ids=[f"{file}:{line}" for file, line, _ in wrong()])
def test_fails_and_says_why(file: str, line: int, says: tuple[str, ...]) -> None:
    assert says, "a wrong expectation states what its message has to say"
    found = result(WRONG, file, line)
    assert found.outcome == "failed", found
    message = found.failures[0].message
    for piece in says:
        assert piece in message
    assert found.story, "a failure tells the person's story"
