"""How people come into a flow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from triggerfish.dsl.check import (
    conditions,
    crossings,
    fields,
    giving,
    history,
    names,
    policy_names,
    schedules,
    values,
)
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.scope import Alternative, Context, Variable
from triggerfish.dsl.diagnostics import flows as rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ix
from triggerfish.dsl.ir import flows as ir
from triggerfish.dsl.ir.types import TEXT, Field, Type
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree.expressions import Expression, Word

_NOTHING = Type("record")
_CONSENT = names.record(("topic", TEXT), ("channel", TEXT))
"""What `event` is when a subscription started the run."""
_OF_NOBODY = (tf.StartSchedule, tf.StartOn, tf.StartByHand, tf.StartWebhook)
"""Starts that need no person."""


@dataclass(slots=True)
class Caught:
    """What the starts of a flow leave behind: what ``event`` may be, and the ``as`` names."""

    events: list[Alternative] = field(default_factory=list)
    named: dict[str, list[Alternative]] = field(default_factory=dict)
    words: dict[str, Word] = field(default_factory=dict)

    def name(self, word: Word, alternatives: tuple[Alternative, ...]) -> None:
        """Keeps an ``as`` name; two start lines may give the same one."""
        self.named.setdefault(word.text, []).extend(alternatives)
        self.words.setdefault(word.text, word)


def start(written: tf.Start, caught: Caught, context: Context) -> ir.Start | None:
    """One start line; None where it cannot be used (reported)."""
    line = written.span.line
    of_nobody = isinstance(written, _OF_NOBODY) or (isinstance(written, tf.StartWhen) and written.everyone)
    if not of_nobody and not context.person(written.span, "nobody can start it this way"):
        caught.events.append(Alternative("this start", None))
        return None
    match written:
        case tf.StartWhen():
            return _when(written, caught, context)
        case tf.StartChange():
            return _change(written, caught, context)
        case tf.StartSegment():
            caught.events.append(Alternative(f"a change of segment {written.segment.text}", _NOTHING))
            conditions.segment(written.segment, written.segment.span, context)
            return ir.StartSegment(written.enters, written.segment.text, line)
        case tf.StartConsent():
            caught.events.append(Alternative(f"a subscription to {written.topic.text}", _CONSENT))
            channels = policy_names.topic_channels(written.topic, written.channel, context)
            _confirmable(written, channels, context)
            return ir.StartConsent(written.how, written.topic.text, channels, line)
        case tf.StartByHand():
            found = _parameters(written, context)
            caught.events.append(Alternative("`start by hand`", Type("record", fields=found)))
            return ir.StartByHand(found, line)
        case tf.StartCrossing():
            caught.events.append(Alternative(f"a crossing of {'.'.join(written.value.path)}", crossings.EVENT))
            return crossings.crossing(written, context)
        case _:
            found_start, alternative = _outside(written, context)
            caught.events.append(alternative)
            return found_start


def _outside(
    written: tf.StartSchedule | tf.StartDate | tf.StartOn | tf.StartWebhook, context: Context
) -> tuple[ir.Start | None, Alternative]:
    match written:
        case tf.StartSchedule():
            return schedules.schedule(written, context)
        case tf.StartOn():
            return schedules.on(written, context)
        case tf.StartDate():
            return schedules.date(written, context)
        case tf.StartWebhook():
            return schedules.webhook(written, context)


def _confirmable(written: tf.StartConsent, channels: tuple[str, ...], context: Context) -> None:
    """Whether there is anything to confirm."""
    topic = context.symbols.topics.get(written.topic.text)
    if written.how != "confirms" or topic is None or not channels:
        return
    if not any(topic.channels.get(channel, "confirmed opt-in") == "confirmed opt-in" for channel in channels):
        place = context.symbols.places.get(("topic", topic.name))
        related = (Related(place, "declared here"),) if place is not None else ()
        what = f"nobody confirms `{topic.name}`: it is not `confirmed opt-in`"
        hint = f"write `start when subscribes to {topic.name}`"
        context.report.add(rules.UselessStart.at(written.span, hint=hint, related=related, what=what))


def parameters(flow: tf.Flow, context: Context) -> Type | None:
    """What can be given to a flow that is entered by hand; None where it cannot be."""
    found = [line for line in flow.headers if isinstance(line, tf.StartByHand)]
    if not found:
        return None
    return Type("record", fields=tuple(one for line in found for one in _parameters(line, context)))


def _parameters(written: tf.StartByHand, context: Context) -> tuple[Field, ...]:
    seen: dict[str, Field] = {}
    for one in written.parameters:
        if one.name.text in seen:
            context.report.add(rules.RepeatedArgument.at(one.name.span, name=one.name.text))
            continue
        seen[one.name.text] = Field(one.name.text, fields.type_of(one.type, one.name.text, context))
    return tuple(seen.values())


# --- start when --------------------------------------------------------------------------------------


def _when(written: tf.StartWhen, caught: Caught, context: Context) -> ir.StartWhen:
    known: dict[str, Variable] = {}
    stages = []
    latest: tuple[Alternative, ...] = ()
    for index, stage in enumerate(written.stages):
        for word in stage.events:
            if index:
                history.awaited(word, context)
            elif history.event(word, context):
                _for_everyone(word, written, context)
        inside = context.looking_at(*(word.text for word in stage.events), started=not index)
        alternatives = inside.subject.alternatives if inside.subject is not None else ()
        if not index:
            known = {"event": Variable("event", alternatives)}
        if stage.name is not None:
            known[stage.name.text] = Variable(stage.name.text, alternatives)
        stages.append(_stage(stage, replace(inside, variables=dict(known)), first=not index))
        if not stage.negated:
            latest = alternatives
            known["event"] = Variable("event", alternatives)
        if stage.name is not None:
            caught.name(stage.name, alternatives)
    caught.events.extend(latest)
    return ir.StartWhen(tuple(stages), written.span.line, written.everyone)


def _for_everyone(word: Word, written: tf.StartWhen, context: Context) -> None:
    """Whether the line says of an event what its declaration says: that it is for everyone, or not."""
    declared = context.symbols.events[word.text].everyone
    if declared == written.everyone:
        return
    place = context.symbols.places.get(("event", word.text))
    related = (Related(place, "declared here"),) if place is not None else ()
    rule = rules.SayEveryone if declared else rules.NotForEveryone
    context.report.add(rule.at(word.span, related=related, name=word.text))


def _stage(written: tf.Match, context: Context, *, first: bool) -> ir.Match:
    times = 1 if written.times is None else written.times
    if times < 1:
        context.report.add(rules.BadNumber.at(written.span, what="how often", wanted="at least 1 time", found=times))
    same = None
    if written.same is not None:
        found = names.resolve(written.same, context)
        same = found.expr
        if found.type is not None and not isinstance(same, ix.EventField):
            context.report.add(
                rules.UselessStart.at(
                    written.same.span,
                    what=f"{'.'.join(written.same.path)} is no field of the event",
                    hint="`with the same` names what must be equal in all of these events",
                )
            )
    where = conditions.condition(written.where, context) if written.where is not None else None
    text = context.sources.words(written.span)
    return ir.Match(
        tuple(word.text for word in written.events),
        written.negated,
        times,
        duration(written.within, context) if written.within is not None else None,
        same,
        where,
        written.name.text if written.name is not None else None,
        written.span.line,
        f"start when {text}" if first and not text.startswith("start") else text,
    )


# --- start when a field changes ---------------------------------------------------------------------------


def _change(written: tf.StartChange, caught: Caught, context: Context) -> ir.StartChange | None:
    """``event.before`` and ``event.after`` are what the field was and is."""
    found = names.resolve(written.field, context)
    event = None if found.type is None else names.record(("before", found.type), ("after", found.type))
    caught.events.append(Alternative(f"a change of {'.'.join(written.field.path)}", event))
    if found.type is None:
        return None
    if not isinstance(found.expr, ix.ProfileField):
        shown = ".".join(written.field.path)
        context.report.add(
            rules.NotASetting.at(
                written.field.span, name=shown, what="no field of the profile", verb="followed as they change"
            )
        )
        return None
    before, after = (_state(one, found.type, written, context) for one in (written.before, written.after))
    if before is not None and before == after:
        what = "this change can never happen: both sides are the same"
        context.report.add(rules.UselessStart.at(written.span, what=what))
    return ir.StartChange(found.expr.path, before, after, written.span.line)


def _state(written: Expression | None, wanted: Type, line: tf.StartChange, context: Context) -> ix.Expr | None:
    if written is None:
        return None
    expr = giving.give(written, wanted, ".".join(line.field.path), context)
    if giving.plain(expr) is giving.NOT_PLAIN and values.lower(written, context).type is not None:
        context.report.add(type_rules.NotWrittenOut.at(written.span, what="what it changes from and to"))
    return expr
