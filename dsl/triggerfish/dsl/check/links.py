"""Links in templates that record an event or confirm a subscription, checked like the steps that do the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from triggerfish.dsl.check import giving, history
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import messages as rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.templates import LinkArgument, TemplateLink, links_of
from triggerfish.dsl.tree import expressions as tx

Place = Callable[[int, int], Span]
"""Where so many characters from an offset of the template stand."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The type that a value named in a link must have; ``target`` is the field it is for."""

    type: Type
    target: str


def check(source: str, channel: str, place: Place, context: Context) -> dict[int, Wanted]:
    """Reports what is wrong with the links of a template; what the names in them must be, by their offset.

    ``channel`` is that of the message part, or empty where a text is used by several.
    """
    wanted: dict[int, Wanted] = {}
    for link in links_of(source):
        word = tx.Word(link.name, place(link.offset + 1, len(link.name)))
        if link.filter == "confirm_link":
            _topic(word, channel, context)
        elif history.personal(word, context):
            wanted |= _fields(link, word, place, context)
    return wanted


@dataclass(frozen=True, slots=True)
class LinkWords:
    """The words of a link that name something declared: an event with fields of it, or with ``topic`` a topic."""

    topic: bool
    name: tx.Word
    fields: tuple[tx.Word, ...]


def words(source: str, place: Place) -> tuple[LinkWords, ...]:
    """What the links of a template name, and where."""
    return tuple(
        LinkWords(
            link.filter == "confirm_link",
            tx.Word(link.name, place(link.offset + 1, len(link.name))),
            tuple(tx.Word(one.name, place(one.named_at, len(one.name))) for one in link.arguments),
        )
        for link in links_of(source)
    )


def refuse(source: str, place: Place, context: Context) -> None:
    """Reports the links of a template that is no message: nobody could follow them."""
    for link in links_of(source):
        context.report.add(rules.LinkOutsideMessage.at(place(link.offset + 1, len(link.name)), filter=link.filter))


def _topic(word: tx.Word, channel: str, context: Context) -> None:
    topic = context.symbols.topics.get(word.text)
    if topic is None:
        context.report.unknown(name_rules.UnknownTopic, word, context.symbols.topics)
        return
    confirmed = [name for name, mode in topic.channels.items() if mode == "confirmed opt-in"]
    if channel not in confirmed if channel else not confirmed:
        place = context.symbols.places.get(("topic", topic.name))
        related = (Related(place, "declared here"),) if place is not None else ()
        how = f"for `{channel}`" if channel else "for any channel"
        wanted = channel or next(iter(topic.channels), "email")
        context.report.add(rules.NothingToConfirm.at(word.span, related=related, topic=topic.name, how=how, channel=wanted))


def _fields(link: TemplateLink, event: tx.Word, place: Place, context: Context) -> dict[int, Wanted]:
    declared = context.symbols.events[event.text]
    if declared.channel is not None:
        hint = "declare an event of your own with the fields that the link brings"
        owner = "an event of the runtime itself"
        context.report.add(name_rules.TakenName.at(event.span, hint=hint, name=event.text, owner=owner))
        return {}
    wanted: dict[int, Wanted] = {}
    fields = {field.name: field.type for field in declared.fields}
    for argument in link.arguments:
        if argument.name not in fields:
            word = tx.Word(argument.name, place(argument.named_at, len(argument.name)))
            hint = f"{event.text} has " + ", ".join(fields) if fields else f"{event.text} has none"
            owner = f"`{event.text}`"
            context.report.unknown(name_rules.UnknownArgument, word, fields, owner=owner, what="field", hint=hint)
        elif argument.path is not None:
            wanted[argument.offset] = Wanted(fields[argument.name], argument.name)
        elif argument.value is not None:
            giving.give(_written(argument, place), fields[argument.name], argument.name, context)
    return wanted


def _written(argument: LinkArgument, place: Place) -> tx.Expression:
    span = place(argument.offset, 1)
    match argument.value:
        case bool(value):
            return tx.Boolean(value, span)
        case str(value):
            return tx.Text(value, span)
        case value:
            return tx.Number(value if value is not None else 0, span)
