"""The files of a project as the editor sees them: what is being edited goes before what is on disk."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass
from pathlib import Path

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.project import flow_files, read_text


@dataclass(frozen=True, slots=True)
class _Read:
    stamp: tuple[int, int] | None
    text: str | None
    problem: Diagnostic | None


class Files:
    """Texts of a project's files by path, relative to its folder and with forward slashes."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(os.path.realpath(folder))
        self._edited: dict[str, str] = {}
        self._read: dict[str, _Read] = {}
        self._fresh: set[str] = set()
        self._listed: tuple[str, ...] | None = None

    def edit(self, path: str, text: str | None) -> None:
        """What the editor holds of a file; None once it has closed it."""
        if text is None:
            self._edited.pop(path, None)
            self._listed = None
        else:
            if path not in self._edited:
                self._listed = None
            self._edited[path] = text

    @property
    def edited(self) -> dict[str, str]:
        """The texts of all files that the editor holds, by path."""
        return self._edited

    def look_again(self) -> None:
        """Files may have come, gone or changed on disk."""
        self._fresh.clear()
        self._listed = None

    def begin(self) -> None:
        """A new round: each file on disk is asked once more whether it has changed."""
        self._fresh.clear()

    def flows(self) -> tuple[str, ...]:
        """The paths of all ``.flow`` files, sorted."""
        if self._listed is None:
            try:
                found = set(flow_files(self.folder))
            except OSError:
                found = set()
            self._listed = tuple(sorted(found | {path for path in self._edited if path.endswith(".flow")}))
        return self._listed

    def text(self, path: str) -> str | None:
        """The text of a file, or None where there is none."""
        path = posixpath.normpath(path)
        if path in self._edited:
            return self._edited[path]
        return self._on_disk(path).text

    def problem(self, path: str) -> Diagnostic | None:
        """Why a file could not be read."""
        return None if path in self._edited else self._on_disk(path).problem

    def _on_disk(self, path: str) -> _Read:
        known = self._read.get(path)
        if known is not None and path in self._fresh:
            return known
        self._fresh.add(path)
        stamp = self._stamp(path)
        if known is None or known.stamp != stamp or stamp is None:
            known = self._read[path] = _Read(stamp, *read_text(self.folder, path))
        return known

    def _stamp(self, path: str) -> tuple[int, int] | None:
        try:
            found = (self.folder / path).stat()
        except (OSError, ValueError):
            return None
        return found.st_mtime_ns, found.st_size
