"""``name=value`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click


def assignments(given: Iterable[str], *, nested: bool = False) -> dict[str, Any]:
    """``total=5 address.city=Paris items='[{"price": 3}]'``: JSON where it is JSON, else text.

    With ``nested`` dots reach into records; else they are part of the name. Raises a usage error.
    """
    found: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not name:
            raise click.UsageError(f'"{each}" should be name=value, as in total=25')
        *around, last = name.split(".") if nested else [name]
        into = found
        for part in around:
            into = into.setdefault(part, {})
            if not isinstance(into, dict):
                raise click.UsageError(f'"{each}": {part} is given a value of its own already')
        try:
            into[last] = json.loads(text)
        except ValueError:
            into[last] = {"yes": True, "no": False}.get(text, text)
    return found
