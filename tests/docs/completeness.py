"""What the documents must hold: each kind of thing, and where it has to stand for a reader to find it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from pydantic import BaseModel

from triggerfish.dsl.diagnostics.reference import installed_rules
from triggerfish.dsl.functions import FUNCTIONS
from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.lint.rules import RULES as LINT
from triggerfish.plugins.manager import load_plugins
from triggerfish.plugins.spec import Specification
from triggerfish.runtime.cli import COMMANDS, main
from triggerfish.runtime.cli.commands.new import FOLDER
from triggerfish.runtime.settings.alerts import AlertSettings
from triggerfish.runtime.settings.costs import CostSettings
from triggerfish.runtime.settings.retention import RetentionSettings
from triggerfish.runtime.settings.runtime import RuntimeSettings
from triggerfish.runtime.settings.web import HookSettings, WebSettings

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Kind:
    """What there is of it, in which document it is explained, and whether a text explains it."""

    items: tuple[str, ...]
    page: str
    explained: Callable[[str, str], bool]

    def missing(self, text: str) -> list[str]:
        """What the text does not explain."""
        return [item for item in self.items if not self.explained(item, text)]

    def document(self) -> str:
        return (ROOT / self.page).read_text("utf-8")


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command, and every command of a group, by its name."""
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", one) for inner, one in command.commands.items())


def _options() -> Iterator[str]:
    for name, command in commands():
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                yield from (f"{name} {option}" for option in parameter.opts)


def sections() -> dict[str, type[BaseModel]]:
    """The sections of the settings with their models: those of the runtime, and those of plugins."""
    return {"web": WebSettings, "web.hooks.NAME": HookSettings, "runtime": RuntimeSettings, "costs": CostSettings, "alerts": AlertSettings, "retention": RetentionSettings, **load_plugins().settings()}


def _settings() -> Iterator[str]:
    for section, model in sections().items():
        yield from (f"{section}.{name}" for name in model.model_fields)


def row(text: str, name: str) -> str:
    """The row of a table that begins with a name in code."""
    found = re.search(rf"^\| `{re.escape(name)}(?![\w-]).*$", text, re.MULTILINE)
    return found[0] if found else ""


def command_row(text: str, name: str) -> str:
    """The row of a command in the table of commands."""
    table = re.search(r"^\| command \| does \|\n.*?(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return row(table[0], name) if table else ""


def _option(item: str, text: str) -> bool:
    """An option stands in the row of its command."""
    name, _, option = item.rpartition(" ")
    return re.search(rf"(?<![\w-]){option}(?![\w-])", command_row(text, name)) is not None


def _setting(item: str, text: str) -> bool:
    """A setting has a row in the table of its section."""
    section, _, name = item.rpartition(".")
    table = re.search(rf"^\| `\[{re.escape(section)}\]`.*?(?=\n\n|\Z)", text, re.MULTILINE | re.DOTALL)
    return table is not None and bool(row(table[0], name))


def _in_code(item: str, text: str) -> bool:
    """A word of the language stands in code: in a block, or between backticks."""
    code = "\n".join(re.findall(r"^```flow.*?^```$|`[^`\n]+`|`[^`]+?`", text, re.MULTILINE | re.DOTALL))
    return item in code if not item[0].isalpha() else re.search(rf"(?<![\w-]){re.escape(item)}(?![\w-])", code) is not None


def _code(item: str, text: str) -> bool:
    """A code stands in a table, alone or within a span of codes."""
    spans = re.findall(r"(TF\d+)(?: to (TF\d+))?", "\n".join(re.findall(r"^\|.*|\((?:TF\d+)\)", text, re.MULTILINE)))
    return any(first <= item <= (last or first) for first, last in spans)


KINDS = {
    "command": Kind(
        tuple(name for name, command in commands() if not isinstance(command, click.Group)),
        "docs/operations.md", lambda item, text: bool(command_row(text, item)),
    ),
    "option": Kind(tuple(_options()), "docs/operations.md", _option),
    "setting": Kind(tuple(_settings()), "docs/operations.md", _setting),
    "template": Kind(
        tuple(sorted(each.name for each in FOLDER.iterdir() if each.is_dir() and not each.name.startswith("_"))),
        "docs/operations.md", lambda item, text: f"`{item}`" in command_row(text, "new"),
    ),
    "hook": Kind(
        tuple(name for name in vars(Specification) if name.startswith("triggerfish_")),
        "docs/plugins.md", lambda item, text: f"`{item}`" in text,
    ),
    "word": Kind(tuple(sorted(grammar().words)), "docs/language.md", _in_code),
    "function": Kind(tuple(FUNCTIONS), "docs/language.md", lambda item, text: f"`{item}`" in text),
    "diagnostic": Kind(
        tuple(rule.code for rule in installed_rules()), "docs/errors.md", lambda item, text: f"\n### {item}\n" in text,
    ),
    "lint rule": Kind(tuple(sorted({rule.code for rule in LINT})), "docs/checking.md", _code),
    "target of make": Kind(
        tuple(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)),
        "README.md", lambda item, text: re.search(rf"make {item}\b", text) is not None,
    ),
}  # fmt: skip
