"""A folder of ``.flow`` files, read and compiled."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from triggerfish.dsl.cascades import without_cascades
from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics import files as rules
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.tests import Test
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import File

if TYPE_CHECKING:
    from triggerfish.dsl.check.program import Lower


class ProjectError(Exception):
    """There is no project to read; the message says why."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """``program`` and ``tests`` are only there when there is no error.

    ``sources`` are the texts of all files that were read, by their path in the project; ``trees`` what the ``.flow`` files
    among them say.
    """

    program: Program | None
    tests: tuple[Test, ...]
    diagnostics: tuple[Diagnostic, ...]
    sources: dict[str, str]
    trees: tuple[File, ...] = ()


def load(folder: Path, catalog: Catalog) -> Loaded:
    """Reads and compiles all ``.flow`` files below a folder; folders that begin with a dot are left out.

    Raises ``ProjectError`` where the folder is missing or cannot be listed. Whatever is wrong with the files comes back
    as diagnostics.
    """
    if not folder.exists():
        raise ProjectError(f"There is no folder {folder}.")
    if not folder.is_dir():
        raise ProjectError(f"{folder} is a file; a project is a folder. Try {folder.parent}.")
    reader = _Reader(folder)
    try:
        paths = sorted(flow_files(folder))
    except OSError as error:
        raise ProjectError(f"The folder {folder} cannot be read: {error.strerror}.") from error
    for path in paths:
        reader(path)
    flows = {path: reader.sources[path] for path in paths if path in reader.sources}
    if not paths:
        reader.problems.append(rules.EmptyProject.at(_top(folder.name or str(folder)), path=folder))
    compiled = compile_sources(flows, catalog, reader)
    diagnostics = tuple(sorted((*reader.problems, *compiled.diagnostics), key=_place))
    failed = any(found.severity == "error" for found in reader.problems)
    return Loaded(
        None if failed else compiled.program,
        () if failed else compiled.tests,
        diagnostics,
        compiled.sources | reader.sources,
        compiled.trees,
    )


def compile_sources(
    sources: Mapping[str, str], catalog: Catalog, read_file: Callable[[str], str | None] | None = None
) -> Loaded:
    """Compiles ``.flow`` texts by path; ``read_file`` gives the templates and lists they name, by path, or None."""
    from triggerfish.dsl.parser import parse  # commands that compile nothing do not need it

    trees = []
    problems: list[Diagnostic] = []
    for path, text in sources.items():
        file, mistakes = parse(text, path)
        trees.append(file)
        problems += mistakes
    return compile_trees(trees, problems, sources, catalog, read_file)


def compile_trees(
    trees: Sequence[File],
    problems: Sequence[Diagnostic],
    sources: Mapping[str, str],
    catalog: Catalog,
    read_file: Callable[[str], str | None] | None = None,
    lower: Lower | None = None,
) -> Loaded:
    """Compiles files that were read; ``problems`` are their syntax errors, ``sources`` their texts by path.

    ``lower`` may remember what declarations come to (see ``check``).
    """
    from triggerfish.dsl.check.program import at_once, check  # commands that compile nothing do not need it

    others: dict[str, str] = {}

    def read(path: str) -> str | None:
        if path in sources:
            return sources[path]
        text = read_file(path) if read_file is not None else None
        if text is not None:
            others[path] = text
        return text

    checked = check(trees, catalog, read, lower or at_once)
    found = list(checked.diagnostics)
    failed = any(problem.severity == "error" for problem in problems)
    if failed:
        found = without_cascades(found, trees, sources, problems)
    diagnostics = tuple(sorted((*problems, *found), key=_place))
    if failed:
        return Loaded(None, (), diagnostics, {**sources, **others}, tuple(trees))
    return Loaded(checked.program, checked.tests, diagnostics, {**sources, **others}, tuple(trees))


def _place(diagnostic: Diagnostic) -> tuple[Span, str]:
    return diagnostic.span, diagnostic.code


def _top(path: str) -> Span:
    """A file as a whole."""
    return Span(path, 0, 0, 0, 0)


# --- reading -----------------------------------------------------------------------------------------


def flow_files(folder: Path) -> Iterator[str]:
    """The paths of all ``.flow`` files below a folder. Raises ``OSError`` where the folder itself cannot be listed."""

    def refuse(error: OSError) -> None:
        if error.filename and Path(error.filename) == folder:
            raise error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in names:
            if name.endswith(".flow") and not name.startswith("."):
                yield (Path(place) / name).relative_to(folder).as_posix()


class _Reader:
    """Reads files of a project by path, once each. What cannot be read is a problem and counts as empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = Path(os.path.realpath(folder))
        self.sources: dict[str, str] = {}
        self.problems: list[Diagnostic] = []
        self._read: dict[str, str | None] = {}

    def __call__(self, path: str) -> str | None:
        if path not in self._read:
            self._read[path] = self._text(path)
        return self._read[path]

    def _text(self, path: str) -> str | None:
        text, problem = read_text(self._folder, path)
        if problem is not None:
            self.problems.append(problem)
        elif text is not None:
            self.sources[posixpath.normpath(path)] = text
        return text


def read_text(folder: Path, path: str) -> tuple[str | None, Diagnostic | None]:
    """The text of one file of a project, None where there is none; what cannot be read is a problem and empty.

    ``folder`` is the project's, with all links followed; ``path`` is relative to it. Line breaks are ``\\n``.
    """
    try:
        place = Path(os.path.realpath(folder / path))
        if not place.is_relative_to(folder):
            return "", rules.OutsideProject.at(_top(path), path=path)
        data = place.read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None, None
    except OSError as error:
        problem = error.strerror or "it is no file"
        return "", rules.Unreadable.at(_top(path), path=path, problem=problem[:1].lower() + problem[1:])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return "", rules.NotText.at(Span(path, line, 1, line, 1), path=path)
    return text.replace("\r\n", "\n").replace("\r", "\n"), None
