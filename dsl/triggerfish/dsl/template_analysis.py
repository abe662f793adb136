"""Walks a parsed template and lists the names it uses."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from liquid.ast import Node
from liquid.builtin.expressions import (
    Filter,
    FilteredExpression,
    KeywordArgument,
    Literal,
    LoopExpression,
    Path,
    StringLiteral,
)
from liquid.builtin.tags.assign_tag import AssignNode
from liquid.context import RenderContext
from liquid.exceptions import LiquidError
from liquid.expression import Expression
from liquid.template import BoundTemplate

from triggerfish.dsl.template_errors import in_words, unclosed, unknown_filter, unknown_tag
from triggerfish.dsl.template_sandbox import sandbox
from triggerfish.dsl.templates import BUILT_IN, LINK_FILTERS, LinkArgument, TemplateError, TemplateLink, TemplateName

Origin = tuple[str, ...] | None
"""What a local name stands for, where that is a path."""

_LOOPS = ("forloop", "tablerowloop")


def analyse(source: str) -> tuple[tuple[TemplateName, ...], tuple[TemplateError, ...]]:
    """See ``templates.analyse``."""
    template, error = _parsed(source)
    if template is None:
        return (), (error,) if error else ()
    walk = Walk(template)
    walk.nodes(template.nodes)
    if walk.errors:
        return (), tuple(sorted(walk.errors, key=lambda one: one.offset))
    return tuple(sorted(walk.names, key=lambda name: name.offset)), ()


def errors_of(source: str) -> tuple[TemplateError, ...]:
    """What is wrong with a template."""
    return analyse(source)[1]


def links_of(source: str) -> tuple[TemplateLink, ...]:
    """See ``templates.links_of``."""
    template, _ = _parsed(source)
    if template is None:
        return ()
    walk = Walk(template)
    walk.nodes(template.nodes)
    return () if walk.errors else tuple(sorted(walk.links, key=lambda link: link.offset))


def _parsed(source: str) -> tuple[BoundTemplate | None, TemplateError | None]:
    environment = sandbox(False)
    try:
        return environment.from_string(source), None
    except LiquidError as problem:
        return None, _explained(problem, source, environment.tags)
    except RecursionError:
        return None, TemplateError("the blocks are nested too deeply", 0)


def _explained(problem: LiquidError, source: str, tags: Mapping[str, object]) -> TemplateError:
    message, token = str(problem.message), problem.token
    offset = token.start_index if token is not None else -1
    if message == "expected '}}', found end of file":
        return TemplateError("“{{” is never closed by “}}”", offset)
    if message == "missing tag name or closing delimiter":
        closed = "%}" in source[offset:].split("\n", 1)[0]
        text = "“{% %}” says nothing" if closed else "“{%” is never closed by “%}”"
        return TemplateError(text, offset)
    if found := re.fullmatch(r"unexpected tag '(\w+)'", message):
        open_block = unclosed(source) if found[1].startswith("end") and found[1] != "end" else None
        if open_block:
            return TemplateError(*open_block)
        return TemplateError(unknown_tag(found[1], [tag for tag in tags if tag.isalpha()]), max(offset, 0))
    if message.startswith("expected tag ") or "never closed" in message:
        open_block = unclosed(source)
        if open_block:
            return TemplateError(*open_block)
    if message.startswith("expected a primitive") and offset < 0:
        return TemplateError("“{{ }}” names nothing", max(source.find("{{"), 0))
    return TemplateError(in_words(message), offset if offset >= 0 else _last_tag(source))


def _last_tag(source: str) -> int:
    """Where an error at the end of an expression is shown, since the library then gives no place."""
    return max(source.rfind("{{"), source.rfind("{%"), 0)


class Walk:
    """Collects names and errors; ``scopes`` are the local names, innermost last."""

    def __init__(self, template: BoundTemplate) -> None:
        self.names: list[TemplateName] = []
        self.errors: list[TemplateError] = []
        self.links: list[TemplateLink] = []
        self.scopes: list[dict[str, Origin]] = [{}]
        self.filters = template.env.filters
        self.static = RenderContext(template)

    def nodes(self, nodes: Iterable[Node]) -> None:
        """Walk through nodes in order."""
        for node in nodes:
            self.node(node)

    def node(self, node: Node) -> None:
        """Walk through one node: what it says, the names it makes, what stands inside it."""
        block: dict[str, Origin] = {str(name): None for name in node.block_scope()}
        for expression in node.expressions():
            self.expression(expression)
            if isinstance(expression, LoopExpression):
                block[expression.identifier] = self.origin(expression.iterable)
        for name in node.template_scope():
            self.scopes[0][str(name)] = self._assigned(node)
        self.scopes.append(block)
        self.nodes(node.children(self.static, include_partials=False))
        self.scopes.pop()

    def _assigned(self, node: Node) -> Origin:
        if isinstance(node, AssignNode) and isinstance(node.expression, FilteredExpression):
            return None if node.expression.filters else self.origin(node.expression.left)
        return None

    def expression(self, expression: Expression) -> None:
        """Walk through a value or condition."""
        if isinstance(expression, Path):
            self.path(expression)
        if isinstance(expression, FilteredExpression):
            for number, one in enumerate(expression.filters or ()):
                self.filter(one)
                if one.name in LINK_FILTERS:
                    self.link(one, expression.left if number == 0 else None)
        for child in expression.children():
            self.expression(child)

    def path(self, path: Path) -> None:
        """Note a name, unless the template library or everybody knows it."""
        root = str(path.path[0])
        if root in _LOOPS and self.local(root) is not None:
            return
        scope = self.local(root)
        if scope is None:
            if root not in BUILT_IN:
                self.names.append(TemplateName(_words(path), path.token.start_index, local=False))
            return
        self.names.append(TemplateName(_words(path), path.token.start_index, True, self.origin(path)))

    def local(self, name: str) -> dict[str, Origin] | None:
        """The innermost scope that knows a name."""
        return next((scope for scope in reversed(self.scopes) if name in scope), None)

    def origin(self, expression: Expression) -> Origin:
        """The path of declared fields that an expression is, if it is nothing but a path."""
        if not isinstance(expression, Path):
            return None
        words = _words(expression)
        if not words or words[0] in BUILT_IN:
            return None
        scope = self.local(words[0])
        if scope is None:
            return words
        behind = scope[words[0]]
        return None if behind is None else behind + words[1:]

    def filter(self, one: Filter) -> None:
        """Check that a filter is there and has the values it needs."""
        at = one.token.start_index
        if one.name not in self.filters:
            self.errors.append(TemplateError(unknown_filter(one.name, self.filters), at))
        elif problem := _wrong_arguments(one, self.filters[one.name]):
            self.errors.append(TemplateError(problem, at))
        elif one.name == "date" and self.local("timezone") is None:
            self.names.append(TemplateName(("timezone",), at, local=False))


    def link(self, one: Filter, before: Expression | None) -> None:
        """Note a link that records or confirms something: what stands before it must be written out, to be checked."""
        at = one.token.start_index
        if not isinstance(before, StringLiteral):
            what, example = _BEFORE[one.name]
            self.errors.append(TemplateError(f"“{one.name}” follows {what} in quotes, as in {example}", at))
            return
        arguments = []
        for argument in one.args:
            value = argument.value
            if isinstance(argument, KeywordArgument):
                written = value.value if isinstance(value, Literal) else None
                path = self.origin(value)
                arguments.append(LinkArgument(argument.name, written, path, argument.token.start_index, value.token.start_index))
        self.links.append(TemplateLink(one.name, before.value, tuple(arguments), before.token.start_index))


_BEFORE = {
    "record_link": ("the name of an event", "“{{ 'nps_answered' | record_link: score: 9 }}”"),
    "confirm_link": ("the name of a topic", "“{{ 'news' | confirm_link }}”"),
}


def _words(path: Path) -> tuple[str, ...]:
    words: list[str] = []
    for part in path.path:
        if isinstance(part, Path):
            break
        if isinstance(part, str):
            words.append(part)
    return tuple(words)


def _wrong_arguments(one: Filter, function: Callable[..., Any]) -> str | None:
    keywords = [argument.name for argument in one.args if hasattr(argument, "name")]
    extra = {name: None for name in ("context", "environment") if getattr(function, f"with_{name}", False)}
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    try:
        signature.bind(None, *[None] * (len(one.args) - len(keywords)), **dict.fromkeys(keywords), **extra)
    except TypeError:
        given = len(one.args)
        return f"the filter “{one.name}” needs " + ("other values than these" if given else "a value after “:”")
    return None
