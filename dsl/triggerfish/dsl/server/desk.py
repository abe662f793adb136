"""What is open in one editor: projects by folder, and which file of which project a URI is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pygls import uris

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.outside import Outside
from triggerfish.dsl.server.positions import UTF16
from triggerfish.dsl.server.project import Project

SETTINGS = "triggerfish.toml"


@dataclass(slots=True)
class _Opened:
    project: Project
    shown: dict[str, tuple[Diagnostic, ...]]
    """The diagnostics that the editor has been told of, by path."""


class Desk:
    """``outside`` knows the plugins and the time."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self._opened: dict[Path, _Opened] = {}
        self._uris: dict[Path, str] = {}
        self._roots: tuple[Path, ...] = ()
        self.encoding = UTF16

    def begin(self, roots: Iterable[str], encoding: str) -> None:
        """The editor has told its folders and the units in which it counts columns."""
        paths = [path for path in map(_path, roots) if path is not None]
        self._roots = tuple(sorted(paths, key=lambda path: len(path.parts), reverse=True))
        self.encoding = encoding

    # --- files --------------------------------------------------------------------------------------

    def edit(self, uri: str, text: str | None) -> None:
        """What the editor holds of a file; None once it has closed it."""
        place = _path(uri)
        if place is None:
            return
        opened = self._of(place)
        if text is None:
            self._uris.pop(place, None)
        else:
            self._uris[place] = uri
        opened.project.edit(place.relative_to(opened.project.files.folder).as_posix(), text)

    def look_again(self) -> None:
        """Something has changed on disk."""
        for opened in self._opened.values():
            opened.project.look_again()

    def document(self, uri: str) -> Document | None:
        """A file of a project, or None for what is no file."""
        place = _path(uri)
        if place is None:
            return None
        project = self._of(place).project
        return Document(project.state(), place.relative_to(project.files.folder).as_posix(), self.encoding)

    def documents(self) -> list[Document]:
        """Any one file of each project."""
        return [Document(opened.project.state(), "", self.encoding) for opened in self._opened.values()]

    def project(self, uri: str) -> Project:
        """The project of a file."""
        place = _path(uri)
        if place is None:
            raise ValueError(f"not a file: {uri}")
        return self._of(place).project

    def to_uri(self, document: Document) -> Callable[[str], str]:
        """How the editor calls the files of a document's project."""
        folder = document.state.folder

        def uri(path: str) -> str:
            place = folder / path
            return self._uris.get(place) or uris.from_fs_path(str(place)) or place.as_uri()

        return uri

    # --- diagnostics -----------------------------------------------------------------------------------

    def review(self) -> None:
        """Bring the linter's advice up to date."""
        for opened in self._opened.values():
            opened.project.review()

    def carry_on(self) -> bool:
        """Look at more of what is waiting; whether there is still more."""
        for opened in self._opened.values():
            opened.project.carry_on()
        return any(opened.project.waiting for opened in self._opened.values())

    def news(self) -> Iterable[Document]:
        """The files about which there is something else to say than before."""
        for opened in self._opened.values():
            state = opened.project.state()
            now = state.diagnostics
            for path in sorted({*now, *opened.shown}):
                if now.get(path, ()) != opened.shown.get(path, ()):
                    yield Document(state, path, self.encoding)
            opened.shown = dict(now)

    # --- folders -----------------------------------------------------------------------------------------

    def _of(self, place: Path) -> _Opened:
        folder = self._folder(place)
        opened = self._opened.get(folder)
        if opened is None:
            opened = self._opened[folder] = _Opened(
                Project(folder, self.outside.catalog(folder), self.outside.problems), {}
            )
        return opened

    def _folder(self, place: Path) -> Path:
        """The nearest folder above a file with settings, or else the editor's own folder, or the file's."""
        root = next((root for root in self._roots if place.is_relative_to(root)), None)
        for folder in place.parents:
            if (folder / SETTINGS).is_file():
                return folder
            if folder == root:
                break
        return root or place.parent


def _path(uri: str) -> Path | None:
    if not uri.startswith("file:"):
        return None
    found = uris.to_fs_path(uri)
    return Path(found).resolve() if found else None
