"""Every word, command, option, setting, hook, template, function, message, rule and target is in the documents."""

from __future__ import annotations

import re

import click
import pytest
from completeness import KINDS, ROOT, command_row, commands, sections


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_explained(kind: str) -> None:
    there = KINDS[kind]
    assert there.items
    assert there.missing(there.document()) == [], f"each {kind} must be explained in {there.page}"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_taken_out_is_missed(kind: str) -> None:
    there = KINDS[kind]
    text = there.document()
    for item in there.items:
        name = re.escape(item.rpartition(".")[2] if kind == "setting" else item.rpartition(" ")[2] if kind == "option" else item)
        without = re.sub(rf"(?<![\w-]){name}(?![\w-])" if item[0].isalpha() else name, "", text)
        if kind == "lint rule":
            without = re.sub(r"(TF\d+) to (TF\d+)", r"\1", without)
        assert not there.explained(item, without), f"without the {kind} {item} nobody would notice"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_new_is_missed(kind: str) -> None:
    there = KINDS[kind]
    new = {"setting": "email.frobnicate", "option": "check --frobnicate", "diagnostic": "TF999", "lint rule": "TF699"}.get(kind, "frobnicate")
    assert not there.explained(new, there.document())


def test_prose_does_not_explain_a_word() -> None:
    assert not KINDS["word"].explained("wait", "People wait here.")
    assert KINDS["word"].explained("wait", "People `wait 1 day`.")
    assert KINDS["word"].explained("wait", "```flow\n    wait 1 day\n```\n")


def test_another_commands_option_does_not_explain_one() -> None:
    table = "| command | does |\n|---|---|\n| `fmt [--format text]` | writes |\n| `check` | checks |\n"
    assert KINDS["option"].explained("fmt --format", table)
    assert not KINDS["option"].explained("check --format", table)
    assert not KINDS["command"].explained("deploy", table + "\n| `deploy` | a setting of this name |\n")


@pytest.mark.parametrize(("name", "command"), list(commands()), ids=lambda value: value if isinstance(value, str) else "")
def test_every_command_helps_with_an_example(name: str, command: click.Command) -> None:
    assert command.help
    assert "Example:" in command.help, name


def test_every_command_of_the_documents_exists() -> None:
    known = {word for name, _ in commands() for word in [name, name.split()[0]]}
    for document in [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")]:
        for line in re.findall(r"^\$ triggerfish (\w+)|`triggerfish (\w+)", document.read_text(), re.MULTILINE):
            assert set(line) & known, f"{document.name}: triggerfish {''.join(line)}"


def test_every_row_of_commands_is_one() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.split("| command | does |\n", 1)[1].split("\n\n", 1)[0]
    known = {name for name, _ in commands()}
    for line in re.findall(r"^\| `(.*?)`", table, re.MULTILINE):
        words = line.split()
        assert " ".join(words[:1]) in known or " ".join(words[:2]) in known, line
        assert command_row(text, words[0])


def test_every_section_and_setting_of_the_documents_exists() -> None:
    text = (ROOT / "docs" / "operations.md").read_text()
    assert "[database]" in text
    for section, table in re.findall(r"^\| `\[([\w.]+)\]` \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE):
        for name in re.findall(r"^\| `(\w+)`", table, re.MULTILINE):
            assert name in sections()[section].model_fields, f"[{section}] {name}"
