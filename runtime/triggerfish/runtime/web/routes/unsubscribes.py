"""``/u/TOKEN``: leaving a topic, by a button on a page or by the one click of RFC 8058."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.links.tokens import Unsubscribing
from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.pages import broken_link, page


def route(desk: Desk) -> Route:
    """The route. Fetching the page changes nothing: scanners fetch it, too."""
    async def answer(request: Request) -> Response:
        said = desk.tokens.open("u", request.path_params["token"], Unsubscribing)
        if said is None or said.mail.topic is None:
            return broken_link()
        topic = desk.topics.get(said.mail.topic)
        label = said.mail.topic if topic is None else topic.label
        if request.method != "POST":
            return page("Unsubscribe", f"You will get no more messages about “{label}”.", button="Unsubscribe")
        at = desk.clock.now()
        # Somebody may come back and leave again by the same mail: a second later it is another statement.
        id_ = f"{said.mail.whole_key}/unsubscribed/{at // 1000}"
        event = Input("event", f"{said.mail.channel}_unsubscribed", at, id_, said.mail.event_fields())
        await run_in_threadpool(desk.note, [(said.mail.person, event)])
        return page("You are unsubscribed", f"You will get no more messages about “{label}”.")

    return Route("/u/{token}", answer, methods=["GET", "POST"])
