"""The page of all mistakes, written from the rules: ``python -m triggerfish.dsl.diagnostics.reference docs/errors.md``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path

import triggerfish
from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.model import Rule

HEAD = """\
# Mistakes and warnings

Everything that `triggerfish check` can say, by its code. An **error** must be put right: the program does not compile. A **warning**
compiles, but is hardly meant; an **info** is only good to know. What is meant to be there is allowed by a comment on its line or
directly above it, with the reason:

```flow
message receipt  # allow TF616: because the shop itself sends it
```

This page is written from the rules themselves by `python -m triggerfish.dsl.diagnostics.reference docs/errors.md`.
The examples take these declarations for granted:

"""
PARTS = {
    "0": "How it is written",
    "1": "Names",
    "2": "Types and conditions",
    "3": "Flows and their steps",
    "4": "Messages and templates",
    "5": "The policy",
    "6": "Tests, and what is hardly meant",
    "7": "Files",
    "8": "Settings",
    "9": "Not yet",
}
"""The first digit of the codes."""
_RULES = re.compile(r"^class \w+\(Rule\)", re.MULTILINE)


def installed_rules() -> list[type[Rule]]:
    """All rules of all parts of triggerfish that are installed, by code."""
    found: dict[str, type[Rule]] = {}
    for module in _modules():
        for one in vars(import_module(module)).values():
            if isinstance(one, type) and issubclass(one, Rule) and one.__module__ == module:
                found[one.code] = one
    return [found[code] for code in sorted(found)]


def _modules() -> Iterator[str]:
    """The modules with rules in them; the others are not imported."""
    for folder in triggerfish.__path__:
        for path in sorted(Path(folder).rglob("*.py")):
            if _RULES.search(path.read_text(encoding="utf-8")):
                yield ".".join(("triggerfish", *path.relative_to(folder).with_suffix("").parts))


def reference(rules: Iterable[type[Rule]]) -> str:
    """The page, as Markdown."""
    parts = [HEAD + _block(PRELUDE)]
    chapter = ""
    for rule in rules:
        digit = rule.code[2]
        if digit != chapter:
            chapter = digit
            parts.append(f"## {PARTS[digit]}\n")
        parts.append(_section(rule))
    return "\n".join(parts)


def _section(rule: type[Rule]) -> str:
    lines = [f"### {rule.code}\n", f"*{rule.severity.capitalize()}:* {_filled(rule.message)}\n", f"{rule.reason}\n"]
    if rule.help:
        lines.append(f"*What to do:* {_filled(rule.help)}\n")
    if rule.wrong:
        language = "toml" if rule.code.startswith("TF8") else "flow"
        lines += ["Wrong:\n", _block(rule.wrong, language), "Right:\n", _block(rule.right, language)]
    return "\n".join(lines)


def _filled(template: str) -> str:
    """A message with dots for what differs from case to case; outside `code` nothing is Markdown."""
    text = re.sub(r"\{\w+(?:\[\w+\])?\}", "…", template).replace("{{", "{").replace("}}", "}")
    parts = text.split("`")
    escaped = [re.sub(r"([*_<>\[\]])", r"\\\1", part) if index % 2 == 0 else part for index, part in enumerate(parts)]
    return "`".join(escaped)


def _block(text: str, language: str = "flow") -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def main(arguments: list[str]) -> None:
    """Write the page to the file named, else to standard output."""
    page = reference(installed_rules())
    if arguments:
        Path(arguments[0]).write_text(page, encoding="utf-8")
    else:
        sys.stdout.write(page)


if __name__ == "__main__":
    main(sys.argv[1:])
