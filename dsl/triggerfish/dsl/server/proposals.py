"""Names to propose, for each kind of name that may stand somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lsprotocol.types import CompletionItemKind as Icon

from triggerfish.dsl.functions import FUNCTIONS
from triggerfish.dsl.server.describing import detail, documentation
from triggerfish.dsl.server.expected import Expected
from triggerfish.dsl.server.finder import Asked
from triggerfish.dsl.server.names import Kind, Symbol
from triggerfish.dsl.server.project import State


@dataclass(frozen=True, slots=True)
class Proposal:
    """``insert`` is what is written, where that is not the label; ``typed`` how many characters it takes the place of."""

    label: str
    kind: Icon
    detail: str = ""
    doc: str = ""
    insert: str = ""
    rank: str = "3"
    whole: bool = False
    typed: int | None = None


_ICONS: dict[Kind, Icon] = {
    "field": Icon.Field, "event": Icon.Event, "event field": Icon.Field, "topic": Icon.Module, "value": Icon.Variable,
    "segment": Icon.Class, "score": Icon.Variable, "model": Icon.Variable, "message": Icon.Text, "content": Icon.Text,
    "flow": Icon.Function, "name": Icon.Variable, "channel": Icon.Interface, "content field": Icon.Property,
    "action": Icon.Method, "argument": Icon.Property, "result": Icon.Property, "outcome": Icon.Property,
    "function": Icon.Function, "built-in": Icon.Constant, "parameter": Icon.Property, "split": Icon.Enum,
    "given": Icon.Variable,
}  # fmt: skip


def proposals(asked: Asked, state: State, allowed: Expected) -> Iterator[Proposal]:
    """The names that may stand where one was asked for."""
    declared = state.declared
    if asked.kind == "any":
        yield from _values(asked, state)
        return
    argument = bool(allowed.line) and allowed.line[-1].type in ("WITH", "COMMA", "GIVEN", "RETURNS", "OPEN")
    match asked.kind:
        case "event":
            yield from _all("event", declared.events, state, "2")
            yield from _all("event", declared.own_events, state, "4")
        case "event field":
            names = declared.event_field_names(asked.owner, asked.path)
            symbols = [Symbol("event field", ".".join((*asked.path, name)), asked.owner) for name in names]
            yield from _symbols(symbols, state, asked, argument=argument)
        case "setting":
            names = [".".join((*asked.path, name)) for name in declared.profile_names(asked.path)]
            yield from _symbols([Symbol("field", name) for name in names], state, asked)
            if not asked.path and any(token.type == "ADD" for token in allowed.line):
                yield from _all("score", declared.scores, state, "2")
        case "field" if asked.path:
            names = declared.profile_names(asked.path)
            symbols = [Symbol("field", ".".join((*asked.path, name))) for name in names]
            yield from _symbols(symbols, state, asked, argument=True)
        case "field":
            given = [Symbol("field", name) for name in declared.profile_names()]
            given += [Symbol("score", name) for name in declared.scores] + [Symbol("split", one) for one in declared.splits]
            yield from _symbols(given, state, asked, argument=argument)
        case "argument" | "result" if asked.owner in state.catalog.actions:
            info = state.catalog.actions[asked.owner]
            for one in info.arguments if asked.kind == "argument" else info.results:
                symbol = Symbol("argument" if asked.kind == "argument" else "result", one.name, asked.owner)
                needed = asked.kind == "argument" and one.required
                yield from _symbols([symbol], state, asked, argument=True, rank="1" if needed else "2")
        case "parameter":
            names_ = state.index.resolver.parameters.get(asked.owner, ())
            yield from _symbols([Symbol("parameter", name, asked.owner) for name in names_], state, asked, argument=argument)
        case "channel":
            yield from _all("channel", state.catalog.channels, state, "1")
        case "content field" if asked.owner in state.catalog.channels:
            for field in state.catalog.channels[asked.owner].fields:
                yield Proposal(field.name, Icon.Property, asked.owner, field.doc, f'{field.name} "', "1")
        case _:
            yield from _table(asked, state, allowed)


def _table(asked: Asked, state: State, allowed: Expected) -> Iterator[Proposal]:
    declared = state.declared
    match asked.kind:
        case "topic":
            yield from _all("topic", declared.topics, state, "1")
        case "segment":
            yield from _all("segment", declared.segments, state, "1")
        case "flow":
            yield from _all("flow", declared.flows, state, "1")
        case "content":
            yield from _all("content", declared.contents, state, "1")
        case "message":
            channels = {token.value for token in allowed.line}
            for name, message in declared.messages.items():
                fits = any(part.channel.text in channels for part in message.parts)
                yield from _all("message", [name], state, "1" if fits else "4")
        case "function":
            yield from _functions(state)
        case _:
            return


def actions(state: State) -> Iterator[Proposal]:
    """All actions, under their full names."""
    for name in state.catalog.actions:
        symbol = Symbol("action", name)
        yield Proposal(name, Icon.Method, "action", documentation(symbol, state), rank="1", whole=True)


def _values(asked: Asked, state: State) -> Iterator[Proposal]:
    """Whatever has a value here."""
    resolver, scope = state.index.resolver, asked.scope
    if asked.path:
        yield from _symbols(resolver.members(asked.path, scope), state, asked, rank="1")
        return
    declared = state.declared
    subject = [Symbol("event field", name, one) for one in scope.subject for name in declared.event_field_names(one)]
    yield from _symbols(subject, state, asked, rank="1")
    yield from _symbols([caught.symbol for caught in (scope.variables or {}).values()], state, asked, rank="2")
    yield from _symbols([Symbol("field", name) for name in declared.profile_names()], state, asked, rank="2")
    yield from _all("value", declared.values, state, "2")
    yield from _all("score", declared.scores, state, "2")
    yield from _all("model", declared.models, state, "2")
    yield Proposal("profile", Icon.Constant, "the person's profile", rank="4")
    yield from _functions(state)


def _functions(state: State) -> Iterator[Proposal]:
    for name in (*FUNCTIONS, *state.catalog.functions):
        symbol = Symbol("function", name)
        yield Proposal(name, Icon.Function, detail(symbol, state), documentation(symbol, state), f"{name}(", "4")


def _all(kind: Kind, names: Iterable[str], state: State, rank: str) -> Iterator[Proposal]:
    for name in names:
        symbol = Symbol(kind, name)
        yield Proposal(name, _ICONS[kind], kind, documentation(symbol, state), rank=rank)


def _symbols(
    symbols: Iterable[Symbol], state: State, asked: Asked, *, argument: bool = False, rank: str = "2"
) -> Iterator[Proposal]:
    for symbol in symbols:
        name = symbol.word
        if name in asked.given:
            continue
        insert = f"{name}: " if argument else ""
        icon = _ICONS.get(symbol.kind, Icon.Variable)
        yield Proposal(name, icon, detail(symbol, state), documentation(symbol, state), insert, rank)
