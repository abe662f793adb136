"""Figures for Prometheus of a process that has no web service: on a port of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, start_http_server


class CannotExpose(Exception):  # noqa: N818 - said of what happened
    """The address cannot be used; the message says why."""


@contextmanager
def exposed(registry: CollectorRegistry, host: str, port: int) -> Iterator[str]:
    """Answer ``GET /metrics`` within this; gives the address (port 0: a free one). Raises CannotExpose."""
    try:
        server, thread = start_http_server(port, host, registry)
    except OSError as error:
        raise CannotExpose(f"{host}:{port} cannot be used for figures: {error.strerror or error}") from error
    try:
        yield f"http://{f'[{host}]' if ':' in host else host}:{server.server_port}/metrics"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
