"""Where each name of a project stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from triggerfish.dsl import tree
from triggerfish.dsl.server.declared import Declared
from triggerfish.dsl.server.finder import Occurrence
from triggerfish.dsl.server.flow_finder import FlowFinder
from triggerfish.dsl.server.names import Symbol
from triggerfish.dsl.server.scopes import Resolver, Scope
from triggerfish.dsl.server.template_names import TemplateNames
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import flows as tf


class Index:
    """Occurrences by place and by symbol; built when they are first asked for. Places are those of pieces."""

    def __init__(self, declared: Declared, texts: Mapping[str, str], declarations: Iterable[tree.Declaration]) -> None:
        self.declarations = tuple(declarations)
        self.resolver = Resolver(declared, _parameters(declared))
        self.templates = TemplateNames(texts, declared.catalog)

    def finder(self) -> FlowFinder:
        """A finder for any declaration of the project."""
        return FlowFinder(self.resolver, self.templates)

    def of(self, declarations: Iterable[tree.Declaration]) -> list[Occurrence]:
        """The occurrences in these declarations, those in templates that they send included; each once."""
        finder = self.finder()
        for one in declarations:
            finder.declaration(one)
        return list(dict.fromkeys(finder.found))

    @cached_property
    def all(self) -> list[Occurrence]:
        """Every occurrence in the project."""
        return self.of(self.declarations)

    @cached_property
    def sends(self) -> dict[str, list[Scope]]:
        """For each message what is known where it is sent."""
        finder = self.finder()
        for one in self.declarations:
            if isinstance(one, tf.Flow):
                finder.declaration(one)
        found: dict[str, list[Scope]] = {}
        for name, scope in finder.sends:
            found.setdefault(name, []).append(replace(scope, template=True))
        return found

    @cached_property
    def by_symbol(self) -> dict[Symbol, list[Occurrence]]:
        """Every occurrence, by what it stands for."""
        found: dict[Symbol, list[Occurrence]] = {}
        for one in self.all:
            found.setdefault(one.symbol, []).append(one)
        return found

    @cached_property
    def by_line(self) -> dict[tuple[str, int], list[Occurrence]]:
        """Every occurrence, by file or piece and line."""
        found: dict[tuple[str, int], list[Occurrence]] = {}
        for one in self.all:
            found.setdefault((one.span.file, one.span.line), []).append(one)
        return found

    @cached_property
    def _by_span(self) -> dict[Span, list[Symbol]]:
        found: dict[Span, list[Symbol]] = {}
        for one in self.all:
            found.setdefault(one.span, []).append(one.symbol)
        return found

    def together(self, symbols: Iterable[Symbol]) -> set[Symbol]:
        """These symbols and those that one and the same word stands for somewhere, however far that leads.

        In ``goal order_completed, trial_paid worth total`` the one word ``total`` is a field of both events.
        """
        found: set[Symbol] = set()
        waiting = list(symbols)
        while waiting:
            symbol = waiting.pop()
            if symbol not in found:
                found.add(symbol)
                for one in self.by_symbol.get(symbol, ()):
                    waiting += self._by_span[one.span]
        return found


def _parameters(declared: Declared) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(one.name.text for line in flow.headers if isinstance(line, tf.StartByHand) for one in line.parameters)
        for name, flow in declared.flows.items()
    }
