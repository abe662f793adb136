"""``GET /metrics``: figures for Prometheus. They are about flows and queues, never about a person."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from triggerfish.runtime.observation.figures import Figures
from triggerfish.runtime.web.desk import Desk


def route(desk: Desk) -> Route:
    """The route. What stands in the database is looked up at each request."""
    registry = desk.registry
    if registry is None:
        registry = CollectorRegistry()
        registry.register(Figures(desk.store, desk.clock.now))

    async def answer(_: Request) -> Response:
        return Response(await run_in_threadpool(generate_latest, registry), media_type=CONTENT_TYPE_LATEST)

    return Route("/metrics", answer, methods=["GET"])
