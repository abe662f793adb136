from __future__ import annotations

import pytest

from triggerfish.dsl.catalog import ActionField, ActionInfo, Catalog, ChannelInfo, ContentField, FunctionInfo
from triggerfish.dsl.ir.types import NUMBER, TEXT, Type


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """What a usual installation offers."""
    email = ChannelInfo(
        "email",
        "emails",
        "email",
        Type("email"),
        (
            ContentField("subject", True, False, "The subject line."),
            ContentField("preview", False, False, "What mail programs show behind the subject."),
            ContentField("body", True, True, "The mail itself: MJML, HTML or Markdown."),
        ),
        None,
        "E-mail.",
    )
    sms = ChannelInfo(
        "sms",
        "sms",
        "phone",
        Type("phone"),
        (ContentField("text", True, False, "The text."),),
        "text",
        "Text messages.",
    )
    push = ChannelInfo(
        "push",
        "pushes",
        "push_token",
        TEXT,
        (ContentField("title", True, False, "The title."), ContentField("body", True, False, "The text.")),
        None,
        "Push messages.",
    )
    request = ActionInfo(
        "http.request",
        (
            ActionField("url", Type("url"), True, "Where to."),
            ActionField("method", Type("one of", options=("GET", "POST", "PUT")), False, "How."),
            ActionField("body", None, False, "What to send."),
        ),
        (ActionField("status", NUMBER, True, "The status code."), ActionField("body", None, False, "What came back.")),
        False,
        "Calls a web address.",
    )
    write = ActionInfo(
        "log.write", (ActionField("message", TEXT, True, "What to write."),), (), False, "Writes a line to the log."
    )
    anything = ActionInfo("crm.update", (ActionField("id", TEXT, True, "Whose."),), (), True, "Updates a contact.")
    distance = FunctionInfo("distance", (TEXT, TEXT), 0, NUMBER, "How far apart two places are.")
    return Catalog(
        {channel.name: channel for channel in (email, sms, push)},
        {action.name: action for action in (request, write, anything)},
        {distance.name: distance},
    )
