"""Names of a project's declarations, for completion in the shell. Files are only skimmed: it must not take longer than a blink."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

Complete = Callable[["click.Context", "click.Parameter", str], "list[CompletionItem]"]


def declared(kind: str, *, folders: bool = False) -> Complete:
    """Completes the names of all ``flow`` or ``message`` declarations of the project, with their labels.

    The project is the folder named on the line already, else the current one. With ``folders`` a folder may stand
    there as well.
    """
    line = re.compile(rf'^{kind}[ \t]+(\w+)(?:[ \t]+"([^"\n]*)")?', re.MULTILINE)

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        found: dict[str, str] = {}
        for path in _flow_files(Path(ctx.params.get("path") or ".")):
            for name, label in line.findall(_text(path)):
                found.setdefault(name, label)
        items = [CompletionItem(name, help=label or None) for name, label in sorted(found.items()) if name.startswith(incomplete)]
        return [*items, CompletionItem(incomplete, type="dir")] if folders else items

    return complete


def _flow_files(folder: Path) -> list[Path]:
    """All of a project, without hidden folders; nothing where the folder cannot be read."""
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "node_modules"]
        found += [Path(here, name) for name in files if name.endswith(".flow")]
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
