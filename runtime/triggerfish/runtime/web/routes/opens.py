"""``GET /o/TOKEN``: the picture at the end of a mail. Notes that the mail was opened."""

from __future__ import annotations

import base64

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.links.tokens import Opened
from triggerfish.runtime.web.bursts import Bursts, Seen
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.scanners import is_machine

PICTURE = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
"""A GIF of one transparent point."""


def route(desk: Desk, bursts: Bursts) -> Route:
    """The route. The picture comes whatever the token says, so that no mail shows a broken one."""

    async def show(request: Request) -> Response:
        said = desk.tokens.open("o", request.path_params["token"], Opened)
        if said is not None:
            bursts.see(Seen(said.mail, "opened", desk.clock.now(), machine=is_machine(request.method, request.headers)))
        headers = {"Cache-Control": "no-store, private", "X-Content-Type-Options": "nosniff"}
        return Response(PICTURE, media_type="image/gif", headers=headers, status_code=200 if said is not None else 404)

    return Route("/o/{token}", show, methods=["GET"])
