"""``name=value`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import click


def assignments(given: Iterable[str]) -> dict[str, Any]:
    """``total=5 plan=pro items='[{"price": 3}]'``: JSON where it is JSON, else text. Raises a usage error."""
    found: dict[str, Any] = {}
    for each in given:
        name, equals, text = each.partition("=")
        if not equals or not name:
            raise click.UsageError(f'"{each}" should be name=value, as in total=25')
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = {"yes": True, "no": False}.get(text, text)
    return found
