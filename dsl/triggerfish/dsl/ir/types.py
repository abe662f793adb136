"""The types of the language and the fields that have them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

TypeKind = Literal[
    "text", "number", "boolean", "date", "datetime", "duration", "timezone", "email", "phone", "url",
    "list", "one of", "record",
]

TEXT_KINDS: frozenset[str] = frozenset({"text", "timezone", "email", "phone", "url", "one of"})
"""The kinds whose values are texts at run time (a ``one of`` of numbers is not; see ``Type.is_text``)."""


@dataclass(frozen=True, slots=True)
class Type:
    """``item`` belongs to lists, ``options`` to ``one of``, ``fields`` to records (and lists of records: in ``item``).

    Values at run time: texts, e-mail, phone, url and timezone are ``str``; numbers ``int`` or ``float``;
    dates are ISO texts ``"2026-12-24"``; moments (``datetime``) are ``int`` milliseconds since 1970 UTC;
    durations are ``[months, days, milliseconds]``; records are ``dict``; unknown is ``None``.
    """

    kind: TypeKind
    item: Type | None = None
    options: tuple[str | int | float | bool, ...] = ()
    fields: tuple[Field, ...] = ()

    @property
    def is_text(self) -> bool:
        """Whether values are ``str`` that are no dates."""
        if self.kind == "one of":
            return all(isinstance(option, str) for option in self.options)
        return self.kind in TEXT_KINDS

    def field(self, name: str) -> Field | None:
        """The field of that name of a record."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Field:
    """``default`` is a run-time value (see ``Type``); None is no default."""

    name: str
    type: Type
    default: Any = None
    sensitive: bool = False
    doc: str = ""


TEXT = Type("text")
NUMBER = Type("number")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
DURATION = Type("duration")
