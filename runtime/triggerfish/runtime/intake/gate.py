"""Holding what came against the program: taken, with notes, or refused, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.runtime.intake import ids
from triggerfish.runtime.intake.item import Item, Notes
from triggerfish.runtime.intake.moments import milliseconds
from triggerfish.runtime.intake.schema import Schema
from triggerfish.runtime.intake.values import Mismatch, convert_fields, level
from triggerfish.runtime.machine.everyone import NOBODY, WORKSPACE
from triggerfish.runtime.machine.inputs import Input

LONGEST_NAME = 200
_PLAIN = Notes()


HOW = {
    word: how
    for how in ("subscribe", "unsubscribe", "confirm")
    for word in (how, f"{how}s", f"{how}d" if how.endswith("e") else f"{how}ed")
}
"""How consent may be said to have changed, in the words that senders use."""


class Refusal(Exception):  # noqa: N818 - a message to the sender, not an error of ours
    """The text tells the sender what is wrong."""


@dataclass(frozen=True, slots=True)
class Taken:
    """``who`` is the person as given; ``anonymous`` the visitor, where the sender names one."""

    who: str
    anonymous: str | None
    input: Input
    notes: Notes


class Gate:
    """Checks items against one program. ``ids`` makes message ids where the sender gave none."""

    def __init__(self, schema: Schema, content_ids: ids.ContentIds | None, *, time_layout: str | None = None) -> None:
        self._schema = schema
        self._content_ids = content_ids
        self._layout = time_layout

    def take(self, item: Item, now: int) -> Taken:
        """The item as an input; ``now`` is its arrival in milliseconds. Raises Refusal."""
        person = identity(item.person, "the person's id")
        anonymous = identity(item.anonymous, "the anonymous id")
        shared = self._shared(item)
        if shared is not None:
            anonymous = None
        who = (person or anonymous) if shared is None else shared
        if who is None:
            raise Refusal("it does not say whom it is about")
        if not isinstance(item.fields, dict):
            raise Refusal("its fields are no record of names and values")
        at, future = self.moment(item.time, now)
        try:
            name, fields, notes = self._content(item, who)
        except Mismatch as error:
            raise Refusal(str(error)) from None
        if item.kind == "identify" and item.time in (None, ""):
            # What is known of somebody, without a time, has been so since they were created.
            created = fields.get("created_at")
            at = min(at, created) if isinstance(created, int) and created >= 0 else at
        if future:
            notes = Notes(notes.unknown_event, notes.extra_fields, future=True)
        return Taken(who, anonymous, Input(item.kind, name, at, self._id(item, who, name), fields), notes)

    def _shared(self, item: Item) -> str | None:
        """Whom it is about where that is no single person, whoever it names: an event for everyone, a flow for the workspace."""
        if not isinstance(item.name, str):
            return None
        name = level(item.name)
        if item.kind == "enter":
            return WORKSPACE if name in self._schema.workspace_flows else None
        shape = self._schema.events.get(name) if item.kind == "event" else None
        return NOBODY if shape is not None and shape.everyone else None

    def moment(self, given: Any, now: int) -> tuple[int, bool]:
        """A time as it was given, in milliseconds, and whether it lay in the future and became ``now``. Raises Refusal."""
        if given is None or given == "":
            return now, False
        at = milliseconds(given, self._schema.zone, self._layout)
        if at is None:
            raise Refusal(f"its time {given!r} cannot be read; write for instance 2026-12-24T09:00:00Z")
        if at < 0:
            raise Refusal(f"its time {given!r} lies before 1970")
        return (now, True) if at > now else (at, False)

    def _content(self, item: Item, who: str) -> tuple[str, dict[str, Any], Notes]:
        match item.kind:
            case "event":
                return self._event(item)
            case "identify":
                return self._profile(item, who)
            case "consent":
                return self._consent(item)
            case "membership":
                return self._known(item, "segment kept by hand", self._schema.hand_segments)
            case "enter":
                return self._known(item, "flow", self._schema.flows)
            case _:
                raise Refusal(f"{item.kind!r} cannot come from outside")

    def _event(self, item: Item) -> tuple[str, dict[str, Any], Notes]:
        if not isinstance(item.name, str) or not item.name.strip():
            raise Refusal("it names no event")
        if len(item.name) > LONGEST_NAME:
            raise Refusal(f"its event's name has {len(item.name)} characters, {LONGEST_NAME} are allowed")
        name = level(item.name)
        shape = self._schema.events.get(name)
        values = _known_values(item)
        if shape is None:
            fields, _ = convert_fields(values, {}, self._schema.zone)
            return name, fields, Notes(unknown_event=True)
        fields, extra = convert_fields(values, shape.fields, self._schema.zone)
        return shape.name, fields, Notes(extra_fields=extra) if extra else _PLAIN

    def _profile(self, item: Item, who: str) -> tuple[str, dict[str, Any], Notes]:
        fields, extra = convert_fields(_known_values(item), self._schema.profile, self._schema.zone)
        if "id" in fields:
            # The id is no field that can be set; senders repeat it among the traits.
            if fields["id"] is not None and str(fields["id"]) != who:
                raise Refusal(f"it is about {who!r} but gives the id {fields['id']!r}")
            del fields["id"]
            extra = tuple(name for name in extra if name != "id")
        return "", fields, Notes(extra_fields=extra) if extra else _PLAIN

    def _consent(self, item: Item) -> tuple[str, dict[str, Any], Notes]:
        name, _, _ = self._known(item, "topic", frozenset(self._schema.topics))
        channel = item.fields.get("channel")
        how = HOW.get(str(item.fields.get("how")))
        if how is None:
            raise Refusal("consent needs `how`: subscribes, unsubscribes or confirms")
        if channel is not None and channel not in self._schema.topics[name]:
            offered = ", ".join(self._schema.topics[name])
            raise Refusal(f"topic {name} is not for {channel!r}; it is for {offered}")
        return name, {"how": how} if channel is None else {"how": how, "channel": channel}, _PLAIN

    def _known(self, item: Item, what: str, names: frozenset[str]) -> tuple[str, dict[str, Any], Notes]:
        name = level(item.name) if isinstance(item.name, str) else ""
        if name not in names:
            guess = closest(name, names)
            raise Refusal(f"there is no {what} {item.name!r}" + (f"; did you mean {guess}?" if guess else ""))
        return name, item.fields, _PLAIN

    def _id(self, item: Item, who: str, name: str) -> str:
        given = identity(item.id, "the message id", longest=None)
        if given is not None:
            return ids.shortened(given)
        if self._content_ids is None:
            return ids.fresh()
        try:
            return self._content_ids.of(item.kind, who, name, item.time, item.fields)
        except (TypeError, ValueError, OverflowError, RecursionError) as error:
            raise Refusal(f"its fields cannot be stored: {error}") from error


def _known_values(item: Item) -> dict[str, Any]:
    if not item.flat:
        fields: dict[str, Any] = item.fields
        return fields
    return {name: value for name, value in item.fields.items() if value.strip()}


def identity(value: Any, what: str, longest: int | None = LONGEST_NAME) -> str | None:
    """A person's or message's id as text; None where there is none. Raises Refusal."""
    if value is None:
        return None
    if isinstance(value, str):
        text = value.strip()
    elif type(value) is int:
        text = str(value)
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    else:
        raise Refusal(f"{what} should be a text, but is {value!r}")
    if longest is not None and len(text) > longest:
        raise Refusal(f"{what} has {len(text)} characters, {longest} are allowed")
    if "\0" in text:
        raise Refusal(f"{what} holds a character that is none (NUL)")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refusal(f"{what} holds half a character") from error
    return text or None
