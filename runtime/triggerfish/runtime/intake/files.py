"""Taking in whole files: JSON lines or CSV, gzip or not. Safe to repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.intake.ids import ContentIds
from triggerfish.runtime.intake.intake import Intake, Keeper
from triggerfish.runtime.intake.item import Found
from triggerfish.runtime.intake.jsonlines import read_json_lines
from triggerfish.runtime.intake.lines import Line, LineFile
from triggerfish.runtime.intake.mapping import Mapping, MappingError, load_mapping
from triggerfish.runtime.intake.report import Example, Report
from triggerfish.runtime.intake.rows import read_rows
from triggerfish.runtime.intake.schema import Schema

BATCH = 1_000

Progress = Callable[[int, int], None]
"""Takes bytes read and bytes in all."""

_JSON = {".jsonl", ".ndjson", ".json"}
_CSV = {".csv", ".tsv", ".txt"}


class FileError(Exception):
    """The file cannot be taken in at all; the text says why and what to do."""


def ingest(
    path: Path,
    store: Keeper,
    schema: Schema,
    clock: Clock,
    *,
    mapping: Path | Mapping | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Report:
    """Store what the file holds and report on every line of it.

    Bad lines are set aside with their reason and the rest goes on; each thousand lines are one transaction, so that an
    interrupted ingest is simply repeated. Raises FileError for a file, header or mapping that cannot be used, and
    StoreUnavailable.
    """
    try:
        told = load_mapping(mapping) if isinstance(mapping, Path) else mapping
        intake = Intake(store, schema, clock, content_ids=ContentIds(), time_layout=told.time_format if told else None)
        with LineFile(path) as file:
            found = _found(file, path, told)
            while batch := list(islice(found, BATCH)):
                intake.take(batch)
                progress(file.done, file.total)
            if file.broken:
                intake.report.problems.append(Example(file.name, file.broken))
            progress(file.total, file.total)
    except OSError as error:
        raise FileError(f"{path}: {error.strerror or error}") from error
    except MappingError as error:
        raise FileError(str(error)) from error
    return intake.report


def _found(file: LineFile, path: Path, mapping: Mapping | None) -> Iterator[Found]:
    lines = iter(file)
    first = next(lines, None)
    if first is None:
        return iter(())
    rest = chain((first,), lines)
    if not _is_json(path, first):
        return read_rows(rest, file.name, mapping or Mapping())
    if mapping is not None:
        raise MappingError(f"{file.name} holds JSON lines; a mapping is for CSV files")
    if first.text.strip() in (b"{", b"["):
        raise MappingError(f"{file.name} is one JSON document; write one record a line (jq -c '.[]' does it)")
    return read_json_lines(rest, file.name)


def _is_json(path: Path, first: Line) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    if suffixes and suffixes[-1] in _JSON:
        return True
    return not (suffixes and suffixes[-1] in _CSV) and first.text.lstrip()[:1] in (b"{", b"[")
