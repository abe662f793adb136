"""Every command, option, setting and hook is in the documents, and the plugin that they show keeps the contract."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from triggerfish.dsl.functions import FUNCTIONS
from triggerfish.plugins.manager import load_plugins
from triggerfish.plugins.spec import Specification
from triggerfish.runtime.cli import COMMANDS, main

ROOT = Path(__file__).parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
PLUGINS = (ROOT / "docs" / "plugins.md").read_text()
LANGUAGE = (ROOT / "docs" / "language.md").read_text()


def commands() -> Iterator[tuple[str, click.Command]]:
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", one) for inner, one in command.commands.items())


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_and_option_is_documented(name: str, command: click.Command) -> None:
    if not isinstance(command, click.Group):
        assert re.search(rf"`{name}\b", OPERATIONS), f"the command {name} is not in docs/operations.md"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            for option in parameter.opts:
                assert re.search(rf"(?<![\w-]){option}(?![\w-])", OPERATIONS), f"{name} {option} is not in docs/operations.md"
    assert command.help
    assert "Example:" in command.help


def test_every_command_of_the_documents_exists() -> None:
    known = {word for name, _ in commands() for word in [name, name.split()[0]]}
    for document in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]:
        for line in re.findall(r"^ {4}(?:\$ )?triggerfish (\w+)|`triggerfish (\w+)", document.read_text(), re.MULTILINE):
            assert set(line) & known, f"{document.name}: triggerfish {''.join(line)}"


def test_every_setting_is_documented() -> None:
    for section, model in load_plugins().settings().items():
        for name in model.model_fields:
            assert f"`{name}`" in OPERATIONS, f"[{section}] {name}"
    assert "[database]" in OPERATIONS


def test_every_hook_is_documented() -> None:
    for hook in [name for name in vars(Specification) if name.startswith("triggerfish_")]:
        assert hook in PLUGINS, hook


def test_every_function_is_documented() -> None:
    assert [name for name in FUNCTIONS if f"`{name}`" not in LANGUAGE] == []


def test_the_plugin_of_the_documents_keeps_the_contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = re.findall(r"^```python\n(.*?)^```$", PLUGINS, re.MULTILINE | re.DOTALL)
    assert len(code) == 2
    (tmp_path / "triggerfish_letter.py").write_text(code[0])
    (tmp_path / "test_letter.py").write_text(code[1])
    monkeypatch.syspath_prepend(tmp_path)
    arguments = ["-q", "--import-mode=importlib", "-p", "no:cacheprovider", "-c", "/dev/null", f"--rootdir={tmp_path}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, str(tmp_path)], capture_output=True, text=True, check=False,
        env={"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
