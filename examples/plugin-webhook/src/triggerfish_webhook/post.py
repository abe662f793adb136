"""Posting JSON, and what the answer means."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from triggerfish.plugins import Failed, Later, Outcome, Sent


class WebhookSettings(BaseModel):
    """The section ``[webhook]`` of ``triggerfish.toml``."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(description="Where messages are posted, http or https")
    secret: SecretStr | None = Field(default=None, description="Signs each request: ${VARIABLE} takes it from the environment")
    timeout: float = Field(default=10, gt=0, description="Seconds to wait for an answer")


def post(settings: WebhookSettings, key: str, document: Mapping[str, Any]) -> Outcome:
    """Post a document under a key. The receiver drops keys it has seen, so doing it twice does no harm."""
    place = urlsplit(settings.url)
    if place.scheme not in ("http", "https") or not place.hostname:
        return Failed(f"{settings.url!r} is no web address")
    body = json.dumps(document).encode()
    headers = {"Content-Type": "application/json", "Idempotency-Key": hashlib.sha256(key.encode()).hexdigest()}
    if settings.secret is not None:
        signature = hmac.new(settings.secret.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
        headers["X-Signature-256"] = f"sha256={signature}"
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.hostname, place.port, timeout=settings.timeout)
    try:
        connection.request("POST", place.path or "/", body, headers)
        answer = connection.getresponse()
        answer.read(10_000)
    except (OSError, http.client.HTTPException) as problem:
        return Later(f"{place.hostname} does not answer: {problem}", unreachable=True)
    finally:
        connection.close()
    if answer.status < 300:
        return Sent(headers["Idempotency-Key"])
    reason = f"{answer.status} {answer.reason}"
    if answer.status in (408, 425, 429) or answer.status >= 500:
        after = answer.headers.get("Retry-After", "")
        return Later(reason, float(after) if after.isdigit() else None, deferred=True)
    return Failed(reason, bounced=answer.status == 410)
