"""The policy of a project: what holds for every message."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import assert_never

from triggerfish.dsl.check import conditions, giving, policy_names, segments
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import policy as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.diagnostics.notyet import NoEffectYet
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx

_SENDER = re.compile(r"(?:[^<>]*<)?\s*[^@\s<>]+@[^@\s<>]+\s*>?")
_SINGLE = {
    td.PolicyTimezone: "timezone",
    td.Sender: "sender",
    td.PostalAddress: "postal address",
    td.PolicyHoldout: "holdout",
    td.ConversionWindow: "conversion window",
    td.Attribution: "attribution",
}

UTM = ("source", "medium", "campaign", "content", "term")
"""The campaign tags that web analytics knows."""


def policy(written: Sequence[td.Policy], context: Context) -> ir.Policy:
    """All policy blocks together; what there can only be one of is reported when it stands twice."""
    found = ir.Policy()
    first: dict[str, Span] = {}
    for block in written:
        for line in block.lines:
            name = _SINGLE.get(type(line))
            if name is not None and name in first:
                related = (Related(first[name], "first given here"),)
                context.report.add(rules.RepeatedPolicy.at(line.span, related=related, line=name))
                continue
            if name is not None:
                first[name] = line.span
            found = _line(line, found, context)
    return found


def _line(line: td.PolicyLine, found: ir.Policy, context: Context) -> ir.Policy:
    match line:
        case td.PolicyTimezone():
            giving.zone(line.zone, context)
            return replace(found, timezone=line.zone.value)
        case td.QuietHours():
            return replace(found, quiet_hours=(*found.quiet_hours, _quiet(line, context)))
        case td.Cap():
            caps = tuple(_cap(term, line, context) for term in line.terms)
            return replace(found, caps=found.caps + caps)
        case td.NeverSend():
            conditions.segment(line.segment, line.segment.span, context)
            return replace(found, never_send=(*found.never_send, line.segment.text))
        case td.Sender():
            if not _SENDER.fullmatch(line.address.value) or "\n" in line.address.value:
                context.report.add(rules.BadAddress.at(line.address.span, address=line.address.value))
            return replace(found, sender=line.address.value)
        case td.PostalAddress():
            return replace(found, postal_address=line.address.value)
        case td.Utm():
            return replace(found, utm=found.utm + _tags(line, found, context))
        case td.PolicyHoldout():
            return replace(found, holdout=segments.percent(line.percent, "a control group", line.span, context))
        case td.ConversionWindow():
            duration(line.duration, context)
            _no_effect("`conversion window`", "only the `goal` of a flow is measured", line, context)
            return found
        case td.Attribution():
            _no_effect("`attribution`", "only the `goal` of a flow is measured", line, context)
            return found
        case _:
            assert_never(line)


def _tags(line: td.Utm, found: ir.Policy, context: Context) -> tuple[tuple[str, str], ...]:
    """The campaign tags of a line: those that there are, each once in the project."""
    given = {name for name, _ in found.utm}
    tags = []
    for name, text in line.parameters:
        if name.text not in UTM:
            hint = "there are " + ", ".join(UTM)
            context.report.unknown(name_rules.UnknownArgument, name, UTM, owner="`utm`", what="tag", hint=hint)
        elif name.text in given:
            context.report.add(rules.RepeatedPolicy.at(name.span, line=f"utm {name.text}"))
        else:
            given.add(name.text)
            tags.append((name.text, text.value))
    return tuple(tags)


def _no_effect(what: str, meanwhile: str, line: td.PolicyLine, context: Context) -> None:
    context.report.add(NoEffectYet.at(line.span, what=what, meanwhile=meanwhile))


def minutes(clock: tx.Clock) -> int:
    """Minutes after midnight."""
    return clock.hour * 60 + clock.minute


def _quiet(line: td.QuietHours, context: Context) -> ir.QuietHours:
    if minutes(line.start) == minutes(line.end):
        context.report.add(flow_rules.EmptyWindow.at(line.start.span.to(line.end.span)))
    for word in line.channels:
        policy_names.channel(word, context)
    return ir.QuietHours(
        minutes(line.start), minutes(line.end), tuple(word.text for word in line.channels), line.span.line
    )


def _cap(term: td.CapTerm, line: td.Cap, context: Context) -> ir.Cap:
    if term.count < 1:
        hint = "to send nothing at all, set the flows to `status testing`"
        context.report.add(
            flow_rules.BadNumber.at(term.span, hint=hint, what="a cap", wanted="at least 1", found=term.count)
        )
    rolling = duration(term.rolling, context) if term.rolling is not None else None
    text = context.sources.words(term.span)
    channel = cap_channel(term.what, context)
    return ir.Cap(term.count, channel, term.period, rolling, line.else_wait, term.span.line, f"at most {text}")


def cap_channel(word: tx.Word, context: Context) -> str | None:
    """The channel of ``email``, ``emails``, or None for ``message(s)`` and what is reported."""
    if word.text in ("message", "messages"):
        return None
    candidates = ["message", "messages"]
    for channel in context.symbols.catalog.channels.values():
        if word.text in (channel.name, channel.plural):
            return channel.name
        candidates += [channel.name, channel.plural]
    context.report.unknown(name_rules.UnknownChannel, word, candidates)
    return None
