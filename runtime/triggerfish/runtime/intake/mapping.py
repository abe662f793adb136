"""Which column of a table is what: guessed from the header, or told by a mapping file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.runtime.intake.values import level

Role = Literal["person", "event", "time", "id", "anonymous"]

_GUESSES: dict[Role, tuple[str, ...]] = {
    "person": ("person", "user_id", "userid", "customer_id", "customerid", "profile_id", "person_id"),
    "event": ("event", "event_name"),
    "time": ("time", "timestamp", "date", "datetime", "at", "occurred_at"),
    "id": ("message_id", "messageid", "event_id"),
    "anonymous": ("anonymous_id", "anonymousid"),
}
_KEYS = ("event", "person", "time", "id", "anonymous", "time_format", "delimiter", "fields", "ignore", "profiles")


class MappingError(Exception):
    """The file, its header or its mapping cannot be used; the text names the cure."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a mapping file says.

    ``roles`` maps a role to a column, ``fields`` the program's name of a field to a column, ``ignore`` are columns to leave
    out. ``event`` is the event every row is, where no column says. ``profiles``: the rows are people, no events.
    """

    event: str | None = None
    roles: dict[Role, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    time_format: str | None = None
    delimiter: str | None = None
    profiles: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """A header, understood: where each role stands, and the field name of every other column that counts."""

    roles: dict[Role, int]
    fields: tuple[tuple[str, int], ...]
    event: str | None
    count: int


def load_mapping(path: Path) -> Mapping:
    """Read a mapping from TOML or JSON. Raises MappingError."""
    try:
        data = path.read_bytes()
        table = msgspec.json.decode(data) if path.suffix == ".json" else tomllib.loads(data.decode())
    except OSError as error:
        raise MappingError(f"{path}: {error.strerror}") from error
    except (ValueError, msgspec.DecodeError) as error:
        raise MappingError(f"{path}: {error}") from error
    if not isinstance(table, dict):
        raise MappingError(f'{path}: a mapping is a record such as {{"event": "order_completed"}}')
    for key in table:
        if key not in _KEYS:
            guess = closest(key, _KEYS)
            raise MappingError(f"{path}: unknown key {key!r}" + (f"; did you mean {guess}?" if guess else ""))
    return _mapping(table, path)


def _mapping(table: dict[str, Any], path: Path) -> Mapping:
    for key, kind in (("event", str), ("time_format", str), ("delimiter", str), ("profiles", bool)):
        if key in table and not isinstance(table[key], kind):
            raise MappingError(f"{path}: {key} should be {'a text' if kind is str else 'true or false'}")
    roles: dict[Role, str] = {}
    for role in _GUESSES:
        if role != "event" and role in table:
            if not isinstance(table[role], str):
                raise MappingError(f"{path}: {role} should be the name of a column")
            roles[role] = table[role]
    fields, ignore = table.get("fields", {}), table.get("ignore", [])
    if not isinstance(fields, dict) or not all(isinstance(column, str) for column in fields.values()):
        raise MappingError(f"{path}: fields should map names of fields to names of columns")
    if not isinstance(ignore, list) or not all(isinstance(column, str) for column in ignore):
        raise MappingError(f"{path}: ignore should be a list of names of columns")
    layout = table.get("time_format")
    if layout is not None:
        try:
            datetime.strptime(datetime(2000, 1, 1, tzinfo=UTC).strftime(layout), layout).astimezone(UTC)
        except ValueError as error:
            raise MappingError(f"{path}: time_format: {error}") from error
    return Mapping(
        table.get("event"), roles, fields, tuple(ignore), layout, table.get("delimiter"), table.get("profiles", False)
    )


def understand(header: list[str], mapping: Mapping, file: str) -> Columns:
    """What the columns of ``header`` are. Raises MappingError."""
    names = [name.strip() for name in header]
    levelled = [level(name) for name in names]
    for index, name in enumerate(levelled):
        if name and name in levelled[:index]:
            raise MappingError(f"{file}:1: two columns are called {names[index]!r}; rename one")
    roles: dict[Role, int] = {}
    for role, guesses in _GUESSES.items():
        told = mapping.roles.get(role)
        if told is not None:
            roles[role] = _position(told, names, f"{role} = {told!r}", file)
        elif role != "event" or not (mapping.profiles or _is_constant(mapping.event, names)):
            wanted = (level(mapping.event),) if role == "event" and mapping.event is not None else guesses
            found = next((levelled.index(guess) for guess in wanted if guess in levelled), None)
            if found is not None:
                roles[role] = found
    if "person" not in roles and "anonymous" not in roles:
        raise MappingError(
            f'{file}:1: no column says whom a row is about; call one `person`, or name it with --map: person = "…"'
        )
    constant = mapping.event if mapping.event is not None and "event" not in roles else None
    fields = _fields(names, levelled, set(roles.values()), mapping, file)
    return Columns(roles, fields, constant, len(header))


def _is_constant(event: str | None, names: list[str]) -> bool:
    return event is not None and event not in names


def _fields(
    names: list[str], levelled: list[str], taken: set[int], mapping: Mapping, file: str
) -> tuple[tuple[str, int], ...]:
    told = {
        _position(column, names, f"fields.{name} = {column!r}", file): name for name, column in mapping.fields.items()
    }
    ignored = {_position(column, names, f"ignore {column!r}", file) for column in mapping.ignore}
    left = [index for index in range(len(names)) if index not in ignored and (index in told or index not in taken)]
    return tuple((told.get(index, levelled[index]), index) for index in left if told.get(index) or levelled[index])


def _position(column: str, names: list[str], what: str, file: str) -> int:
    if column in names:
        return names.index(column)
    matches = [index for index, name in enumerate(names) if level(name) == level(column)]
    if matches:
        return matches[0]
    guess = closest(column, names)
    raise MappingError(f"{file}:1: {what}: there is no such column" + (f"; did you mean {guess!r}?" if guess else ""))
