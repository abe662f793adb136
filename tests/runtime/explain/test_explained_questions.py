"""Each question that people ask about somebody, answered by one ``explain``: projects, commands and answers as text.

``cases/NAME.flow`` is the program, ``NAME.events`` the commands, one a line, ``NAME.expected`` the answers. In the commands
the project is left out, and some words are no commands:

    at TIME         the ``--at`` of the ``track`` and ``identify`` commands that follow
    replace SUFFIX  the program is now that of ``NAME.SUFFIX.flow``
    decide          ``run --clock events`` that is stopped before it delivers anything
    outbox MESSAGE STATUS [ATTEMPTS] [REASON]    what became of the delivery that waits; a worker takes it an hour after ``at``

``pytest tests/runtime/explain --rewrite`` writes the answers anew; read them aloud in the diff.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from triggerfish.runtime.cli import main
from triggerfish.runtime.cli.workspace import Workspace
from triggerfish.runtime.delivery.contract import Finished
from triggerfish.runtime.engine.clock import WallClock
from triggerfish.runtime.engine.engine import Engine
from triggerfish.runtime.engine.programs import InForce, deploy
from triggerfish.runtime.engine.runs import Run
from triggerfish.runtime.store.store import Store

CASES = Path(__file__).parent / "cases"
NAMES = sorted(each.stem for each in CASES.glob("*.events"))
HEADINGS = ("what happened:", "what comes next:")


class Project:
    """A project in a folder of its own, and the commands run on it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.time: str | None = None
        self.told: list[str] = []
        shutil.copy(CASES / f"{name}.flow", folder / "shop.flow")

    def run(self, line: str) -> None:
        """One line of the commands."""
        first, *rest = shlex.split(line)
        if first == "at":
            self.time = rest[0]
        elif first == "replace":
            shutil.copy(CASES / f"{self.name}.{rest[0]}.flow", self.folder / "shop.flow")
        elif first == "outbox":
            self._outbox(*rest)
        elif first == "decide":
            self._decide()
        elif first == "explain":
            self._explain(rest)
        else:
            at = ["--at", self.time] if first in ("track", "identify", "enter") and self.time else []
            project = ["-C", str(self.folder)] if first in ("track", "identify", "enter") else [str(self.folder)]
            done = CliRunner().invoke(main, [first, *rest, *at, *project])
            assert done.exit_code == 0, f"{line}: {done.output}"

    def _decide(self) -> None:
        workspace = Workspace(self.folder)
        with workspace.store() as store:
            deploy(store.programs, workspace.program, 0)
            programs = InForce(store.programs, workspace.functions)
            machine = programs.newer()
            assert machine is not None
            Run(Engine(store, machine, WallClock(), programs=programs)).until_idle("events")

    def _outbox(self, message: str, status: str, attempts: str = "1", reason: str = "") -> None:
        """What became of the newest delivery of a message: ``waiting`` is tried again a minute later."""
        with Store(f"sqlite:///{self.folder / '.triggerfish' / 'triggerfish.db'}") as store:
            assert self.time is not None
            later = int(datetime.fromisoformat(self.time).timestamp() * 1000) + 3_600_000
            claimed = [each for each in store.outbox.claim(100, later) if each.delivery.data.get("message") == message]
            [one] = claimed
            assert store.outbox.start([one.delivery.key]) == [one.delivery.key]
            if status == "sending":
                return
            at, again = one.delivery.at, one.delivery.at + 60_000 if status == "waiting" else None
            store.outbox.finish([Finished(one.delivery.key, one.person, status, at, int(attempts), again, None, reason or None)])  # type: ignore[arg-type]

    def _explain(self, words: list[str]) -> None:
        done = CliRunner().invoke(main, ["explain", *words, str(self.folder)])
        told = done.stdout if done.exit_code == 0 else f"{done.output}(exit code {done.exit_code})\n"
        self.told.append(f"$ triggerfish explain {shlex.join(words)}\n{told}")
        if done.exit_code == 0:
            document = json.loads(CliRunner().invoke(main, ["explain", *words, str(self.folder), "--format", "json"]).stdout)
            _tells_the_same(told, document["entries"])


def _tells_the_same(text: str, entries: list[dict[str, str]]) -> None:
    """Every entry is in the text with its place, in this order."""
    lines = [line for line in text.splitlines()[1:] if line and line not in HEADINGS]
    for each in entries:
        line = lines.pop(0)
        assert each["why"] in line
        assert not each["line"] or not each["flow"] or line.endswith(f"[{each['file']}:{each['line']}]")
    assert not lines


@pytest.mark.parametrize("name", NAMES)
def test_the_question_is_answered(name: str, tmp_path: Path, *, rewrite: bool) -> None:
    project = Project(name, tmp_path)
    for line in (CASES / f"{name}.events").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            project.run(line)
    told = "\n".join(project.told)
    told = re.sub(r"(dropped it|was deployed) \w{3} [0-9-]{10} [0-9:]+", r"\1 …", told)
    path = CASES / f"{name}.expected"
    if rewrite:
        path.write_text(told, "utf-8")
    assert told == path.read_text("utf-8")


def test_there_are_cases() -> None:
    assert len(NAMES) > 10
