"""The action: ``do webhook.call with subject: "…", value: 5``."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from triggerfish.plugins import Action, Call, Failed, Later, Refused, Sent, TryLater
from triggerfish_webhook.post import WebhookSettings, post


class CallArguments(BaseModel):
    """A flow may give any further values; they are posted too."""

    model_config = ConfigDict(extra="allow")

    subject: str = Field(description="What it is about")


class CallResult(BaseModel):
    """What a flow may ask for afterwards."""

    id: str = Field(description="The key under which it was posted")


class CallWebhook(Action[CallArguments, CallResult]):
    """Posts values to your web address."""

    name = "webhook.call"
    repeatable = True
    Arguments = CallArguments
    Result = CallResult
    Settings = WebhookSettings

    def run(self, arguments: CallArguments, call: Call) -> CallResult:
        """Post the arguments."""
        document = {"person": call.person, "flow": call.flow, **arguments.model_dump(mode="json")}
        outcome = post(call.settings, call.key, document)
        match outcome:
            case Sent(id):
                return CallResult(id=id or "")
            case Later(reason, after):
                raise TryLater(reason, after)
            case Failed(reason):
                raise Refused(reason)
            case _:
                raise Refused("unexpected")
