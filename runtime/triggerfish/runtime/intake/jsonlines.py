"""JSON lines: one record a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from triggerfish.runtime.intake.item import EVENT_LIMIT, Found, Unreadable
from triggerfish.runtime.intake.lines import LINE_LIMIT, Line
from triggerfish.runtime.intake.segment import read_record, too_large

_BATCH = b'"batch"'


def read_json_lines(lines: Iterable[Line], name: str) -> Iterator[Found]:
    """Everything in these lines; ``name`` is the file's, for places."""
    for line in lines:
        if line.text.strip():
            yield from _read(line, f"{name}:{line.number}")


def _read(line: Line, place: str) -> Iterator[Found]:
    raw = line.text.decode(errors="backslashreplace")
    if line.size > EVENT_LIMIT and (line.size > LINE_LIMIT or _BATCH not in line.text[:EVENT_LIMIT]):
        yield too_large(raw, line.size, place)
        return
    try:
        record = msgspec.json.decode(line.text)
    except (msgspec.DecodeError, ValueError) as error:
        yield Unreadable(raw, f"it is no JSON: {error}", place)
    except RecursionError:
        yield Unreadable(raw, "its fields are nested too deeply", place)
    else:
        for member in record if isinstance(record, list) else (record,):
            yield from read_record(member, place, raw)
