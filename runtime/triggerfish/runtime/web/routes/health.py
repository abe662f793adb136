"""``GET /health``: whether the process lives. Asks nothing else, so that a slow database gets nobody restarted."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.web.bodies import answered


def route() -> Route:
    """The route."""

    async def answer(_: Request) -> Response:
        return answered({"ok": True})

    return Route("/health", answer, methods=["GET"])
