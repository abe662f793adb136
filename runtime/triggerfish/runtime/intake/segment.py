"""Items from records in the shape Segment's libraries send.

``track`` is an event; ``page`` and ``screen`` are the events ``page_viewed`` and ``screen_viewed`` with the page's name among
the fields; ``identify`` sets profile fields; ``alias`` says that two are one. Beyond Segment's own there are ``consent``
(``topic``, ``how``, ``channel``), ``membership`` (``segment``, ``join``) and ``enter`` (``flow``, ``properties``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from triggerfish.runtime.intake.item import EVENT_LIMIT, Alias, Found, Item, Unreadable

_VIEWS = {"page": "page_viewed", "screen": "screen_viewed"}


def read_record(record: Any, place: str, raw: str) -> Iterator[Found]:
    """What a decoded record says; one item, or those of a batch (``{"batch": […]}``)."""
    if not isinstance(record, dict):
        yield Unreadable(raw, "it is no record: write {…}", place)
        return
    batch = record.get("batch")
    if not isinstance(batch, list):
        yield _item(record, place, raw)
        return
    for number, member in enumerate(batch, 1):
        own = msgspec.json.encode(member).decode()
        where = f"{place}[{number}]"
        if len(own) > EVENT_LIMIT:
            yield too_large(own, len(own), where)
        elif isinstance(member, dict):
            yield _item(member, where, own)
        else:
            yield Unreadable(own, "it is no record: write {…}", where)


def too_large(raw: str, size: int, place: str) -> Unreadable:
    """What is said of an event over the limit."""
    return Unreadable(raw, f"it has {size:,} bytes; an event may have {EVENT_LIMIT:,}", place)


def _item(record: dict[str, Any], place: str, raw: str) -> Found:
    what = record.get("type")
    if what is None:
        what = "track" if "event" in record else "identify" if "traits" in record else None
    person = _first(record, "userId", "user_id", "person")
    match what.lower() if isinstance(what, str) else None:
        case "track":
            name, fields = record.get("event"), _first(record, "properties", "fields")
            return _as_item("event", name, fields, record, place, raw)
        case "page" | "screen" as view:
            properties = _first(record, "properties") or {}
            if isinstance(properties, dict):
                named = {key: record[key] for key in ("name", "category") if record.get(key) is not None}
                properties = {**named, **properties}
            return _as_item("event", _VIEWS[view], properties, record, place, raw)
        case "identify":
            traits = _first(record, "traits")
            if traits is None and isinstance(record.get("context"), dict):
                traits = record["context"].get("traits")
            return _as_item("identify", "", traits, record, place, raw)
        case "alias":
            previous = _first(record, "previousId", "previous_id", "anonymousId", "anonymous_id")
            if not _is_id(previous) or not _is_id(person):
                return Unreadable(raw, "an alias needs previousId and userId", place)
            return Alias(str(previous).strip(), str(person).strip(), _time(record), place)
        case "consent":
            fields = {"how": record.get("how"), "channel": record.get("channel")}
            return _as_item("consent", record.get("topic"), fields, record, place, raw)
        case "membership":
            joins = {"join": record.get("join") is not False}
            return _as_item("membership", record.get("segment"), joins, record, place, raw)
        case "enter":
            return _as_item("enter", record.get("flow"), _first(record, "properties", "fields"), record, place, raw)
        case None:
            return Unreadable(raw, 'it has no type; write for instance "type": "track"', place)
        case "group":
            return Unreadable(raw, "groups are not supported yet", place)
        case other:
            return Unreadable(raw, f"there is no type {other!r}; known are track, identify, page, screen, alias, consent, membership, enter", place)


def _as_item(kind: Any, name: Any, fields: Any, record: dict[str, Any], place: str, raw: str) -> Item:
    return Item(
        kind=kind,
        name=name,
        person=_first(record, "userId", "user_id", "person"),
        anonymous=_first(record, "anonymousId", "anonymous_id"),
        time=_time(record),
        id=_first(record, "messageId", "message_id"),
        fields={} if fields is None else fields,
        place=place,
        raw=raw,
    )


def _first(record: dict[str, Any], *names: str) -> Any:
    """The first of these that is there and not null; senders write explicit nulls."""
    for name in names:
        value = record.get(name)
        if value is not None:
            return value
    return None


def _time(record: dict[str, Any]) -> Any:
    return _first(record, "timestamp", "originalTimestamp", "original_timestamp", "time", "sentAt", "receivedAt")


def _is_id(value: Any) -> bool:
    return (isinstance(value, str) and 0 < len(value.strip()) <= 200) or type(value) is int
