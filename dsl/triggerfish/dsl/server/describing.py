"""What there is to say about a name: the documentation that is shown when somebody points at it."""

from __future__ import annotations

from collections.abc import Iterable

from triggerfish.dsl.catalog import ActionInfo, FunctionInfo
from triggerfish.dsl.check.kinds import describe
from triggerfish.dsl.functions import FUNCTIONS
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.server.declared import BUILT_IN_FIELDS, OWN_EVENT_FIELDS, Path
from triggerfish.dsl.server.names import Symbol
from triggerfish.dsl.server.project import State
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td

_BUILT_IN = {
    "event": "What started this run; `event.FIELD` are its fields.",
    "profile": "The person's profile, to be explicit: `profile.plan`.",
    "entered": "The moment this run began.",
    "now": "This moment.",
    "level": "The level of the score that is reached now, as a text.",
    "confidence": "How sure the model is, from 0 to 1.",
}
_OUTCOMES = {
    "sent": "It went out.", "opened": "It was opened; privacy proxies do not count.", "clicked": "A link in it was clicked.",
    "bounced": "It could not be delivered.", "failed": "It could not be sent.", "replied": "It was answered.",
    "channel": "The channel it went out on.", "happened": "Whether it happened before the time was over.",
    "before": "What the field was.", "after": "What the field is now.", "topic": "The topic.",
    "ok": "Whether the action succeeded.", "error": "Why the action did not succeed.",
    "arm": "The arm this person has got.", "path": "The path that was chosen.",
}  # fmt: skip


def documentation(symbol: Symbol, state: State) -> str:
    """Markdown: what it is, written as it is declared, and what its comment or plugin says of it."""
    head, doc = _parts(symbol, state)
    code = f"```triggerfish\n{head}\n```" if head else ""
    return "\n\n".join(part for part in (code, doc) if part)


def detail(symbol: Symbol, state: State) -> str:
    """One line."""
    return _parts(symbol, state)[0].split("\n")[0]


def _parts(symbol: Symbol, state: State) -> tuple[str, str]:
    declared, name = state.declared, symbol.name
    match symbol.kind:
        case "field":
            return _field(tuple(name.split(".")), state)
        case "event field":
            return _event_field(symbol, state)
        case "event":
            return _event(name, state)
        case "topic" if name in declared.topics:
            topic = declared.topics[name]
            return _source(topic.span, state), topic.doc
        case "value" if name in declared.values:
            return _source(declared.values[name].span, state), declared.values[name].doc
        case "segment" if name in declared.segments:
            return _source(declared.segments[name].span, state), declared.segments[name].doc
        case "score" if name in declared.scores:
            return _source(declared.scores[name].span, state), declared.scores[name].doc
        case "model" if name in declared.models:
            return _source(declared.models[name].span, state), declared.models[name].doc
        case "content" if name in declared.contents:
            return _source(declared.contents[name].span, state), declared.contents[name].doc
        case "message" if name in declared.messages:
            return _message(declared.messages[name])
        case "flow" if name in declared.flows:
            flow = declared.flows[name]
            starts = [_source(line.span, state, 2) for line in flow.headers if type(line).__name__.startswith("Start")]
            label = f' "{flow.label.value}"' if flow.label is not None else ""
            return "\n".join((f"flow {name}{label}", *(f"    {line}" for line in starts))), flow.doc
        case _:
            return _provided(symbol, state)


def _provided(symbol: Symbol, state: State) -> tuple[str, str]:
    """What plugins and the language itself bring, and small things inside declarations."""
    catalog, name = state.catalog, symbol.name
    match symbol.kind:
        case "channel" if name in catalog.channels:
            channel = catalog.channels[name]
            lines = [f"- `{one.name}`{'' if one.required else ' (may be left out)'}: {one.doc}" for one in channel.fields]
            return f"channel {name}", "\n\n".join((channel.doc, "\n".join(lines)))
        case "content field" if symbol.owner in catalog.channels:
            found = [one for one in catalog.channels[symbol.owner].fields if one.name == name]
            return f"{symbol.owner}: {name}", found[0].doc if found else ""
        case "action" if name in catalog.actions:
            return _action(catalog.actions[name])
        case "argument" | "result" if symbol.owner in catalog.actions:
            info = catalog.actions[symbol.owner]
            for one in info.arguments if symbol.kind == "argument" else info.results:
                if one.name == name:
                    needed = "" if one.required or symbol.kind == "result" else " (may be left out)"
                    return f"{name}: {_type(one.type)}{needed}", one.doc
            return name, _OUTCOMES.get(name, "")
        case "function":
            function = FUNCTIONS.get(name) or catalog.functions.get(name)
            return _function(function) if function is not None else ("", "")
        case "outcome":
            return name, _OUTCOMES.get(name, "")
        case "built-in":
            return name, _BUILT_IN.get(name, "")
        case "name":
            return f"{name}", f"A name given in the flow `{symbol.owner}`."
        case "parameter":
            return f"{name}", f"What `{symbol.owner}` is entered with."
        case _:
            owner = f" of `{symbol.owner}`" if symbol.owner else ""
            return name, f"{symbol.kind[:1].upper()}{symbol.kind[1:]}{owner}."


def _field(path: Path, state: State) -> tuple[str, str]:
    field = state.declared.profile.get(path)
    name = ".".join(path)
    if field is not None:
        return f"profile  {written(field, name)}", field.doc
    if name in BUILT_IN_FIELDS:
        return f"profile  {name}  {_type(BUILT_IN_FIELDS[name])}", "Every profile has this field."
    channel = next((one for one in state.catalog.channels.values() if one.address == name), None)
    if channel is not None:
        return f"profile  {name}  {_type(channel.address_type)}", f"The address for {channel.name}."
    return "", ""


def _event_field(symbol: Symbol, state: State) -> tuple[str, str]:
    field = state.declared.event_fields.get(symbol.owner, {}).get(tuple(symbol.name.split(".")))
    if field is not None:
        return f"event {symbol.owner}  {written(field, symbol.name)}", field.doc
    if symbol.name in OWN_EVENT_FIELDS:
        return f"event {symbol.owner}  {symbol.name}  {OWN_EVENT_FIELDS[symbol.name].kind}", "A field of the runtime's own event."
    return "", ""


def _event(name: str, state: State) -> tuple[str, str]:
    event = state.declared.events.get(name)
    if event is None:
        channel = state.declared.own_events.get(name)
        if channel is None:
            return "", ""
        fields = "\n".join(f"    {one}  {type_.kind}" for one, type_ in OWN_EVENT_FIELDS.items())
        return f"event {name}\n{fields}", f"The runtime itself tells of this, for each message by {channel}."
    return _source(event.span, state, 30), event.doc


def _message(message: td.Message) -> tuple[str, str]:
    label = f' "{message.label.value}"' if message.label is not None else ""
    lines = [f"message {message.name.text}{label}"]
    for part in message.parts:
        lines.append(f"    {part.channel.text}" + (f' in "{part.language.value}"' if part.language is not None else ""))
        for field in part.fields:
            name = f"{field.name.text} " if field.name is not None else ""
            first = field.value.value.split("\n")[0]
            lines.append(f'        {name}{"file " if field.file else ""}"{first}"')
    return "\n".join(lines), message.doc


def _action(info: ActionInfo) -> tuple[str, str]:
    arguments = [f"    {one.name}: {_type(one.type)}{'' if one.required else '  # may be left out'}" for one in info.arguments]
    head = "\n".join((f"do {info.name} with" if arguments else f"do {info.name}", *arguments))
    given = [f"- `.{one.name}`: {one.doc or _type(one.type)}" for one in info.results]
    return head, "\n\n".join(part for part in (info.doc, "\n".join(given)) if part)


def _function(function: FunctionInfo) -> tuple[str, str]:
    needed = len(function.arguments) - function.optional
    arguments = [
        _type(one) + ("" if index < needed else ", may be left out") for index, one in enumerate(function.arguments)
    ]
    returns = "the same" if isinstance(function.returns, str) else _type(function.returns)
    return f"{function.name}({'; '.join(arguments)}) → {returns}", function.doc


def written(field: td.Field, name: str) -> str:
    """A field as it is declared, on one line."""
    parts = [name, type_name(field.type)]
    if field.default is not None:
        value = getattr(field.default, "value", None)
        if value is not None:
            parts.append(f'= "{value}"' if isinstance(value, str) else f"= {_plain(value)}")
    if field.sensitive:
        parts.append("sensitive")
    return "  ".join(part for part in parts if part)


def type_name(found: td.TypeName) -> str:
    """A type as it is written."""
    if found.name == "one of":
        return "one of " + ", ".join(_option(getattr(one, "value", "?")) for one in found.options)
    if found.name == "list" and found.item is not None:
        return f"list of {type_name(found.item)}"
    return "" if found.name == "record" else found.name


def _option(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _type(found: Type | None) -> str:
    return "anything" if found is None else describe(found)


def _source(span: Span, state: State, most: int = 12) -> str:
    """The lines of a declaration as they stand in its file."""
    real = state.real(span)
    lines: Iterable[str] = state.texts.get(real.file, "").replace("\r\n", "\n").split("\n")[real.line - 1 : real.end_line]
    found = [line.rstrip() for line in lines]
    if found:
        found[0] = found[0].lstrip()
    while found and not found[-1].strip():
        found.pop()
    return "\n".join([*found[:most], "    …"] if len(found) > most else found)
