"""``GET /ready``: whether the service can do its work, and the runtime keeps up with it."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.store.errors import StoreError
from triggerfish.runtime.store.revision import ensure_current
from triggerfish.runtime.web.bodies import answered
from triggerfish.runtime.web.desk import Desk


def route(desk: Desk) -> Route:
    """The route: 200, or 503 with what is wrong."""

    async def answer(_: Request) -> Response:
        document = await run_in_threadpool(looked, desk)
        return answered(document, 200 if document["ok"] else 503)

    return Route("/ready", answer, methods=["GET"])


def looked(desk: Desk) -> dict[str, Any]:
    """``lag_seconds`` is how long whoever waits longest has been waiting: a person who is due, or an event to be handled."""
    try:
        ensure_current(desk.store.database, upgrade=False)
        desk.store.take_in([], [], [], desk.clock.now())  # a database that can only be read takes nothing in
        waiting = [each for each in (desk.store.profiles.earliest_due(), desk.store.backlog.oldest_event()) if each]
    except StoreError as problem:
        return {"ok": False, "error": str(problem), "lag_seconds": None}
    lag = max([0, *((desk.clock.now() - since) // 1000 for since in waiting)])
    if lag > desk.settings.lag_limit:
        return {"ok": False, "error": f"people or events have been waiting for {lag} seconds: is the runtime running?", "lag_seconds": lag}
    return {"ok": True, "error": None, "lag_seconds": lag}
