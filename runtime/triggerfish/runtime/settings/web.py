"""The section ``[web]``: where the web service is reached, and what it takes in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

KEY_LENGTH = 16
"""Characters that a key or a secret has at least."""


class HookSettings(BaseModel):
    """One webhook: ``[web.hooks.NAME]``, or only its secret as ``NAME = "…"`` below ``[web.hooks]``."""

    model_config = ConfigDict(extra="forbid")

    secret: SecretStr = Field(description="What the sender must present as Authorization: Bearer …")
    person: str = Field(default="person", description="The field that holds the person's id, dotted if it lies deeper")

    @model_validator(mode="before")
    @classmethod
    def _only_a_secret(cls, given: Any) -> Any:
        return {"secret": given} if isinstance(given, str) else given

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, secret: SecretStr) -> SecretStr:
        return _long(secret)


class WebSettings(BaseModel):
    """The section ``[web]``."""

    model_config = ConfigDict(extra="forbid")

    public_url: str | None = Field(default=None, description="Where people reach the service, as in https://links.shop.example")
    host: str = Field(default="127.0.0.1", description="The address it listens on; --host wins")
    port: int = Field(default=8080, ge=0, le=65535, description="The port it listens on; --port wins")
    link_keys: list[SecretStr] = Field(
        default=[], description="What links are signed with: the first signs, all are accepted; made in .triggerfish/link.key if left out"
    )
    track_clicks: bool = Field(default=True, description="Whether links in mails note who clicked them")
    track_opens: bool = Field(default=True, description="Whether mails hold a picture that notes who opened them")
    body_limit: int = Field(default=262_144, ge=1024, description="Bytes that a request may bring")
    lag_limit: int = Field(default=300, ge=1, description="Seconds that people may be due, or events wait, before /ready says no")
    hooks: dict[str, HookSettings] = Field(default={}, description="The webhooks by their event: a secret, or a section of its own")

    @field_validator("public_url")
    @classmethod
    def _an_address(cls, given: str | None) -> str | None:
        if not given:
            return None
        try:
            parts = urlsplit(given)
            fine = parts.scheme in {"http", "https"} and parts.hostname and not parts.query and not parts.fragment
        except ValueError:
            fine = False
        if not fine:
            raise ValueError("should be an address such as https://links.shop.example")
        return given.rstrip("/")

    @field_validator("link_keys")
    @classmethod
    def _long_keys(cls, keys: list[SecretStr]) -> list[SecretStr]:
        return [_long(key) for key in keys]


def _long(secret: SecretStr) -> SecretStr:
    # An empty one stands for a variable that is not set, which is told of by itself.
    if 0 < len(secret.get_secret_value()) < KEY_LENGTH:
        raise ValueError(f"should have at least {KEY_LENGTH} characters")
    return secret
