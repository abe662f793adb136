"""What types have to do with each other, and what they are called."""

from __future__ import annotations

from triggerfish.dsl.ir.types import NUMBER, TEXT, Type, TypeKind

ANYTHING = Type("text", options=("anything",))
"""The type of a field of which nothing is known, such as the result of an action."""

_NAMES: dict[str, str] = {
    "text": "a text",
    "number": "a number",
    "boolean": "yes or no",
    "date": "a date",
    "datetime": "a moment",
    "duration": "a duration",
    "timezone": "a time zone",
    "email": "an e-mail address",
    "phone": "a phone number",
    "url": "a web address",
    "record": "a group of fields",
}
_PLURALS: dict[str, str] = {
    "text": "texts",
    "number": "numbers",
    "boolean": "yes or no",
    "date": "dates",
    "datetime": "moments",
    "duration": "durations",
    "timezone": "time zones",
    "email": "e-mail addresses",
    "phone": "phone numbers",
    "url": "web addresses",
    "record": "groups of fields",
    "list": "lists",
    "one of": "options",
}


def describe(type_: Type | None) -> str:
    """``a number``, ``a list of texts``, ``one of "a", "b"``."""
    if type_ is None:
        return "unknown"
    if type_.kind == "list":
        return f"a list of {_PLURALS[type_.item.kind]}" if type_.item else "a list"
    if type_.kind == "one of":
        return "one of " + ", ".join(show(option) for option in type_.options)
    return _NAMES[type_.kind]


def show(value: object) -> str:
    """A plain value as one would write it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:g}" if isinstance(value, float) else str(value)


def base(type_: Type) -> TypeKind:
    """The kind that decides how values compare: all kinds of text are ``text``, options what they are."""
    if type_.is_text:
        return "text"
    if type_.kind == "one of":
        if all(isinstance(option, bool) for option in type_.options):
            return "boolean"
        return "number"
    return type_.kind


def alike(left: Type | None, right: Type | None) -> bool:
    """Whether values of the two can be compared; dates and moments can."""
    if left is None or right is None:
        return True
    one, other = base(left), base(right)
    if one == other == "list":
        return alike(left.item, right.item)
    return one == other or {one, other} == {"date", "datetime"}


def merge(left: Type | None, right: Type | None) -> Type | None:
    """The type of something that is either, or None where one is already in error; ``alike`` comes first."""
    if left is None or right is None:
        return None
    if left == right:
        return left
    kind = base(left)
    if kind == "text":
        return TEXT
    if kind == "number":
        return NUMBER
    return Type(kind, left.item, (), left.fields)


def same_base(left: Type | None, right: Type | None) -> bool:
    """Whether the two have the same kind of values, so that one field may be either."""
    if left is None or right is None:
        return True
    return base(left) == base(right) and alike(left, right)
