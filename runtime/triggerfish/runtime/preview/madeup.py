"""Sensible values for fields of which only the type is known."""

from __future__ import annotations

import datetime as dt
from typing import Any

from triggerfish.dsl.ir.types import Field, Type
from triggerfish.runtime.machine import calendar

TEXTS = {
    "first_name": "Ana",
    "last_name": "Silva",
    "surname": "Silva",
    "full_name": "Ana Silva",
    "name": "Ana Silva",
    "company": "Acme",
    "city": "Lisbon",
    "country": "Portugal",
    "currency": "EUR",
    "language": "en",
    "locale": "en",
    "product": "Teapot",
    "product_name": "Teapot",
    "title": "Teapot",
    "color": "blue",
    "code": "WELCOME10",
    "coupon": "WELCOME10",
}
NUMBERS = (
    (("quantity", "count", "number", "items", "days", "times"), 2),
    (("price", "total", "amount", "value", "spent", "revenue", "sum"), 49.9),
    (("percent", "discount"), 10),
    (("score", "rating", "points"), 8),
    (("age",), 34),
)
AHEAD = 7
"""Days from today to a made-up date."""
MANY = 2
"""How many items a made-up list has."""


def value(name: str, kind: Type, at: int, number: int = 1) -> Any:
    """A run-time value of a type, chosen by the field's name; ``number`` tells the items of a list apart.

    ``at`` is the moment of the preview, in milliseconds since 1970 UTC; dates are a week later.
    """
    match kind.kind:
        case "number":
            return _number(name) + number - 1
        case "boolean":
            return True
        case "date":
            return _day(at).isoformat()
        case "datetime":
            return at
        case "duration":
            return [0, 2, 0]
        case "timezone":
            return "UTC"
        case "email":
            return "ana@example.com"
        case "phone":
            return "+15005550006"
        case "url":
            return f"https://shop.example/{name.replace('_', '-')}" + (f"/{number}" if number > 1 else "")
        case "list":
            item = kind.item or Type("text")
            return [_item(_single(name), item, at, place) for place in range(1, MANY + 1)]
        case "one of":
            return kind.options[(number - 1) % len(kind.options)] if kind.options else None
        case "record":
            return record(kind.fields, at, number)
        case _:
            return _text(name, number)


def record(fields: tuple[Field, ...], at: int, number: int = 1) -> dict[str, Any]:
    """All fields of an event or of a list's item; a field with a default has that."""
    return {
        field.name: field.default if field.default is not None else value(field.name, field.type, at, number)
        for field in fields
    }


def _item(name: str, kind: Type, at: int, number: int) -> Any:
    """The things in a list have names, too, but are no people."""
    made = value(name, kind, at, number)
    if isinstance(made, dict) and any(field.name == "name" and field.type.is_text for field in kind.fields):
        made["name"] = _text("product", number)
    return made


def _day(at: int) -> dt.date:
    return calendar.EPOCH.date() + dt.timedelta(milliseconds=at, days=AHEAD)


def _number(name: str) -> float:
    words = name.lower().split("_")
    return next((number for hints, number in NUMBERS if any(hint in words for hint in hints)), 3)


def _text(name: str, number: int) -> str:
    known = TEXTS.get(name)
    if known is None and name.endswith("_id"):
        return f"{name.removesuffix('_id')}-{number}"
    if known is None:
        words = name.replace("_", " ").strip() or "text"
        known = words[0].upper() + words[1:]
        return f"{known} {number}" if number > 1 else known
    return known if number == 1 else {"Teapot": "Kettle", "Ana": "Bo"}.get(known, f"{known} {number}")


def _single(name: str) -> str:
    """``interests`` → ``interest``."""
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name
