"""``send``: what goes out, on which channel, and about what."""

from __future__ import annotations

from dataclasses import replace

from triggerfish.dsl.check import giving, names, policy_names, templates, values
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.run import Run
from triggerfish.dsl.check.scope import Alternative, Context, Variable
from triggerfish.dsl.check.symbols import TemplateUse
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import messages as message_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import policy as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.program import Topic
from triggerfish.dsl.ir.types import BOOLEAN, TEXT
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.expressions import Duration, Word

OUTCOME = names.record(
    *((name, BOOLEAN) for name in ("sent", "opened", "clicked", "bounced", "failed", "replied")), ("channel", TEXT)
)
"""What a send's name knows."""


def send(step: ts.Send, run: Run) -> ir.Send:
    """A send; its message's names are checked against what is known at this step."""
    at = run.where(step, step.name)
    context = run.context
    somebody = context.person(context.sources.head(step.span), "there is nobody to send to")
    channels = (step.channel,) if step.channel is not None else step.channels
    known = _different([word for word in channels if policy_names.channel(word, context)], context)
    topic = _topic(step, known, run)
    arguments = []
    extra = {}
    for argument, _ in giving.arguments(step.values, None, "this message", "value", context):
        typed = values.lower(argument.value, context)
        arguments.append(ir.Argument(argument.name.text, typed.expr))
        extra[argument.name.text] = Variable("a value", (Alternative(argument.name.text, typed.type),))
    inside = replace(context, variables={**(context.variables or {}), **extra})
    if somebody:
        _message(step.message, known, step, inside)
    to = templates.template(step.to, inside) if step.to is not None else None
    run.name(step.name, ("this message", OUTCOME))
    return ir.Send(
        at,
        tuple(word.text for word in known),
        step.choice,
        step.message.text,
        topic.name if topic is not None else None,
        step.transactional,
        step.uncapped,
        _duration(step.best_time, context),
        _duration(step.within, context),
        to,
        tuple(arguments),
        step.name.text if step.name is not None else None,
    )


def _different(channels: list[Word], context: Context) -> list[Word]:
    first: dict[str, Word] = {}
    for word in channels:
        if word.text in first:
            related = (Related(first[word.text].span, "first given here"),)
            context.report.add(flow_rules.RepeatedArgument.at(word.span, related=related, name=word.text))
        first.setdefault(word.text, word)
    return list(first.values())


def _duration(written: Duration | None, context: Context) -> ix.Duration | None:
    return duration(written, context) if written is not None else None


def _topic(step: ts.Send, channels: list[Word], run: Run) -> Topic | None:
    """What the message is about, or None if it is transactional or something was reported."""
    context = run.context
    if step.transactional:
        if step.about is not None:
            context.report.add(rules.TopicAndTransactional.at(step.about.span, topic=step.about.text))
        return None
    if step.about is not None:
        found = policy_names.topic(step.about, context)
    else:
        found = run.topic
        if found is None:
            context.report.add(rules.NoTopic.at(context.sources.head(step.span)))
    if found is None or not channels:
        return found
    if step.choice is None:
        policy_names.on_channel(found, channels[0].text, step.about or channels[0], context)
    elif not any(word.text in found.channels for word in channels):
        policy_names.on_channel(found, _either(channels), step.about or channels[0], context)
    return found


def _either(channels: list[Word]) -> str:
    """How several channels stand between the quotes of a message."""
    return "` or `".join(word.text for word in channels)


def _message(word: Word, channels: list[Word], step: ts.Send, context: Context) -> None:
    symbols = context.symbols
    message = symbols.messages.get(word.text)
    if message is None:
        context.report.unknown(name_rules.UnknownMessage, word, symbols.messages)
        return
    written = {part.channel.text for part in message.parts}
    if channels and message.parts and not any(channel.text in written for channel in channels):
        place = symbols.places["message", word.text]
        related = (Related(place, f"{word.text} has a part for {' and '.join(sorted(written))}"),)
        name = _either(channels)
        hint = f"add a `{name}` part to the message"
        span = channels[0].span if step.choice is None else word.span
        context.report.add(message_rules.MissingPart.at(span, hint=hint, related=related, name=word.text, channel=name))
    names_used: tuple[TemplateUse, ...] = symbols.templates.get(word.text, ())
    used = [use for use in names_used if any(use.channel == channel.text for channel in channels)]
    related = (Related(context.sources.head(step.span), "sent here"),)
    templates.check(used, context, related)
