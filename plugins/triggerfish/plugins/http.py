"""The action ``http.request``: call any web service."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from email.message import Message
from email.utils import parsedate_to_datetime
from typing import Any, Literal
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from triggerfish.plugins.action import Action, AnyAction, Call, Refused, TryLater
from triggerfish.plugins.spec import hookimpl

BODY_LIMIT = 1_000_000
"""Bytes of an answer that are read."""
DEFERRED = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which the same request may succeed later."""


class HttpSettings(BaseModel):
    """The section ``[http]``."""

    model_config = ConfigDict(extra="forbid")

    headers: dict[str, str] = Field(default_factory=dict, description="Headers sent with every request")
    timeout: float = Field(default=10, gt=0, le=300, description="Seconds to wait for an answer")
    ca_file: str | None = Field(default=None, description="Certificates to trust besides the system's")


class RequestArguments(BaseModel):
    """What to ask, and of whom."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    url: str = Field(description="The address, http or https")
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] | None = Field(
        default=None, description="GET where nothing is sent along, otherwise POST"
    )
    headers: dict[str, Any] | None = Field(default=None, description="Headers of the request")
    json_: Any = Field(default=None, alias="json", description="A value to send as JSON")
    body: str | None = Field(default=None, description="A text to send as it is")
    timeout: float | None = Field(default=None, gt=0, le=300, description="Seconds to wait for an answer")

    @field_validator("method", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value


class RequestResult(BaseModel):
    """The answer."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    status: int = Field(description="The status of the answer, 200 for instance")
    body: str = Field(description="The answer as text")
    json_: Any = Field(default=None, alias="json", description="The answer as a value, where it is JSON")


class Request(Action[RequestArguments, RequestResult]):
    """Sends an HTTP request and hands back the answer.

    Every attempt carries the same ``Idempotency-Key``, by which a service can tell a repetition. Server errors, rate limits and
    lost connections are tried again; other answers from 400 up are failures.
    """

    name = "http.request"
    repeatable = True
    Arguments = RequestArguments
    Result = RequestResult
    Settings = HttpSettings

    def run(self, arguments: RequestArguments, call: Call) -> RequestResult:
        """Send the request; see the class for what is tried again."""
        settings: HttpSettings = call.settings or HttpSettings()
        request = _request(arguments, settings, call.key)
        try:
            with _opener(settings).open(request, timeout=arguments.timeout or settings.timeout) as answer:
                return _result(answer.status, answer.headers, answer.read(BODY_LIMIT))
        except urllib.error.HTTPError as answer:
            with answer:
                raise _failure(answer) from answer
        except urllib.error.URLError as problem:
            raise TryLater(f"no answer from {request.host}: {problem.reason}") from problem
        except (OSError, http.client.HTTPException) as problem:
            raise TryLater(f"no answer from {request.host}: {problem or type(problem).__name__}") from problem
        except ValueError as problem:
            raise Refused(f"the request cannot be made: {problem}") from problem


def _request(arguments: RequestArguments, settings: HttpSettings, key: str) -> urllib.request.Request:
    body, kind = _body(arguments)
    method = arguments.method or ("POST" if body is not None else "GET")
    request = urllib.request.Request(_ascii_url(arguments.url), data=body, method=method)  # noqa: S310 (checked)
    request.add_header("User-Agent", "triggerfish")
    request.add_header("Accept", "application/json, */*")
    request.add_header("Idempotency-Key", key if key.isascii() and key.isprintable() else quote(key))
    if kind:
        request.add_header("Content-Type", kind)
    for name, value in {**settings.headers, **(arguments.headers or {})}.items():
        text = str(value)
        if not name.isascii() or any(sign in name + text for sign in "\r\n\0"):
            raise Refused(f"the header {name!r} holds signs that no header may hold")
        request.add_header(name, text)
    return request


def _body(arguments: RequestArguments) -> tuple[bytes | None, str | None]:
    if arguments.json_ is not None:
        if arguments.body is not None:
            raise Refused("give either json or body, not both")
        return json.dumps(arguments.json_, ensure_ascii=False).encode(), "application/json"
    return (None, None) if arguments.body is None else (arguments.body.encode(), "text/plain; charset=utf-8")


def _ascii_url(url: str) -> str:
    """Percent-encodes what browsers would, and names in other alphabets as the domain name system wants them."""
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname, parts.port
    except ValueError as problem:
        raise Refused(f"“{url}” is no web address: {problem}") from problem
    if parts.scheme not in ("http", "https") or not host:
        raise Refused(f"“{url}” is no web address: it must start with http:// or https://")
    try:
        name = f"[{host}]" if ":" in host else host.encode("idna").decode()
    except UnicodeError as problem:
        raise Refused(f"“{host}” is no host name") from problem
    place = name if port is None else f"{name}:{port}"
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return urlunsplit((parts.scheme, place, path, quote(parts.query, safe="=&%/:@!$'()*+,;?~-._[]"), ""))


def _opener(settings: HttpSettings) -> urllib.request.OpenerDirector:
    """Speaks http and https only, whatever a redirection asks for."""
    context = ssl.create_default_context()
    if settings.ca_file:
        context.load_verify_locations(settings.ca_file)
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(context=context),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _result(status: int, headers: Any, data: bytes) -> RequestResult:
    charset = headers.get_content_charset() or "utf-8"
    try:
        text = data.decode(charset, errors="replace")
    except LookupError:
        text = data.decode("utf-8", errors="replace")
    value: Any = None
    if "json" in headers.get_content_type():
        try:
            value = json.loads(text)
        except ValueError:
            value = None
    return RequestResult.model_validate({"status": status, "body": text, "json": value})


def _failure(answer: urllib.error.HTTPError) -> Exception:
    reason = f"{answer.code} {answer.reason}".strip()
    if answer.code in DEFERRED:
        return TryLater(reason, _retry_after(answer.headers), deferred=answer.code in (429, 503))
    try:
        data = answer.read(BODY_LIMIT)
    except (OSError, http.client.HTTPException):
        data = b""
    return Refused(reason, _result(answer.code, answer.headers, data).model_dump(by_alias=True))


def _retry_after(headers: Message) -> float | None:
    """Seconds, from ``Retry-After`` in seconds or as a date against the answer's own ``Date`` (RFC 9110, 10.2.3)."""
    value = headers.get("Retry-After")
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0.0, wait.total_seconds())


class Plugin:
    """The built-in plugin ``http``."""

    @hookimpl
    def triggerfish_actions(self) -> list[AnyAction]:
        """``http.request``."""
        return [Request()]


plugin = Plugin()
