"""Topics and channels by name."""

from __future__ import annotations

from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import policy as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir.program import Topic
from triggerfish.dsl.tree.expressions import Word


def channel(word: Word, context: Context) -> bool:
    """Whether there is a channel of that name; if not, reports it."""
    channels = context.symbols.catalog.channels
    if word.text in channels:
        return True
    context.report.unknown(
        name_rules.UnknownChannel, word, channels, hint="the channels are " + ", ".join(channels) if channels else None
    )
    return False


def topic(word: Word, context: Context) -> Topic | None:
    """The topic of that name; if there is none, reports it."""
    found = context.symbols.topics.get(word.text)
    if found is None:
        context.report.unknown(name_rules.UnknownTopic, word, context.symbols.topics)
    return found


def topic_channels(word: Word, by: Word | None, context: Context) -> tuple[str, ...]:
    """The channels of a topic, or the one named; empty when something was reported."""
    found = topic(word, context)
    known = by is None or channel(by, context)
    if found is None or not known:
        return ()
    if by is None:
        return tuple(found.channels)
    if not on_channel(found, by.text, by, context):
        return ()
    return (by.text,)


def on_channel(found: Topic, name: str, at: Word, context: Context) -> bool:
    """Whether the topic is for the channel; if not, reports it at the word ``at``."""
    if name in found.channels or not found.channels:
        return True
    place = context.symbols.places.get(("topic", found.name))
    related = (Related(place, f"{found.name} is for {', '.join(found.channels)}"),) if place else ()
    context.report.add(
        rules.TopicChannel.at(
            at.span,
            related=related,
            topic=found.name,
            channel=name,
            hint=f"add `{name}` to the channels of the topic, or choose one of {', '.join(found.channels)}",
        )
    )
    return False
