"""The service put together: its routes, and what it says when something goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from triggerfish.dsl.ir.codec import InvalidProgramError
from triggerfish.runtime.observation.remark import Remark, parts_of
from triggerfish.runtime.store.errors import StoreError
from triggerfish.runtime.web.bodies import refused
from triggerfish.runtime.web.bursts import Bursts
from triggerfish.runtime.web.desk import Desk
from triggerfish.runtime.web.pages import broken_link, page, try_again
from triggerfish.runtime.web.routes import (
    clicks,
    confirmations,
    health,
    hooks,
    metrics,
    opens,
    ready,
    records,
    unsubscribes,
)

FOR_PEOPLE = ("/c/", "/o/", "/r/", "/u/", "/confirm/")
"""Addresses that are answered with pages; the others are answered in JSON."""
RETRY_SECONDS = 5
FOLLOW_SECONDS = 2.0
"""How often is looked whether another version of the program was deployed."""


def application(desk: Desk) -> Starlette:
    """The ASGI application; it stores what it still holds when it is shut down."""
    bursts = Bursts(desk)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        following = asyncio.create_task(_follow(desk))
        yield
        following.cancel()
        await bursts.close()

    def unavailable(request: Request, problem: Exception) -> Response:
        said = "{method} {address} could not be answered: {problem}"
        desk.notice(Remark("request_unanswered", said, method=request.method, address=_kind(request), problem=str(problem)))
        if _for_people(request):
            return try_again(RETRY_SECONDS)
        # What is wrong with the database is nothing for strangers.
        return refused(503, "nothing can be stored just now; try again", {"Retry-After": str(RETRY_SECONDS)})

    def failed(request: Request, problem: Exception) -> Response:
        said = "{method} {address} failed, which is a bug: {error}{detail}{place}"
        where = {"method": request.method, "address": _kind(request), **parts_of(problem)}
        desk.notice(Remark("request_failed", said, level="error", **where))
        if _for_people(request):
            return page("Something went wrong", "It is our fault, and we have taken note of it.", status=500)
        return refused(500, "something went wrong here")

    app = Starlette(
        routes=[
            clicks.route(desk, bursts),
            opens.route(desk, bursts),
            records.route(desk),
            unsubscribes.route(desk),
            confirmations.route(desk),
            hooks.route(desk),
            health.route(),
            ready.route(desk),
            metrics.route(desk),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _told, StoreError: unavailable, Exception: failed},
    )
    # An address with a slash too many is a wrong one; nobody is redirected by what their request says of its host.
    app.router.redirect_slashes = False
    return app


async def _follow(desk: Desk) -> None:
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        with suppress(StoreError, InvalidProgramError):  # whoever asks for something is told
            await run_in_threadpool(desk.refresh)


def _told(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, HTTPException)  # noqa: S101 - it is registered for nothing else
    if _for_people(request) and problem.status_code == 404:
        return broken_link()
    return refused(problem.status_code, _words(request, problem), dict(problem.headers or {}))


def _words(request: Request, problem: HTTPException) -> str:
    if problem.status_code == 404:
        return "there is nothing here"
    if problem.status_code == 405:
        return f"{request.method} means nothing here"
    return problem.detail


def _for_people(request: Request) -> bool:
    return request.url.path.startswith(FOR_PEOPLE)


def _kind(request: Request) -> str:
    """The address without its token, which is somebody's own."""
    return "/" + request.url.path.split("/")[1]
