"""Remembers what declarations came to, as long as nothing they looked at has changed.

The checker lowers messages, flows and tests one by one (``check.program.Lower``). While one is lowered, everything that is
looked up in the tables of symbols is noted. The next time, a declaration whose text is the same and for which every look-up
gives the same as before is not lowered again: its result and its diagnostics are those of before. What the checker says is
therefore exactly what it would say from scratch.

Where very much is to be lowered again at once, because a field that everything uses was changed, a check may put some of it off:
then the results of before stand until the next check, and ``waiting`` says how many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from triggerfish.dsl.check.report import Report
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import Symbols
from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.server.watched import ALL, Looked, WatchedSet, WatchedSources, WatchedTable

_TABLES = tuple(field.name for field in fields(Symbols) if field.name != "catalog")
_NOTHING = object()

Function = Callable[[Any, Context], Any]
State = dict[str, dict[Any, Any]]


@dataclass(frozen=True, slots=True)
class _Result:
    declaration: object
    """Kept so that its identity is not given to another object."""
    value: object
    diagnostics: tuple[Diagnostic, ...]
    looked: frozenset[Looked]
    written: tuple[tuple[str, Any, Any], ...]
    stale: bool = False
    """It was put off."""


class Memory:
    """What all declarations of a project came to. ``checking`` gives the ``Lower`` for one check."""

    def __init__(self) -> None:
        self._results: dict[tuple[Function, int], _Result] = {}
        self._states: dict[Function, State] = {}
        self.lowered = 0
        """How many declarations were lowered in the last check."""
        self.waiting = 0
        """How many were put off in it."""

    def fork(self) -> Memory:
        """The same memory, to be changed independently."""
        other = Memory()
        other._results = self._results
        other._states = dict(self._states)
        return other

    def checking(self, most: int | None = None) -> Checking:
        """One check of the project; results that it does not ask for are forgotten with ``finish``.

        With ``most``, no more declarations than that are lowered again for what has changed around them.
        """
        return Checking(self._results, self._states, most)

    def finish(self, checking: Checking) -> None:
        """The check is over."""
        self._results = checking.found
        self.lowered = checking.lowered
        self.waiting = checking.waiting


class Checking:
    """One check of the project."""

    def __init__(
        self, results: Mapping[tuple[Function, int], _Result], states: dict[Function, State], most: int | None
    ) -> None:
        self._results = results
        self._states = states
        self.found: dict[tuple[Function, int], _Result] = {}
        self.lowered = 0
        self.waiting = 0
        self._most = most
        self._function: Function | None = None
        self._changed: set[Looked] = set()
        self._looked: set[Looked] = set()
        self._written: list[tuple[str, Any, Any]] = []
        self._inside: Context | None = None

    def __call__(self, function: Function, declaration: Any, context: Context) -> Any:
        """The result of ``function(declaration, context)``."""
        if function is not self._function:
            self._begin(function, context)
        key = function, id(declaration)
        known = self._results.get(key)
        if known is not None and known.declaration is not declaration:
            known = None
        stale = known is not None and (known.stale or not known.looked.isdisjoint(self._changed))
        if known is None or (stale and not self._put_off()):
            known = self._lower(function, declaration, context)
        else:
            known = replace(known, stale=True) if stale else known
            for table, name, value in known.written:
                getattr(context.symbols, table)[name] = value
        self.found[key] = known
        for diagnostic in known.diagnostics:
            context.report.add(diagnostic)
        return known.value

    def _put_off(self) -> bool:
        """Whether enough was lowered again for this check."""
        if self._most is None or self.lowered < self._most:
            return False
        self.waiting += 1
        return True

    def _begin(self, function: Function, context: Context) -> None:
        """Messages are over and flows begin, for example: what has changed since the flows of the last check?"""
        self._function = function
        before = self._states.get(function)
        files = {path for result in self._results.values() for table, path in result.looked if table == "file"}
        now: State = {name: _keyed(getattr(context.symbols, name)) for name in _TABLES}
        now["file"] = {path: context.sources.text(str(path)) for path in files}
        self._changed = set(_differences(before, now)) if before is not None else set()
        self._states[function] = now
        tables: dict[str, Any] = {}
        for name in _TABLES:
            table = getattr(context.symbols, name)
            tables[name] = (
                WatchedSet(name, table, self._looked)
                if isinstance(table, set)
                else WatchedTable(name, table, self._looked, self._written)
            )
        symbols = Symbols(context.symbols.catalog, **tables)
        self._inside = replace(context, symbols=symbols, sources=WatchedSources(context.sources, self._looked))

    def _lower(self, function: Function, declaration: Any, context: Context) -> _Result:
        self.lowered += 1
        self._looked.clear()
        self._written.clear()
        report = Report()
        value = function(declaration, replace(self._inside or context, report=report))
        for _, path in [looked for looked in self._looked if looked[0] == "file"]:
            state = self._states[function]["file"]
            state[path] = context.sources.text(str(path))
        return _Result(declaration, value, report.diagnostics(), frozenset(self._looked), tuple(self._written))


def _keyed(table: Any) -> dict[Any, Any]:
    return dict.fromkeys(table, True) if isinstance(table, set) else dict(table)


def _differences(before: State, now: State) -> Iterable[Looked]:
    for name, table in now.items():
        old = before.get(name, {})
        if name != "file" and (len(old) != len(table) or list(old) != list(table)):
            yield name, ALL
        for key, value in table.items():
            known = old.get(key, _NOTHING)
            if known is not value and known != value:
                yield name, key
        for key in old:
            if key not in table:
                yield name, key
