"""``/confirm/TOKEN``: confirming a subscription, by a button: consent must be somebody's own doing."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.intake.item import Item
from triggerfish.runtime.links.tokens import Confirming
from triggerfish.runtime.observation.remark import Remark
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.pages import broken_link, ended_link, page


def route(desk: Desk) -> Route:
    """The route."""
    async def answer(request: Request) -> Response:
        said = desk.tokens.open("confirm", request.path_params["token"], Confirming)
        if said is None:
            return broken_link()
        topic, at = desk.topics.get(said.topic), desk.clock.now()
        if topic is None or said.mail.channel not in topic.channels or at >= said.until:
            return ended_link()
        if request.method != "POST":
            return page("Please confirm", f"Do you want to get messages about “{topic.label}”?", button="Yes, subscribe me")
        fields = {"how": "confirm", "channel": said.mail.channel}
        id_ = f"{said.mail.whole_key}/confirmed/{said.topic}/{at // 1000}"
        item = Item("consent", said.topic, said.mail.person, at, id_, fields, f"a link in {said.mail.message}", said.topic)
        report = await run_in_threadpool(desk.take, item)
        if report.refused:
            sentence = "a link of {letter} was followed and refused{detail}"
            desk.notice(Remark("link_refused", sentence, letter=said.mail.message, detail=f": {report.refusals[0].message}"))
            return ended_link()
        return page("Thank you", f"You are subscribed to “{topic.label}”.")

    return Route("/confirm/{token}", answer, methods=["GET", "POST"])
