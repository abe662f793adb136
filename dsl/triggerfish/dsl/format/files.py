"""Formatting files where they are."""

from __future__ import annotations

import difflib
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.format.formatter import format_text
from triggerfish.dsl.project import flow_files, read_text


@dataclass(frozen=True, slots=True)
class FormattedFile:
    """``path`` is what people call it, ``place`` where it is, with links followed.

    ``changed`` says that its bytes are not those of ``after``; with ``diagnostics`` it could not be read and stays as it is.
    """

    path: str
    place: Path
    before: str
    after: str
    changed: bool
    diagnostics: tuple[Diagnostic, ...]

    def write(self) -> None:
        """Put the canonical text in the file's place, at once and whole. Raises ``OSError``."""
        replace_text(self.place, self.after)

    def diff(self) -> str:
        """The change as a unified diff; empty where only line ends or a byte order mark differ."""
        return diff(self.before, self.after, self.path)


def format_files(path: Path) -> Iterator[FormattedFile]:
    """Format one file, or every ``.flow`` file below a folder, without writing. Raises ``OSError`` for a folder."""
    folder = Path(os.path.realpath(path if path.is_dir() else path.parent))
    names = sorted(flow_files(folder)) if path.is_dir() else [path.name]
    for name in names:
        yield _format_file(folder, name)


def _format_file(folder: Path, name: str) -> FormattedFile:
    place = Path(os.path.realpath(folder / name))
    before, problem = read_text(folder, name)
    if before is None or problem is not None:
        return FormattedFile(name, place, "", "", False, () if problem is None else (problem,))
    formatted = format_text(before, name)
    changed = formatted.ok and place.read_bytes() != formatted.text.encode()
    return FormattedFile(name, place, before, formatted.text, changed, formatted.diagnostics)


def replace_text(place: Path, text: str) -> None:
    """Write a file so that there is the old or the new one at every moment; its permissions stay. Raises ``OSError``."""
    handle, name = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(place, fresh)
        fresh.replace(place)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def diff(before: str, after: str, path: str) -> str:
    """A unified diff of two texts, their lines ended by LF."""
    old, new = (text.replace("\r\n", "\n").split("\n") for text in (before, after))
    changes = difflib.unified_diff(old, new, path, f"{path} (formatted)", lineterm="")
    return "".join(f"{line}\n" for line in changes)
