"""``POST /hooks/NAME``: an event brought by another system."""

from __future__ import annotations

import hmac
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.engine.clock import Clock
from triggerfish.runtime.intake.ids import ContentIds
from triggerfish.runtime.intake.item import Item
from triggerfish.runtime.settings.web import HookSettings
from triggerfish.runtime.web.bodies import answered, body_of, refused
from triggerfish.runtime.web.desk import Desk

_DAY = 86_400_000
_WHO = {"WWW-Authenticate": "Bearer"}


def route(desk: Desk) -> Route:
    """The route.

    The body is one JSON object: the event's fields, and the person's id in the field that the settings name, unless the event
    is for everyone. The header ``Idempotency-Key`` tells events apart; without it the same content within one day (UTC) is one
    event.
    """

    async def take(request: Request) -> Response:
        name = request.path_params["name"]
        hook = desk.settings.hooks.get(name)
        if name not in desk.webhooks:
            # Which ones there are is nothing for strangers.
            return refused(404, f"there is no webhook {name}: the name is that of an event, as in `start by webhook {name}`")
        if hook is None or not hook.secret.get_secret_value():
            return refused(403, f'the webhook {name} has no secret yet: set {name} = "…" in the section [web.hooks]')
        if not _authorised(request, hook):
            return refused(401, "the header must be Authorization: Bearer and the webhook's secret", _WHO)
        try:
            given = msgspec.json.decode(await body_of(request, desk.settings.body_limit))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return refused(400, f"the body is no JSON: {error}")
        if not isinstance(given, dict):
            return refused(400, "the body should be one JSON object with the event's fields")
        everyone = {event.name for event in desk.program.events if event.everyone}
        person = None if name in everyone else _taken(given, hook.person.split("."))
        if person is None and name not in everyone:
            return refused(422, f"the field {hook.person} should hold the id of the person whom this is about")
        key = request.headers.get("idempotency-key") or _content_id(name, person, given, desk.clock)
        id_ = f"hook/{name}/{key}"
        report = await run_in_threadpool(
            desk.take, Item("event", name, person, None, id_, given, f"webhook {name}", msgspec.json.encode(given).decode())
        )
        if report.refused:
            return refused(422, report.refusals[0].message)
        return answered({"ok": True, "stored": bool(report.stored)})

    return Route("/hooks/{name}", take, methods=["POST"])


def _authorised(request: Request, hook: HookSettings) -> bool:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    right = hook.secret.get_secret_value().encode()
    return hmac.compare_digest(secret.strip().encode(), right) and scheme.lower() == "bearer"


def _taken(given: dict[str, Any], path: list[str]) -> Any:
    """The value at a path, taken out where it stands at the top, so that it is no field of the event; None if not there."""
    if len(path) == 1:
        return given.pop(path[0], None)
    inner: Any = given
    for part in path:
        inner = inner.get(part) if isinstance(inner, dict) else None
    return inner


def _content_id(name: str, person: Any, given: dict[str, Any], clock: Clock) -> str:
    return ContentIds().of("event", str(person), name, clock.now() // _DAY, given)
