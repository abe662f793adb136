"""Goes through declarations and tells what each name in them stands for: expressions and everything but flows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from triggerfish.dsl import tree
from triggerfish.dsl.check.names import part
from triggerfish.dsl.check.symbols import TemplateUse
from triggerfish.dsl.server.declared import Path, paths
from triggerfish.dsl.server.names import Kind, Symbol
from triggerfish.dsl.server.scopes import Resolver, Scope
from triggerfish.dsl.server.template_names import TemplateNames
from triggerfish.dsl.span import Span
from triggerfish.dsl.tokens import CURSOR
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import steps as ts

HERE = CURSOR
"""The name that stands where the cursor is, when it is asked what may be written there."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One word of a text and what it stands for; ``definition`` where that is declared."""

    span: Span
    symbol: Symbol
    definition: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What kind of name stands at the cursor. ``path`` is what stands before it, with dots.

    ``kind`` is ``any`` where a field, a value or a caught name may stand; ``given`` are names written already.
    """

    kind: Kind | str
    owner: str
    path: Path
    scope: Scope
    given: tuple[str, ...] = ()


class Finder:
    """Collects occurrences; ``asked`` is set when it comes across ``HERE``."""

    def __init__(self, resolver: Resolver, templates: TemplateNames) -> None:
        self.resolver = resolver
        self.declared = resolver.declared
        self.templates = templates
        self.found: list[Occurrence] = []
        self.asked: Asked | None = None
        self.sends: list[tuple[str, Scope]] = []
        """Which messages are sent, and what is known there."""
        plurals = {channel.plural: channel.name for channel in self.declared.catalog.channels.values()}
        self._channels = plurals | {name: name for name in self.declared.catalog.channels}

    # --- single words -----------------------------------------------------------------------------

    def add(self, span: Span, symbol: Symbol, *, definition: bool = False) -> None:
        """Notes one word."""
        self.found.append(Occurrence(span, symbol, definition))

    def word(self, kind: Kind, word: tx.Word | None, owner: str = "", *, definition: bool = False) -> None:
        """A word that can only stand for one kind of thing."""
        if word is None:
            return
        if word.text == HERE:
            self.asked = Asked(kind, owner, (), Scope())
        elif kind == "channel":
            if word.text in self._channels:
                self.add(word.span, Symbol("channel", self._channels[word.text]))
        elif definition or self._is(kind, word.text, owner):
            self.add(word.span, Symbol(kind, word.text, owner), definition=definition)

    def words(self, kind: Kind, words: Iterable[tx.Word]) -> None:
        """Several of them."""
        for word in words:
            self.word(kind, word)

    def _is(self, kind: Kind, name: str, owner: str) -> bool:
        declared = self.declared
        tables: dict[str, Any] = {
            "topic": declared.topics, "segment": declared.segments, "message": declared.messages, "flow": declared.flows,
            "score": declared.scores, "content": declared.contents,
        }  # fmt: skip
        if kind == "event":
            return declared.is_event(name)
        if kind == "event field":
            return declared.has_event_field(owner, tuple(name.split(".")))
        if kind == "parameter":
            return name in self.resolver.parameters.get(owner, ())
        if kind == "function":
            return True
        return kind not in tables or name in tables[kind]

    # --- expressions --------------------------------------------------------------------------------

    def expression(self, node: Any, scope: Scope) -> None:
        """Any expression, or several."""
        match node:
            case tx.Name():
                self.name(node, scope)
            case tx.Selector():
                self._selector(node, scope)
            case tx.InSegment():
                self.word("segment", node.segment)
            case tx.InFlow():
                self.word("flow", node.flow)
            case tx.Subscribed():
                self.word("topic", node.topic)
                self.word("channel", node.channel)
            case tx.Reachable():
                self.word("channel", node.channel)
            case tx.Call():
                self.word("function", node.function)
                self.expression(node.arguments, scope)
            case tx.Compare():
                self.expression((node.left, node.right), scope)
                self.options(node.left, [node.right], scope)
                self.options(node.right, [node.left], scope)
            case tx.OneOf():
                self.expression((node.value, node.options), scope)
                self.options(node.value, node.options.items if isinstance(node.options, tx.ListOf) else (), scope)
            case tx.Argument():
                self.expression(node.value, scope)
            case ts.SetField(field=target) | ts.ClearField(field=target) | ts.AddTo(target=target) if HERE in target.path:
                self.asked = Asked("setting", "", target.path[: target.path.index(HERE)], scope)
            case tuple():
                for one in node:
                    self.expression(one, scope)
            case tx.Word() | Span() | None:
                pass
            case _ if is_dataclass(node):
                for field in fields(node):
                    self.expression(getattr(node, field.name), scope)
            case _:
                pass

    def name(self, name: tx.Name, scope: Scope) -> None:
        """A dotted name."""
        if HERE in name.path:
            self.asked = Asked("any", "", name.path[: name.path.index(HERE)], scope)
            return
        for place, symbol in self.resolver.resolve(name.path, scope):
            self.add(part(name, place).span, symbol)

    def _selector(self, node: tx.Selector, scope: Scope) -> None:
        event = node.event
        if HERE in node.field:
            self.asked = Asked("event field", event.text, node.field[: node.field.index(HERE)], scope)
        start = event.span
        path = (event.text, *node.field)
        end = start.column + len(".".join(path))
        whole = tx.Name(path, Span(start.file, start.line, start.column, start.line, end))
        self.word("event", part(whole, 0))
        for place in range(1, len(path)):
            if self.declared.has_event_field(event.text, path[1 : place + 1]):
                symbol = Symbol("event field", ".".join(path[1 : place + 1]), event.text)
                self.add(part(whole, place).span, symbol)
        self.expression(node.where, scope.looking_at(event.text))

    # --- values that are given --------------------------------------------------------------------------

    def arguments(self, values: Sequence[tx.Argument], kind: Kind, owner: str, scope: Scope) -> None:
        """``name: value`` pairs for an event, an action, a flow or a person."""
        for argument in values:
            word = argument.name
            if word.text == HERE:
                given = tuple(other.name.text for other in values if other is not argument)
                self.asked = Asked(kind, owner, (), scope, given)
            elif kind == "field":
                self._given(argument, scope)
            elif kind == "given":
                self.add(word.span, Symbol("given", word.text, owner))
            else:
                self.word(kind, word, owner)
            self._value(argument.value, kind, owner, (word.text,), scope)

    def _given(self, argument: tx.Argument, scope: Scope) -> None:
        """``given plan: "pro"``: a field, a score, an experiment."""
        word = argument.name
        split = self.declared.splits.get(word.text)
        content = self.declared.contents.get(word.text)
        if split is None and content is not None:
            self.add(word.span, Symbol("content", word.text))
            self._option(argument.value, "variant", word.text, [variant.name.text for variant in content.variants])
            return
        if split is None:
            for _, symbol in self.resolver.resolve((word.text,), scope):
                self.add(word.span, symbol)
            return
        self.add(word.span, Symbol("split", word.text))
        self._option(argument.value, "arm", word.text, [arm.name.text for arm in split.arms])

    def options(self, subject: Any, values: Iterable[Any], scope: Scope) -> None:
        """Texts that are compared with an arm, a path or a level and name it."""
        if not isinstance(subject, tx.Name):
            return
        found = self.resolver.resolve(subject.path, scope)
        if len(found) < 2 or found[-1][0] != len(subject.path) - 1:
            return
        (_, owner), (_, part_) = found[-2:]
        declared = self.declared
        for value in values:
            match part_.kind, part_.name:
                case "outcome", "arm" if owner.name in declared.splits:
                    self._option(value, "arm", owner.name, [arm.name.text for arm in declared.splits[owner.name].arms])
                case "outcome", "path":
                    self._option(value, "path", owner.name, None)
                case "built-in", "level" if owner.name in declared.scores:
                    levels = [level.name.text for level in declared.scores[owner.name].levels]
                    self._option(value, "level", owner.name, levels)
                case _:
                    pass

    def _option(self, value: Any, kind: Kind, owner: str, known: Sequence[str] | None) -> None:
        """A text that is the name of something."""
        if isinstance(value, tx.Group):
            self._option(value.inner, kind, owner, known)
        elif isinstance(value, tx.Text) and (known is None or value.value in known):
            span = value.span
            if span.line == span.end_line and span.end_column - span.column == len(value.value) + 2:
                inside = replace(span, column=span.column + 1, end_column=span.end_column - 1)
                self.add(inside, Symbol(kind, value.value, owner))

    def _value(self, value: Any, kind: Kind, owner: str, path: Path, scope: Scope) -> None:
        match value:
            case tx.Group():
                self._value(value.inner, kind, owner, path, scope)
            case tx.ListOf():
                for item in value.items:
                    self._value(item, kind, owner, path, scope)
            case tx.Record():
                for argument in value.fields:
                    inner = (*path, argument.name.text)
                    if argument.name.text == HERE:
                        self.asked = Asked(kind, owner, path, scope)
                    elif kind == "event field" and self.declared.has_event_field(owner, inner):
                        self.add(argument.name.span, Symbol("event field", ".".join(inner), owner))
                    elif kind == "field" and self.declared.is_field(inner):
                        self.add(argument.name.span, Symbol("field", ".".join(inner)))
                    self._value(argument.value, kind, owner, inner, scope)
            case tx.Text() if kind == "argument" and "{" in value.value:
                self.template(self.templates.of_text(value), scope)
            case _:
                self.expression(value, scope)

    def template(self, uses: Iterable[TemplateUse], scope: Scope) -> None:
        """Names in ``{{ }}``. What a local name stands for is aligned with the last words of what is written."""
        inside = replace(scope, subject=(), started=False, template=True)
        for use in uses:
            shown = [word.partition("[")[0] for word in use.shown.split(".")]
            missing = len(use.path) - len(shown)
            column = use.span.column
            columns = []
            for word in use.shown.split("."):
                columns.append(column)
                column += len(word) + 1
            for place, symbol in self.resolver.resolve(use.path, inside):
                index = place - missing
                if 0 <= index < len(shown) and shown[index:] == list(use.path[place:]):
                    start = columns[index]
                    self.add(replace(use.span, column=start, end_column=start + len(shown[index])), symbol)

    def links(self, written: td.Message | td.Content) -> None:
        """Events, their fields and topics in ``{{ 'nps_answered' | record_link: score: 9 }}``."""
        for one in self.templates.links_of(written):
            if one.topic:
                self.word("topic", one.name)
                continue
            self.word("event", one.name)
            for field in one.fields:
                self.word("event field", field, one.name.text)

    # --- declarations ---------------------------------------------------------------------------------------

    def declaration(self, one: tree.Declaration) -> None:
        """Everything but flows and tests."""
        nowhere = Scope()
        match one:
            case td.Profile():
                for path, field in paths(one.fields):
                    self.add(field.name.span, Symbol("field", ".".join(path)), definition=True)
            case td.Event():
                self.word("event", one.name, definition=True)
                for path, field in paths(one.fields):
                    self.add(field.name.span, Symbol("event field", ".".join(path), one.name.text), definition=True)
            case td.Topic():
                self.word("topic", one.name, definition=True)
                for clause in one.clauses:
                    self.words("channel", clause.channels)
            case td.Value():
                self.word("value", one.name, definition=True)
                self.expression(one.value, nowhere)
            case td.Segment():
                self.word("segment", one.name, definition=True)
                self.expression(one.conditions, nowhere)
            case td.Score():
                self._score(one)
            case td.Model():
                self.word("model", one.name, definition=True)
                self.expression((one.prediction, one.only_if, one.features), nowhere)
            case td.Message():
                self.message(one)
            case td.Content():
                self._content(one)
            case td.Policy():
                self._policy(one)
            case _:
                raise TypeError(f"not a plain declaration: {type(one).__name__}")

    def _score(self, one: td.Score) -> None:
        self.word("score", one.name, definition=True)
        for rule in one.rules:
            if isinstance(rule, td.EventPoints):
                self.word("event", rule.event)
                self.expression(rule.where, Scope().looking_at(rule.event.text))
            else:
                self.expression(rule.condition, Scope())
        for level in one.levels:
            self.word("level", level.name, one.name.text, definition=True)

    def message(self, one: td.Message) -> None:
        """A message; what its templates name is found where it is sent, and here what is everywhere the same."""
        self.word("message", one.name, definition=True)
        for part_ in one.parts:
            self.word("channel", part_.channel)
            for field in part_.fields:
                self.word("content field", field.name, part_.channel.text)
        self.template([use for use in self.templates.of_message(one) if use.path[0] != "event"], Scope())
        self.links(one)

    def _content(self, one: td.Content) -> None:
        self.word("content", one.name, definition=True)
        for variant in one.variants:
            self.word("variant", variant.name, one.name.text, definition=True)
            self.expression((variant.condition, variant.points), Scope())
        self.template([use for use in self.templates.of_content(one) if use.path[0] != "event"], Scope())
        self.links(one)
        self.measure(one.measure, Scope())

    def measure(self, one: ts.Measure | None, scope: Scope) -> None:
        """``measure E within D where C``."""
        if one is not None:
            self.words("event", one.events)
            self.expression(one.where, scope.looking_at(*(word.text for word in one.events)))

    def _policy(self, one: td.Policy) -> None:
        for line in one.lines:
            match line:
                case td.QuietHours():
                    self.words("channel", line.channels)
                case td.Cap():
                    self.words("channel", [term.what for term in line.terms])
                case td.NeverSend():
                    self.word("segment", line.segment)
                case _:
                    pass
