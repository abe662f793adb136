"""``$NAME`` and ``${NAME}`` in settings stand for environment variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

_REFERENCE = re.compile(r"\$(?:\$|\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))")


def expand(value: Any, environment: Mapping[str, str], missing: Callable[[tuple[str, ...], str], None]) -> Any:
    """``value`` with the references in its texts replaced, within tables and lists too.

    ``$$`` is a dollar sign. ``missing`` is told the path within ``value`` and the name of each variable that is not
    set; the reference is then left out.
    """
    return _expand(value, environment, missing, ())


def _expand(
    value: Any, environment: Mapping[str, str], missing: Callable[[tuple[str, ...], str], None], path: tuple[str, ...]
) -> Any:
    if isinstance(value, str):

        def one(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name is None:
                return "$"
            if name not in environment:
                missing(path, name)
            return environment.get(name, "")

        return _REFERENCE.sub(one, value)
    if isinstance(value, dict):
        return {key: _expand(inner, environment, missing, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [_expand(inner, environment, missing, path) for inner in value]
    return value
