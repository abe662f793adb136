"""``/r/TOKEN``: a link that records an event. The page it shows posts itself; only the post records."""

from __future__ import annotations

import hashlib

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.intake.item import Item
from triggerfish.runtime.links.tokens import Recording
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.pages import broken_link, ended_link, page


def route(desk: Desk) -> Route:
    """The route. The same link of the same mail records once, however often it is followed."""

    async def answer(request: Request) -> Response:
        said = desk.tokens.open("r", request.path_params["token"], Recording)
        if said is None:
            return broken_link()
        if said.event not in desk.schema.event_names:
            return ended_link()
        if request.method != "POST":
            return page("One moment", "Press the button if nothing happens.", button="Send my answer", at_once=True)
        report = await run_in_threadpool(desk.take, _item(said))
        if report.refused:
            sentence = "a link of {letter} was followed and refused{detail}"
            desk.notice(Remark("link_refused", sentence, letter=said.mail.message, detail=f": {report.refusals[0].message}"))
            return ended_link()
        return page("Thank you", "Your answer has arrived. You can close this page.")

    return Route("/r/{token}", answer, methods=["GET", "POST"])


def _item(said: Recording) -> Item:
    fields = msgspec.json.encode(said.fields, order="deterministic")
    digest = hashlib.blake2b(fields, digest_size=8).hexdigest()
    id_ = f"{said.mail.whole_key}/recorded/{said.event}/{digest}"
    return Item("event", said.event, said.mail.person, None, id_, said.fields, f"a link in {said.mail.message}", said.event)
