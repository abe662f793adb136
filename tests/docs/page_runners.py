"""How the code blocks of a page are run, one function for each language; in order, in one folder for each page.

``console`` runs the lines that begin with ``$``. Below them stands what they print, standard error included; ``…`` stands for what
differs from time to time: within a line anything, on a line of its own any number of lines. Where nothing stands below a command only its exit code
counts. Commands see the project's examples in ``$EXAMPLES``.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner, Result
from page_blocks import ROOT, Block

from triggerfish.runtime.cli import main

SHARED = "shop.flow"
"""A block with this title is part of the program of every flow block without one."""


class Session:
    """A page that is run: its folder, and the exit code of the last command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.here = folder
        self.shared = ""
        self.programs = 0

    def run(self, block: Block) -> None:
        """Run a block, or fail with the reason and its place."""
        assert set(block.said) <= RUN_BY | ALLOWED.get(block.language, set()), f"{block}: {sorted(block.said)} is not for this block"
        for commands in [block.said[word] for word in ("before",) if word in block.said]:
            for command, _ in commands_of(commands):
                code, output = self.call(command)
                assert code == 0, f"{block}: {command}\n{output}"
        if "not run" in block.said:
            assert len(block.said["not run"]) > 10, f"{block}: why is it not run?"
        elif "run by" in block.said:
            assert (ROOT / block.said["run by"]).is_file(), f"{block}: there is no {block.said['run by']}"
        else:
            assert block.language in RUNNERS, f"{block}: nothing runs a block of {block.language or 'no language'!r}"
            RUNNERS[block.language](self, block)

    def call(self, command: str, *, progress: bool = True) -> tuple[int, str]:
        """Run one command as in a terminal: its exit code and what it prints, with or without standard error."""
        words = shlex.split(command, comments=True)
        if words[0] == "cd":
            self.here = self.here / words[1]
            return (0, "") if self.here.is_dir() else (1, f"no folder {self.here}")
        if words[0] == "triggerfish" and not set(words) & {"|", ">", "<", "&&"}:
            before = Path.cwd()
            os.chdir(self.here)
            try:
                done = call(*words[1:])
            finally:
                os.chdir(before)
            return done.exit_code, done.output if progress else done.stdout
        path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
        shell = subprocess.run(
            ["sh", "-c", command], cwd=self.here, env={"PATH": path, "LC_ALL": "C.UTF-8", "EXAMPLES": str(ROOT / "examples")},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT if progress else subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        return shell.returncode, shell.stdout


def call(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def accepted(project: Path) -> int:
    """How many tests passed; all of them, in a program without a mistake."""
    checked = call("check", project)
    assert checked.exit_code == 0, checked.output
    tested = call("test", project)
    assert tested.exit_code == 0, tested.output
    return int(json.loads(call("test", project, "--format", "json").stdout)["passed"])


def run_flow(session: Session, block: Block) -> None:
    """A file if it has a title; else a program, which is without a mistake and passes its tests."""
    text = block.text
    if "around" in block.said:
        text = surrounded(text, block.said["around"])
    if "is now" in block.said:
        assert (session.folder / block.title).read_text() == block.text, f"{block}: this is not what {block.title} holds"
        return
    if block.title and block.title != SHARED:
        write(session, block)
        return
    session.programs += 1
    project = session.folder / f"program-{session.programs}"
    project.mkdir()
    (project / "block.flow").write_text(text)
    if block.title == SHARED:
        session.shared = text
    elif session.shared:
        (project / SHARED).write_text(session.shared)
    try:
        accepted(project)
    except AssertionError as error:
        raise AssertionError(f"{block}: {error}") from None


def surrounded(fragment: str, around: str) -> str:
    """The fragment in the program around it, in the place of its line of dots; without one, below it."""
    lines = around.split("\n")[1:]
    for number, line in enumerate(lines):
        if line.strip() == "…":
            indent = line[: len(line) - len(line.lstrip())]
            inner = [indent + each if each else each for each in fragment.rstrip("\n").split("\n")]
            return "\n".join([*lines[:number], *inner, *lines[number + 1 :]]) + "\n"
    return "\n".join(lines) + "\n" + fragment


def write(session: Session, block: Block) -> None:
    path = session.folder / block.title
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(block.text)


def commands_of(text: str) -> list[tuple[str, str]]:
    """The commands of a block, each with what stands below it."""
    parts = re.split(r"^\$ ", text.replace("\\\n", " "), flags=re.MULTILINE)
    assert not parts[0].strip(), "a console block begins with $"
    return [(command.strip(), output) for command, _, output in (part.partition("\n") for part in parts[1:])]


def run_console(session: Session, block: Block) -> None:
    commands = commands_of(block.text)
    for number, (command, shown) in enumerate(commands):
        code, output = session.call(command)
        wanted = int(block.said.get("exit code", "0")) if number == len(commands) - 1 else 0
        assert code == wanted, f"{block}: {command} ends with exit code {code}\n{output}"
        if shown.strip():
            assert re.fullmatch(pattern(shown), output.rstrip() + "\n"), f"{block}: {command} prints\n{output}\ninstead of\n{shown}"


def pattern(shown: str) -> str:
    """A regular expression for what is shown, in which dots stand for what differs."""
    lines = []
    for line in shown.rstrip().split("\n"):
        if line.strip() == "…":
            lines.append(r"(?:.*\n)*?")
        else:
            lines.append("[^\n]*?".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ ]*\n")
    return "".join(lines)


def run_python(session: Session, block: Block) -> None:
    """A module in the page's folder; if it holds tests, they pass."""
    assert block.title, f"{block}: a file name is wanted"
    write(session, block)
    if not block.title.startswith("test_"):
        compile(block.text, block.title, "exec")
        return
    arguments = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={session.folder}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, str(session.folder / block.title)], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(session.folder), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, f"{block}: {done.stdout}{done.stderr}"
    assert " passed" in done.stdout


def run_toml(session: Session, block: Block) -> None:
    """Settings that are read without a mistake, a mapping, or a file with a title."""
    values = tomllib.loads(block.text)
    if "mapping" in block.said:
        from triggerfish.runtime.intake.mapping import load_mapping

        path = session.folder / "mapping.toml"
        path.write_text(block.text)
        load_mapping(path)
    elif block.title in {"", "triggerfish.toml"}:
        settings(session, block)
    else:
        assert values
        write(session, block)


def settings(session: Session, block: Block) -> None:
    project = session.folder / f"settings-{block.line}"
    project.mkdir()
    (project / "shop.flow").write_text("profile\n    first_name text\n")
    (project / "triggerfish.toml").write_text(block.text)
    named = set(re.findall(r"\$\{(\w+)\}", block.text))
    done = CliRunner(env=dict.fromkeys(named, "secret")).invoke(main, ["check", str(project)])
    assert done.exit_code == 0, f"{block}: {done.output}"


def run_json(session: Session, block: Block) -> None:
    """What a command prints: the same keys, and the same kinds of values. With a title a file of JSON lines."""
    if block.title:
        assert all(json.loads(line) for line in block.text.splitlines())
        write(session, block)
        return
    shown = json.loads(block.text)
    assert "shape of" in block.said, f"{block}: which command prints it? <!-- shape of: triggerfish … -->"
    _, output = session.call(block.said["shape of"], progress=False)
    try:
        same_shape(shown, json.loads(output), "")
    except (AssertionError, json.JSONDecodeError) as error:
        raise AssertionError(f"{block}: {error}\n{output}") from None


def same_shape(shown: object, real: object, where: str) -> None:
    """Both have the same keys and kinds of values. Null stands for any value, an empty list for any list."""
    if shown is None or real is None:
        return
    kinds = [bool if isinstance(one, bool) else int | float if isinstance(one, int | float) else type(one) for one in (shown, real)]
    assert kinds[0] == kinds[1], f"{where}: {shown!r} is shown, {real!r} is printed"
    if isinstance(shown, dict) and isinstance(real, dict):
        if where.rpartition(".")[2] not in BY_NAME:
            assert shown.keys() == real.keys(), f"{where}: {sorted(shown)} is shown, {sorted(real)} is printed"
        for key in shown.keys() & real.keys():
            same_shape(shown[key], real[key], f"{where}.{key}")
    if isinstance(shown, list) and isinstance(real, list) and shown:
        assert real, f"{where}: nothing is printed here"
        for one in real:
            if not isinstance(one, dict) or not isinstance(shown[0], dict) or one.keys() == shown[0].keys():
                same_shape(shown[0], one, f"{where}[]")


BY_NAME = {"entered", "sent", "suppressed", "exited", "messages", "after_caps", "args", "known"}
"""Objects whose keys are names that a project has given."""
RUNNERS: dict[str, Callable[[Session, Block], None]] = {
    "flow": run_flow, "console": run_console, "python": run_python, "toml": run_toml, "json": run_json,
}  # fmt: skip
RUN_BY = {"not run", "run by", "before", "one program"}
ALLOWED = {"flow": {"around", "is now"}, "console": {"exit code"}, "toml": {"mapping"}, "json": {"shape of"}}
