"""What the ``email`` channel is: its fields, its settings, and which way mail leaves."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from triggerfish.plugins.channel import Channel, FromFile, Markup, Session, Setup


class EmailContent(BaseModel):
    """The fields of a message part."""

    subject: str = Field(description="The subject line")
    body: Annotated[str, Markup(text="text", preview="preview")] = Field(
        description="The mail itself: MJML, HTML or Markdown"
    )
    preview: str | None = Field(default=None, description="The line shown after the subject in an inbox")
    text: Annotated[str | None, FromFile()] = Field(
        default=None, description="The mail as plain text, made from the body where it is left out"
    )
    reply_to: str | None = Field(default=None, description="Where answers go, if not to the sender")
    sender: str | None = Field(default=None, description="Who it comes from, if not the policy's sender")


class EmailSettings(BaseModel):
    """The section ``[email]``."""

    model_config = ConfigDict(extra="forbid")

    provider: Literal["file", "smtp"] = Field(default="file", description="file: .eml files in .triggerfish/outbox")
    host: str | None = Field(default=None, description="The SMTP server")
    port: int | None = Field(default=None, ge=1, le=65535, description="Its port: 587, or 465 for tls, 25 for none")
    security: Literal["starttls", "tls", "none"] = Field(default="starttls", description="How the line is encrypted")
    username: str | None = Field(default=None, description="The login at the server, if it wants one")
    password: SecretStr | None = Field(default=None, description="Its password: ${VARIABLE} takes it from the environment")
    sender: str | None = Field(default=None, description="Who mails come from where the policy names no sender")
    timeout: float = Field(default=30, gt=0, le=600, description="Seconds to wait for the server")
    ca_file: str | None = Field(default=None, description="Certificates to trust besides the system's")
    idle: float = Field(default=60, ge=0, description="Seconds after which an unused connection is made anew")
    per_second: float | None = Field(
        None, gt=0, description="Mails a second at most, all workers together; without it as many as the server takes"
    )
    at_once: int = Field(
        default=1, ge=1, le=200, description="Mails marked as being sent by one write to the disk: more is quicker, and as many may be of unclear fate after a crash"
    )
    per_connection: int = Field(default=500, ge=1, description="Mails after which a connection is made anew")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.provider == "smtp" and not self.host:
            raise ValueError('provider = "smtp" needs host = "…"')
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password belong together: one of them is missing")
        return self

    def port_or_usual(self) -> int:
        """The port, or the usual one for the security asked for."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]


class Email(Channel[EmailSettings, EmailContent]):
    """E-mail, by SMTP or into files."""

    name = "email"
    plural = "emails"
    address = "email"
    address_type = "email"
    Content = EmailContent
    Settings = EmailSettings

    def open(self, settings: EmailSettings, setup: Setup) -> Session[EmailContent]:
        """A session with the server, or with the outbox folder."""
        if settings.provider == "smtp":
            from triggerfish.plugins.email.smtp import SmtpSession  # only one of the two is needed

            return SmtpSession(settings)
        from triggerfish.plugins.email.files import FileSession  # only one of the two is needed

        return FileSession(settings, setup.outbox)
