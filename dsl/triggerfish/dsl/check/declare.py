"""Finds everything that is declared, so that it can be used before and after its declaration, in any file."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any, TypeVar

from triggerfish.dsl import tree
from triggerfish.dsl.check import fields, names, policy_names
from triggerfish.dsl.check.kinds import describe, same_base
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import HAPPENINGS
from triggerfish.dsl.diagnostics import names as rules
from triggerfish.dsl.diagnostics import policy as policy_rules
from triggerfish.dsl.diagnostics import types as type_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.ir.types import DATETIME, TEXT, Field, Type
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.expressions import Word
from triggerfish.dsl.tree.flows import Flow
from triggerfish.dsl.wire import normalise

Declared = TypeVar("Declared")

BUILT_IN: tuple[Field, ...] = (
    Field("id", TEXT),
    Field("email", Type("email")),
    Field("phone", Type("phone")),
    Field("timezone", Type("timezone")),
    Field("language", TEXT),
    Field("created_at", DATETIME),
)
"""The fields every profile has."""

FIXED = frozenset({"id", "created_at"})
"""The built-in fields that are given by the runtime."""

EVENT_FIELDS = tuple(Field(name, TEXT) for name in ("message", "flow", "step", "link", "reason", "topic"))
"""The fields of the runtime's own events."""


def declare(files: Sequence[tree.File], context: Context) -> None:
    """Fills the symbols of the context; what is declared twice or under a taken name is reported."""
    declarations = [one for file in files for one in file.declarations]
    _own_events(context)
    _profile(declarations, context)
    for one in declarations:
        match one:
            case td.Event():
                _event(one, context)
            case td.Topic():
                _topic(one, context)
            case td.Value() | td.Score() | td.Model():
                _named_value(one, context)
            case td.Segment():
                _keep("segment", one.name, one, context.symbols.segments, context)
            case td.Message():
                _keep("message", one.name, one, context.symbols.messages, context)
            case td.Content():
                if _keep("content", one.name, one, context.symbols.contents, context) and one.split:
                    arms = tuple(variant.name.text for variant in one.variants)
                    _experiment(one.name, arms, context)
            case Flow():
                _keep("flow", one.name, one, context.symbols.flows, context)
                _splits(one, context)
            case _:
                pass
    _wire_names(context)


def _keep(what: str, name: Word, declared: Declared, table: MutableMapping[str, Declared], context: Context) -> bool:
    """Enters a declaration under its name unless there is one already."""
    places = context.symbols.places
    if (what, name.text) in places:
        related = (Related(places[what, name.text], "first declared here"),)
        article = "an" if what[0] in "aeiou" else "a"
        context.report.add(rules.Duplicate.at(name.span, related=related, what=f"{article} {what}", name=name.text))
        return False
    places[what, name.text] = name.span
    table[name.text] = declared
    return True


def _own_events(context: Context) -> None:
    for channel in context.symbols.catalog.channels:
        for happening in HAPPENINGS:
            name = f"{channel}_{happening}"
            context.symbols.events[name] = ir.Event(name, None, False, EVENT_FIELDS, channel)


# --- profile -----------------------------------------------------------------------------------------


def _profile(declarations: Sequence[tree.Declaration], context: Context) -> None:
    symbols = context.symbols
    built_in = {field.name: field for field in BUILT_IN}
    for channel in symbols.catalog.channels.values():
        built_in.setdefault(channel.address, Field(channel.address, channel.address_type))
    written = [field for one in declarations if isinstance(one, td.Profile) for field in one.fields]
    accepted = []
    for field in written:
        if _taken(field.name, context):
            continue
        if field.name.text in FIXED:
            owner = "a built-in field"
            hint = "it is there without being declared"
            context.report.add(rules.TakenName.at(field.name.span, hint=hint, name=field.name.text, owner=owner))
            continue
        if (("field", field.name.text)) not in symbols.places:
            symbols.places["field", field.name.text] = field.name.span
        accepted.append(field)
    for found in fields.fields(accepted, "the profile", context):
        standard = built_in.pop(found.name, None)
        if standard is not None and not same_base(standard.type, found.type):
            context.report.add(
                type_rules.WrongType.at(
                    symbols.places["field", found.name],
                    hint="it is a built-in field",
                    target=found.name,
                    wanted=describe(standard.type),
                    found=describe(found.type),
                )
            )
        symbols.profile[found.name] = found
        symbols.declared_fields.add(found.name)
    symbols.profile = built_in | symbols.profile


def _taken(name: Word, context: Context) -> bool:
    if name.text not in names.RESERVED:
        return False
    context.report.add(rules.TakenName.at(name.span, name=name.text, owner=names.RESERVED[name.text]))
    return True


def _named_value(one: td.Value | td.Score | td.Model, context: Context) -> None:
    """Values, scores and models share their names with the fields of the profile."""
    symbols = context.symbols
    if _taken(one.name, context):
        return
    for what in ("field", "value", "score", "model"):
        if (what, one.name.text) in symbols.places:
            related = (Related(symbols.places[what, one.name.text], "first declared here"),)
            owner = "a field of the profile" if what == "field" else f"a {what}"
            context.report.add(rules.Duplicate.at(one.name.span, related=related, what=owner, name=one.name.text))
            return
    if one.name.text in symbols.profile:
        context.report.add(rules.TakenName.at(one.name.span, name=one.name.text, owner="a built-in field"))
        return
    match one:
        case td.Value():
            _keep("value", one.name, one, symbols.values, context)
        case td.Score():
            _keep("score", one.name, one, symbols.scores, context)
        case td.Model():
            _keep("model", one.name, one, symbols.models, context)


# --- events --------------------------------------------------------------------------------------------


def _event(one: td.Event, context: Context) -> None:
    name = one.name.text
    present = context.symbols.events.get(name)
    if present is not None and present.channel is not None:
        context.report.add(rules.TakenName.at(one.name.span, name=name, owner="an event of the runtime itself"))
        return
    accepted = [field for field in one.fields if not _taken(field.name, context)]
    event = ir.Event(
        name,
        one.wire.value if one.wire is not None else None,
        one.everyone,
        fields.fields(accepted, name, context),
        None,
        one.doc,
    )
    _keep("event", one.name, event, context.symbols.events, context)


def _wire_names(context: Context) -> None:
    """An incoming name must belong to one event, whether it is given by its own name or the one on the wire."""
    owners: dict[str, str] = {}
    places = context.symbols.places
    for event in context.symbols.events.values():
        for wire in {normalise(event.name): None} | ({normalise(event.wire): None} if event.wire else {}):
            owner = owners.setdefault(wire, event.name)
            if owner == event.name or ("event", event.name) not in places:
                continue
            place = places.get(("event", owner))
            related = (Related(place, f"{owner} is declared here"),) if place is not None else ()
            context.report.add(
                rules.SameWireName.at(
                    places["event", event.name], related=related, name=event.name, other=owner, wire=wire
                )
            )


# --- topics and splits ---------------------------------------------------------------------------------------


def _topic(one: td.Topic, context: Context) -> None:
    channels: dict[str, Any] = {}
    for clause in one.clauses:
        for word in clause.channels:
            if not policy_names.channel(word, context):
                continue
            if word.text in channels:
                context.report.add(
                    policy_rules.RepeatedTopicChannel.at(word.span, topic=one.name.text, channel=word.text)
                )
                continue
            channels[word.text] = clause.mode
    label = one.label.value if one.label is not None else one.name.text
    _keep("topic", one.name, ir.Topic(one.name.text, label, channels), context.symbols.topics, context)


def _splits(flow: Flow, context: Context) -> None:
    """The experiments of a flow. Their names are those of the whole program, because people stay in their arms.

    Of two in the same flow the second is reported when its steps are gone through.
    """
    own: set[str] = set()
    for step in inside(flow.steps):
        if isinstance(step, ts.Split) and step.name.text not in own:
            own.add(step.name.text)
            arms = tuple(arm.name.text for arm in step.arms)
            _experiment(step.name, arms, context)


def _experiment(name: Word, arms: tuple[str, ...], context: Context) -> None:
    """An experiment's name; the arms people have are kept beside whether they are in the control group."""
    if name.text == "holdout":
        context.report.add(rules.TakenName.at(name.span, name=name.text, owner="the control group"))
        return
    _keep("split", name, arms, context.symbols.splits, context)


def inside(steps: Sequence[ts.Step]) -> Iterator[ts.Step]:
    """The steps and all in their blocks, in file order."""
    for step in steps:
        yield step
        for block in blocks(step):
            yield from inside(block)


def blocks(step: ts.Step) -> Iterator[tuple[ts.Step, ...]]:
    """The blocks of steps directly inside a step."""
    match step:
        case ts.WaitUpTo():
            yield from (branch.steps for branch in step.branches)
        case ts.If() | ts.Split():
            yield from (arm.steps for arm in step.arms)
        case ts.Choose():
            yield from (case.steps for case in step.cases)
        case ts.ChooseBest():
            yield from (path.steps for path in step.paths)
        case ts.Together():
            yield from (branch.steps for branch in step.branches)
        case ts.Repeat() | ts.ForEach():
            yield step.steps
        case _:
            return
    if isinstance(step, ts.WaitUpTo | ts.If | ts.Choose | ts.ChooseBest) and step.otherwise is not None:
        yield step.otherwise
