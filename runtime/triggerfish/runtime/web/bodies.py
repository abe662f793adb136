"""What a request brings, up to a limit, and JSON answers."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response


async def body_of(request: Request, limit: int) -> bytes:
    """The body of a request. Raises HTTPException 413 as soon as it is known to be larger than ``limit`` bytes."""
    too_large = HTTPException(413, f"the body has more than {limit:,} bytes; a larger one can be allowed with body_limit in [web]")
    length = request.headers.get("content-length", "")
    if length.isdigit() and int(length) > limit:
        raise too_large
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > limit:
            raise too_large
    return bytes(parts)


def answered(document: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON."""
    return Response(msgspec.json.encode(document), status_code=status, headers=headers, media_type="application/json")


def refused(status: int, error: str, headers: dict[str, str] | None = None) -> Response:
    """An answer in JSON that says what is wrong."""
    return answered({"ok": False, "error": error}, status, headers)
