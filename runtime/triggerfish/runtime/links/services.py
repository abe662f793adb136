"""Who answers links: the web service, or for tests and previews nobody, so that they show what they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from triggerfish.runtime.links.tokens import Click, Confirming, Mail, Opened, Recording, Tokens, Unsubscribing

CONFIRM_DAYS = 30
"""A link that confirms a subscription works that long."""
_DAY = 86_400_000
SHOWN_AT = "https://links.example"
"""Where links seem to lead in tests."""


class Service(Protocol):
    """Makes the addresses."""

    @property
    def public_url(self) -> str:
        """Where they begin, without a slash at its end."""
        ...

    def click(self, mail: Mail, target: str) -> str | None:
        """A link that notes the click and leads on; None where clicks are not tracked."""
        ...

    def pixel(self, mail: Mail) -> str | None:
        """A picture that notes that the mail was opened; None where that is not tracked."""
        ...

    def record(self, mail: Mail, event: str, fields: Mapping[str, Any]) -> str:
        """A link that records an event of the person."""
        ...

    def confirm(self, mail: Mail, topic: str, at: int) -> str:
        """A link by which the person confirms that they subscribe; ``at`` is when the mail is due, in milliseconds."""
        ...

    def unsubscribe(self, mail: Mail) -> str:
        """A link by which the person leaves the mail's topic on its channel."""
        ...


@dataclass(frozen=True, slots=True)
class Signed:
    """The web service at ``public_url``."""

    public_url: str
    tokens: Tokens
    clicks: bool = True
    opens: bool = True

    def click(self, mail: Mail, target: str) -> str | None:
        """See ``Service``."""
        return f"{self.public_url}/c/{self.tokens.seal('c', Click(mail, target))}" if self.clicks else None

    def pixel(self, mail: Mail) -> str | None:
        """See ``Service``."""
        return f"{self.public_url}/o/{self.tokens.seal('o', Opened(mail))}" if self.opens else None

    def record(self, mail: Mail, event: str, fields: Mapping[str, Any]) -> str:
        """See ``Service``."""
        return f"{self.public_url}/r/{self.tokens.seal('r', Recording(mail, event, dict(fields)))}"

    def confirm(self, mail: Mail, topic: str, at: int) -> str:
        """See ``Service``."""
        said = Confirming(mail, topic, at + CONFIRM_DAYS * _DAY)
        return f"{self.public_url}/confirm/{self.tokens.seal('confirm', said)}"

    def unsubscribe(self, mail: Mail) -> str:
        """See ``Service``."""
        return f"{self.public_url}/u/{self.tokens.seal('u', Unsubscribing(mail))}"


@dataclass(frozen=True, slots=True)
class Shown:
    """Nobody: tracked links are those they lead to, the others can be read."""

    public_url: str = SHOWN_AT

    def click(self, mail: Mail, target: str) -> str | None:  # noqa: ARG002 - the interface
        """See ``Service``."""
        return None

    def pixel(self, mail: Mail) -> str | None:  # noqa: ARG002 - the interface
        """See ``Service``."""
        return None

    def record(self, mail: Mail, event: str, fields: Mapping[str, Any]) -> str:  # noqa: ARG002 - the interface
        """See ``Service``."""
        shown = urlencode({name: _shown(value) for name, value in fields.items()})
        return f"{self.public_url}/r/{event}" + (f"?{shown}" if shown else "")

    def confirm(self, mail: Mail, topic: str, at: int) -> str:  # noqa: ARG002 - the interface
        """See ``Service``."""
        return f"{self.public_url}/confirm/{topic}"

    def unsubscribe(self, mail: Mail) -> str:
        """See ``Service``."""
        return f"{self.public_url}/u/{quote(mail.topic or '', safe='')}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
