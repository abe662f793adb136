"""Where in a TOML text a section or a setting stands; the TOML reader itself does not tell."""

from __future__ import annotations

import re

from triggerfish.dsl.span import Span

_HEADER = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(#.*)?$")


class Places:
    """Finds keys in one text. What cannot be found has the place of its section, or the file's beginning."""

    def __init__(self, text: str, file: str) -> None:
        self._lines = text.splitlines()
        self._file = file

    def section(self, name: str) -> Span:
        """Of a section's name, or of its first dotted key."""
        for number, line in enumerate(self._lines):
            header = _HEADER.match(line)
            if header and _plain(header[1]).split(".")[0] == name:
                return self._span(number, header.start(1), header.end(1))
        for number, line in enumerate(self._lines):
            key = re.match(rf"\s*({re.escape(name)})\s*[.=]", line)
            if key:
                return self._span(number, key.start(1), key.end(1))
        return Span(self._file, 1, 1, 1, 1)

    def key(self, section: str, path: tuple[str, ...]) -> Span:
        """Of a setting of a section; ``path`` goes into its tables."""
        inside: str | None = None
        for number, line in enumerate(self._lines):
            header = _HEADER.match(line)
            if header:
                inside = _plain(header[1])
                continue
            for depth in range(len(path)):
                here = ".".join((section, *path[:depth]))
                wanted = re.escape(path[depth])
                key = re.match(rf"\s*\"?({wanted})\"?\s*[.=]", line)
                if inside == here and key:
                    return self._span(number, key.start(1), key.end(1))
        return self.section(section)

    def at(self, line: int, column: int) -> Span:
        """A place the TOML reader named."""
        return Span(self._file, line, column, line, column + 1)

    def _span(self, index: int, start: int, end: int) -> Span:
        return Span(self._file, index + 1, start + 1, index + 1, end + 1)


def _plain(name: str) -> str:
    return re.sub(r"[\"'\s]", "", name)
