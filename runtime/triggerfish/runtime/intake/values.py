"""Values put into the type the program declares, where nothing is lost by it."""
# ruff: noqa: ARG001 - all converters are called alike

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.ir.types import Field, Type
from triggerfish.dsl.wire import normalise
from triggerfish.runtime.intake import moments

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")
_PHONE = re.compile(r"\+?[\d\s().\-/]{3,30}")
_DURATION = re.compile(r"(\d{1,9})\s*(second|minute|hour|day|week|month|year)s?")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LARGEST = 2**63
_UNITS = {
    "second": (0, 0, 1_000), "minute": (0, 0, 60_000), "hour": (0, 0, 3_600_000), "day": (0, 1, 0),
    "week": (0, 7, 0), "month": (1, 0, 0), "year": (12, 0, 0),
}  # fmt: skip


class Mismatch(Exception):  # noqa: N818 - said of a value
    """The value cannot be had in that type; the text says why, to be read after the field's name."""


def convert(value: Any, wanted: Type, zone: tzinfo) -> Any:
    """The run-time value (see ``ir.types.Type``); None stays None. Raises Mismatch.

    ``zone`` is for moments without an offset.
    """
    if value is None:
        return None
    return _CONVERTERS[wanted.kind](value, wanted, zone)


def convert_fields(
    values: dict[str, Any], fields: dict[str, Field], zone: tzinfo
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """All values under their normalised names, and the names that are not declared (kept as they came).

    Where two names normalise to the same, a known value beats an unknown one, then the later. Raises Mismatch.
    """
    result: dict[str, Any] = {}
    extra: list[str] = []
    for given, value in values.items():
        name = level(given)
        field = fields.get(name)
        if field is None:
            extra.append(name)
        kept = value
        if field is not None and value is not None:
            try:
                kept = convert(value, field.type, zone)
            except Mismatch as error:
                raise Mismatch(_below(field.name, str(error))) from None
            name = field.name
        if kept is not None or name not in result:
            result[name] = kept
    return result, tuple(extra)


@lru_cache(maxsize=10_000)
def level(name: str) -> str:
    """A name from outside as the program would write it; one without any letter stays as it is."""
    return normalise(name) or name


@lru_cache(maxsize=1_000)
def is_zone(name: str) -> bool:
    """Whether there is such a time zone."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _below(name: str, message: str) -> str:
    return f"{name}{message}" if message.startswith((".", "[")) else f"{name} {message}"


def _show(value: Any) -> str:
    text = msgspec.json.encode(value).decode(errors="replace") if not isinstance(value, float) else repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _text(value: Any, wanted: Type, zone: tzinfo) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return repr(value)
    raise Mismatch(f"should be a text, but is {_show(value)}")


def _number(value: Any, wanted: Type, zone: tzinfo) -> int | float:
    number: int | float | None = None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        number = value
    elif isinstance(value, str):
        text = value.strip()
        if _INTEGER.fullmatch(text):
            number = int(text)
        elif _DECIMAL.fullmatch(text):
            number = float(text)
    if number is None or not math.isfinite(number):
        raise Mismatch(f"should be a number, but is {_show(value)}")
    if abs(number) >= _LARGEST:
        raise Mismatch(f"is {_show(value)}, more than can be counted with")
    return number


def _boolean(value: Any, wanted: Type, zone: tzinfo) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and value in (0, 1):
        return bool(value)
    if isinstance(value, str):
        known = _BOOLEANS.get(value.strip().lower())
        if known is not None:
            return known
    raise Mismatch(f"should be yes or no, but is {_show(value)}")


def _date(value: Any, wanted: Type, zone: tzinfo) -> str:
    found = moments.day(value)
    if found is None:
        raise Mismatch(f'should be a date such as "2026-12-24", but is {_show(value)}')
    return found


def _datetime(value: Any, wanted: Type, zone: tzinfo) -> int:
    found = moments.milliseconds(value, zone)
    if found is None:
        raise Mismatch(f'should be a moment such as "2026-12-24T09:00:00Z", but is {_show(value)}')
    return found


def _duration(value: Any, wanted: Type, zone: tzinfo) -> list[int]:
    if isinstance(value, list) and len(value) == 3 and all(type(part) is int for part in value):
        return value
    match = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if match is None:
        raise Mismatch(f'should be a duration such as "2 days", but is {_show(value)}')
    return [int(match[1]) * part for part in _UNITS[match[2]]]


def _timezone(value: Any, wanted: Type, zone: tzinfo) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if text and is_zone(text):
        return text
    guess = closest(text, available_timezones()) if text else None
    hint = f'; did you mean "{guess}"?' if guess else ', such as "Europe/Paris"'
    raise Mismatch(f"should be a time zone{hint} (it is {_show(value)})")


def _email(value: Any, wanted: Type, zone: tzinfo) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if len(text) > 254 or not _EMAIL.fullmatch(text):
        raise Mismatch(f"should be an e-mail address, but is {_show(value)}")
    return text


def _phone(value: Any, wanted: Type, zone: tzinfo) -> str:
    text = str(value) if type(value) is int else value.strip() if isinstance(value, str) else ""
    if not _PHONE.fullmatch(text) or sum(letter.isdigit() for letter in text) < 3:
        raise Mismatch(f"should be a phone number, but is {_show(value)}")
    return text


def _url(value: Any, wanted: Type, zone: tzinfo) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or any(letter.isspace() for letter in text):
        raise Mismatch(f"should be a web address, but is {_show(value)}")
    return text


def _one_of(value: Any, wanted: Type, zone: tzinfo) -> Any:
    for option in wanted.options:
        if type(option) is type(value) and option == value:
            return option
    text = str(value).strip().casefold() if isinstance(value, (str, int, float)) else None
    for option in wanted.options:
        if text is not None and str(option).casefold() == text:
            return option
    options = ", ".join(_show(option) for option in wanted.options)
    guess = closest(text, [option for option in wanted.options if isinstance(option, str)]) if text else None
    hint = f'; did you mean "{guess}"?' if guess else ""
    raise Mismatch(f"should be one of {options}, but is {_show(value)}{hint}")


def _list(value: Any, wanted: Type, zone: tzinfo) -> list[Any]:
    items = _from_json(value) if isinstance(value, str) else value
    if not isinstance(items, list):
        raise Mismatch(f"should be a list, but is {_show(value)}")
    if wanted.item is None:
        return items
    result = []
    for number, item in enumerate(items):
        try:
            result.append(convert(item, wanted.item, zone))
        except Mismatch as error:
            raise Mismatch(_below(f"[{number}]", str(error))) from None
    return result


def _record(value: Any, wanted: Type, zone: tzinfo) -> dict[str, Any]:
    record = _from_json(value) if isinstance(value, str) else value
    if not isinstance(record, dict):
        raise Mismatch(f"should be a record with fields, but is {_show(value)}")
    try:
        return convert_fields(record, {level(field.name): field for field in wanted.fields}, zone)[0]
    except Mismatch as error:
        raise Mismatch(f".{error}") from None


def _from_json(text: str) -> Any:
    """Lists and records in formats that only have texts."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None


_CONVERTERS: dict[str, Callable[[Any, Type, tzinfo], Any]] = {
    "text": _text, "number": _number, "boolean": _boolean, "date": _date, "datetime": _datetime,
    "duration": _duration, "timezone": _timezone, "email": _email, "phone": _phone, "url": _url,
    "list": _list, "one of": _one_of, "record": _record,
}  # fmt: skip
