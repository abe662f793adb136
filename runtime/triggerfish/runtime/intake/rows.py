"""CSV: rows under a header.

Rows are put together line by line and given up when a quote is not closed within a reasonable size, so that one stray
quote costs one row and not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator

from triggerfish.runtime.intake.item import EVENT_LIMIT, Found, Item, Unreadable
from triggerfish.runtime.intake.lines import Line
from triggerfish.runtime.intake.mapping import Columns, Mapping, MappingError, understand
from triggerfish.runtime.intake.segment import too_large

_DELIMITERS = (",", ";", "\t", "|")
_QUOTE = b'"'


def read_rows(lines: Iterable[Line], name: str, mapping: Mapping) -> Iterator[Found]:
    """Everything under the header in the first line. Raises MappingError when the header cannot be used."""
    rest = iter(lines)
    first = next(rest, None)
    if first is None:
        return
    header = _header(first, name)
    delimiter = mapping.delimiter or max(_DELIMITERS, key=header.count)
    try:
        columns = understand(_split(header, delimiter), mapping, name)
    except csv.Error as error:
        raise MappingError(f"{name}:1: the header cannot be read: {error}") from error
    for line, whole in _rows(rest, delimiter, columns.count):
        if line.text.strip():
            yield _read(line, f"{name}:{line.number}", delimiter, columns, whole=whole)


def _header(line: Line, name: str) -> str:
    if line.text.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in line.text:
        raise MappingError(f"{name}: this is not UTF-8; save the file as CSV in UTF-8")
    if line.size > EVENT_LIMIT:
        raise MappingError(f"{name}:1: this is no header with the names of columns")
    try:
        return line.text.decode()
    except UnicodeDecodeError:
        raise MappingError(f"{name}:1: the header is not UTF-8; save the file as CSV in UTF-8") from None


def _read(line: Line, place: str, delimiter: str, columns: Columns, *, whole: bool) -> Found:
    try:
        raw = line.text.decode()
    except UnicodeDecodeError as error:
        shown = line.text.decode(errors="backslashreplace")
        return Unreadable(shown, f"byte {error.start + 1} is not UTF-8", place)
    if line.size > EVENT_LIMIT:
        return too_large(raw, line.size, place)
    if not whole:
        return Unreadable(raw, "a quote is opened and not closed", place)
    try:
        values = raw.split(delimiter) if '"' not in raw else _split(raw, delimiter)
    except csv.Error as error:
        return Unreadable(raw, f"its quotes are wrong: {error}", place)
    if len(values) != columns.count:
        return Unreadable(raw, f"it has {len(values)} columns, the header has {columns.count}", place)
    roles = columns.roles
    event = values[roles["event"]] if "event" in roles else columns.event
    return Item(
        kind="identify" if event is None else "event",
        name=event or "",
        person=values[roles["person"]] if "person" in roles else None,
        anonymous=values[roles["anonymous"]] if "anonymous" in roles else None,
        time=values[roles["time"]].strip() if "time" in roles else None,
        id=values[roles["id"]] if "id" in roles else None,
        fields={name: values[index] for name, index in columns.fields},
        place=place,
        raw=raw,
        flat=True,
    )


def _split(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter, strict=True), [])


def _rows(lines: Iterator[Line], delimiter: str, count: int) -> Iterator[tuple[Line, bool]]:
    """Lines joined to rows where a quoted value goes over several, and whether the last quote was closed.

    ``count`` is how many columns a row has: a joined row with another number was no row.
    """
    waiting: deque[Line] = deque()
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if _QUOTE not in line.text or line.size > EVENT_LIMIT or _closed([line], delimiter):
            yield line, True
            continue
        parts, size, closed = [line], line.size, 0
        while not closed and size <= EVENT_LIMIT and (more := waiting.popleft() if waiting else next(lines, None)):
            parts.append(more)
            size += more.size
            closed = _closed(parts, delimiter) if _QUOTE in more.text else 0
        if closed == count and size <= EVENT_LIMIT:
            yield Line(line.number, b"\n".join(part.text for part in parts), size), True
        else:
            waiting.extendleft(reversed(parts[1:]))
            yield line, False


def _closed(parts: list[Line], delimiter: str) -> int:
    """How many values the lines hold as one row; 0 if a quote is still open at their end, -1 if they are no row."""
    asked = False

    def feed() -> Iterator[str]:
        nonlocal asked
        # What is looked for is ASCII; whether the text is UTF-8 is asked later.
        yield "\n".join(part.text.decode("latin-1") for part in parts)
        asked = True

    try:
        return len(next(csv.reader(feed(), delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0 if asked else -1
