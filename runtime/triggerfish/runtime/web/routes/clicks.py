"""``GET /c/TOKEN``: a tracked link. Notes the click and leads on."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from triggerfish.runtime.links.campaign import is_web_address
from triggerfish.runtime.links.links import campaign_of
from triggerfish.runtime.links.tokens import Click
from triggerfish.runtime.web.bursts import Bursts, Seen
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.pages import broken_link
from triggerfish.runtime.web.scanners import is_machine


def route(desk: Desk, bursts: Bursts) -> Route:
    """The route. It leads only where a token made here says: nobody can make it lead elsewhere."""

    async def follow(request: Request) -> Response:
        said = desk.tokens.open("c", request.path_params["token"], Click)
        if said is None or not is_web_address(said.target):
            return broken_link()
        mail = said.mail
        machine = is_machine(request.method, request.headers)
        bursts.see(Seen(mail, "clicked", desk.clock.now(), said.target, machine))
        target = campaign_of(desk.program.policy, mail.channel, mail.flow, mail.message).tagged(said.target)
        headers = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
        return RedirectResponse(target, status_code=302, headers=headers)

    return Route("/c/{token}", follow, methods=["GET"])
