"""Values of a delivery that may be templates, filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from triggerfish.dsl.templates import Template, parse_template

Parse = Callable[[str], Template]


def parsed(source: str) -> Template:
    """A template of plain text."""
    return parse_template(source, html=False)


def filled(
    arguments: Mapping[str, Any], context: Mapping[str, Any], *, at: int, timezone: str, parse: Parse = parsed
) -> dict[str, Any]:
    """The arguments with their templates filled in; unknown ones are left out.

    ``at`` is the moment of the delivery in milliseconds since 1970 UTC, ``timezone`` the zone where the person's is unknown.
    Raises MissingValue, TemplateFailure and BadTemplate.
    """
    zone = context.get("timezone")
    shown = zone if isinstance(zone, str) and zone else timezone
    values: dict[str, Any] = {}
    for name, value in arguments.items():
        if isinstance(value, dict) and value.keys() == {"template"}:
            values[name] = parse(value["template"]).fill(context, at=at, timezone=shown)
        elif value is not None:
            values[name] = value
    return values
