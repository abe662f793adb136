"""Files as lines with numbers: gzip or not, never more in memory than a line may hold."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self, cast

LINE_LIMIT = 512 * 1024
"""The longest line that is looked at, in bytes; longer ones are skipped and reported."""

_GZIP = b"\x1f\x8b"


class Line(NamedTuple):
    """``text`` is without its end; of a line over the limit it is the beginning, and ``size`` the whole."""

    number: int
    text: bytes
    size: int


class LineFile:
    """A file being read. ``done`` and ``total`` count bytes on the disk. Opening raises OSError."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._raw = path.open("rb")
        self.total = os.fstat(self._raw.fileno()).st_size
        packed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self._stream: BinaryIO = cast("BinaryIO", gzip.GzipFile(fileobj=self._raw)) if packed else self._raw
        self.broken: str | None = None
        """Why the rest could not be read, if so."""

    @property
    def done(self) -> int:
        """Bytes read so far, of those on the disk."""
        return self._raw.tell()

    def __iter__(self) -> Iterator[Line]:
        number = 0
        try:
            while text := self._stream.readline(LINE_LIMIT):
                number += 1
                size = len(text)
                while not text.endswith(b"\n") and size >= LINE_LIMIT and (more := self._stream.readline(LINE_LIMIT)):
                    size += len(more)
                    if more.endswith(b"\n"):
                        break
                if number == 1:
                    text = text.removeprefix(b"\xef\xbb\xbf")
                yield Line(number, text.rstrip(b"\r\n"), size)
        except (EOFError, OSError, zlib.error) as error:
            self.broken = f"the rest after line {number} cannot be read: {error}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()
