"""``test`` blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from triggerfish.dsl.check import changes, conditions, giving, history, names, policy, policy_names
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import messages as message_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import tests as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import tests as ir
from triggerfish.dsl.ir.types import BOOLEAN, NUMBER, TEXT, Type
from triggerfish.dsl.tree import tests as tt
from triggerfish.dsl.tree.expressions import Argument, Name, Word

_EXPECTATIONS = (
    tt.ExpectSend,
    tt.ExpectFlow,
    tt.ExpectExit,
    tt.ExpectEvent,
    tt.ExpectAction,
    tt.ExpectCondition,
)


def lower(written: tt.Test, context: Context) -> ir.Test:
    """A test. Its values are written out, its conditions see the profile."""
    flows = tuple(word.text for word in written.flows if conditions.flow(word, context))
    if not any(isinstance(line, _EXPECTATIONS) for line in written.lines):
        context.report.add(rules.NothingExpected.at(written.title.span))
    first = next((line for line in written.lines if isinstance(line, tt.At)), None)
    if first is not None and first.date is None:
        context.report.add(rules.NoDay.at(first.span))
    running = flows if len(flows) == len(written.flows) else ()
    lines = tuple(found for line in written.lines for found in _line(line, running, context))
    return ir.Test(written.title.value, written.span.file, written.span.line, flows, lines)


def _line(line: tt.TestLine, running: tuple[str, ...], context: Context) -> Sequence[ir.TestLine]:
    at, text = line.span.line, context.sources.words(line.span)
    match line:
        case tt.GivenValues():
            return _given(line, at, text, context)
        case tt.GivenConsent():
            channels = policy_names.topic_channels(line.topic, line.channel, context)
            return [ir.GivenConsent(line.subscribed, line.topic.text, channels, at, text)]
        case tt.GivenSegment():
            _members(line.segment, context)
            return [ir.GivenSegment(line.segment.text, at, text)]
        case tt.GivenEvent():
            history.personal(line.event, context)
            values = _event_values(line.event, line.values, context)
            return [ir.GivenEvent(line.event.text, duration(line.ago, context, positive=False), values, at, text)]
        case tt.GivenAction():
            return [_given_action(line, at, text, context)]
        case tt.At():
            return [
                ir.At(line.date.isoformat() if line.date is not None else None, policy.minutes(line.clock), at, text)
            ]
        case tt.After():
            return [ir.After(duration(line.duration, context, positive=False), at, text)]
        case tt.SetValue():
            found = changes.settable(line.field, "set", context)
            if found is None:
                return []
            return [
                ir.SetValue(
                    found[0], giving.written_out(line.value, found[1], ".".join(line.field.path), context), at, text
                )
            ]
        case tt.Happens():
            return [ir.Happens(line.event.text, _event_values(line.event, line.values, context), at, text)]
        case tt.StatesConsent():
            policy_names.topic_channels(line.topic, line.channel, context)
            channel = line.channel.text if line.channel is not None else None
            return [ir.StatesConsent(line.how, line.topic.text, channel, at, text)]
        case tt.Enters():
            wanted = changes.entrance(line.flow, context)
            if wanted is not None:
                _runs(line.flow, running, context)
            values = _values(line.values, wanted, line.flow.text, "value", context) if wanted is not None else {}
            return [ir.Enters(line.flow.text, values, at, text)]
        case (
            tt.ExpectSend()
            | tt.ExpectFlow()
            | tt.ExpectExit()
            | tt.ExpectEvent()
            | tt.ExpectAction()
            | tt.ExpectCondition()
        ):
            return [_expect(line, running, at, text, context)]
        case _:
            assert_never(line)


def _expect(
    line: tt.ExpectSend | tt.ExpectFlow | tt.ExpectExit | tt.ExpectEvent | tt.ExpectAction | tt.ExpectCondition,
    running: tuple[str, ...],
    at: int,
    text: str,
    context: Context,
) -> ir.TestLine:
    match line:
        case tt.ExpectSend():
            word = _bare(line, context)
            if word is not None:
                return ir.ExpectCondition(conditions.condition(Name((word.text,), word.span), context), at, text)
            return _expect_send(line, at, text, context)
        case tt.ExpectFlow():
            if conditions.flow(line.flow, context):
                _runs(line.flow, running, context, wanted=line.inside)
            return ir.ExpectFlow(line.inside, line.flow.text, at, text)
        case tt.ExpectExit():
            if conditions.flow(line.flow, context):
                _runs(line.flow, running, context)
            return ir.ExpectExit(line.flow.text, line.reason.value if line.reason is not None else None, at, text)
        case tt.ExpectEvent():
            history.personal(line.event, context)
            return ir.ExpectEvent(line.negated, line.event.text, at, text)
        case tt.ExpectAction():
            found = changes.action(line.plugin, line.action, context)
            wanted = None
            if found is not None and not found.open:
                wanted = names.record(*((one.name, one.type) for one in found.arguments))
            owner = f"{line.plugin.text}.{line.action.text}"
            values = _values(line.values, wanted, owner, "argument", context)
            return ir.ExpectAction(line.negated, owner, values, at, text)
        case tt.ExpectCondition():
            return ir.ExpectCondition(conditions.condition(line.condition, context), at, text)
        case _:
            assert_never(line)


def _runs(word: Word, running: tuple[str, ...], context: Context, *, wanted: bool = True) -> None:
    if wanted and running and word.text in context.symbols.flows and word.text not in running:
        context.report.add(rules.NotRunning.at(word.span, name=word.text))


# --- given ----------------------------------------------------------------------------------------------


def _given(line: tt.GivenValues, at: int, text: str, context: Context) -> list[ir.GivenField]:
    symbols = context.symbols
    found = []
    for argument, _ in giving.arguments(line.values, None, "the person", "field", context):
        name = argument.name.text
        wanted: Type | None = None
        target: Any = "field"
        if name in symbols.profile:
            wanted = symbols.profile[name].type
        elif name in symbols.scores:
            wanted, target = NUMBER, "score"
        elif name in symbols.models:
            wanted, target = NUMBER, "model"
        elif name == "holdout":
            wanted, target = BOOLEAN, "holdout"
        elif name in symbols.splits:
            wanted, target = Type("one of", options=symbols.splits[name]), "split"
        else:
            candidates = [*symbols.profile, *symbols.scores, *symbols.models, *symbols.splits, "holdout"]
            hint = "what is given must be a field of the profile, a score, a model, a split, or `holdout`"
            context.report.unknown(name_rules.UnknownName, argument.name, candidates, hint=hint)
            continue
        value = giving.written_out(argument.value, wanted, name, context)
        if target == "model" and isinstance(value, int | float) and not 0 <= value <= 1:
            span = argument.value.span
            context.report.add(flow_rules.BadNumber.at(span, what=name, wanted="from 0 to 1", found=f"{value:g}"))
        found.append(ir.GivenField(name, target, value, at, text))
    return found


def _members(word: Word, context: Context) -> None:
    if not conditions.segment(word, word.span, context):
        return
    segment = context.symbols.segments[word.text]
    if segment.kind == "conditions":
        related = (Related(segment.name.span, "declared here"),)
        context.report.add(rules.ComputedMembers.at(word.span, related=related, name=word.text))


def _given_action(line: tt.GivenAction, at: int, text: str, context: Context) -> ir.GivenAction:
    found = changes.action(line.plugin, line.action, context)
    wanted = None
    if found is not None:
        wanted = names.record(*((one.name, one.type) for one in found.results), ("error", TEXT))
    name = f"{line.plugin.text}.{line.action.text}"
    return ir.GivenAction(name, line.fails, _values(line.values, wanted, name, "result", context), at, text)


def _event_values(event: Word, written: Sequence[Argument], context: Context) -> dict[str, Any]:
    history.event(event, context)
    wanted = context.symbols.event_type(event.text)
    return _values(written, wanted, event.text, "field", context)


def _values(
    written: Sequence[Argument], wanted: Type | None, owner: str, what: str, context: Context
) -> dict[str, Any]:
    place = context.symbols.places.get(("event", owner))
    return {
        argument.name.text: giving.written_out(argument.value, type_, argument.name.text, context)
        for argument, type_ in giving.arguments(written, wanted, owner, what, context, place)
    }


# --- expect ---------------------------------------------------------------------------------------------


def _bare(line: tt.ExpectSend, context: Context) -> Word | None:
    """The one word of ``expect vip``, where it names a field or a value and no channel."""
    if line.channel is None or any(each is not None for each in (line.count, line.message, line.at, line.field)):
        return None
    symbols, word = context.symbols, line.channel
    known = word.text in symbols.profile or word.text in symbols.values
    return word if known and word.text not in symbols.catalog.channels else None


def _expect_send(line: tt.ExpectSend, at: int, text: str, context: Context) -> ir.ExpectSend:
    channel = policy.cap_channel(line.channel, context) if line.channel is not None else None
    message = line.message.text if line.message is not None else None
    if line.message is not None and message not in context.symbols.messages:
        context.report.unknown(name_rules.UnknownMessage, line.message, context.symbols.messages)
    elif line.message is not None and channel is not None:
        _has_part(line.message, channel, context)
    if line.field is not None and channel is not None:
        known = [field.name for field in context.symbols.catalog.channels[channel].fields]
        if line.field.text not in known:
            context.report.unknown(message_rules.UnknownContentField, line.field, known, channel=channel)
    elif line.field is not None and (line.channel is None or line.channel.text in ("message", "messages")):
        context.report.add(rules.FieldWithoutChannel.at(line.field.span, field=line.field.text))
    return ir.ExpectSend(
        line.count,
        channel,
        message,
        line.at.date.isoformat() if line.at is not None and line.at.date is not None else None,
        policy.minutes(line.at.clock) if line.at is not None else None,
        line.field.text if line.field is not None else None,
        line.containing.value if line.containing is not None else None,
        at,
        text,
    )


def _has_part(word: Word, channel: str, context: Context) -> None:
    message = context.symbols.messages[word.text]
    if message.parts and not any(part.channel.text == channel for part in message.parts):
        related = (Related(message.name.span, "declared here"),)
        context.report.add(message_rules.MissingPart.at(word.span, related=related, name=word.text, channel=channel))
