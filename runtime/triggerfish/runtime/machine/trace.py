"""Why a condition holds or not: its parts, their lines and the values they saw."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.walk import children
from triggerfish.runtime.machine.history import need
from triggerfish.runtime.machine.state import State

if TYPE_CHECKING:
    from triggerfish.runtime.machine.code.writer import Function
    from triggerfish.runtime.machine.compiled import CompiledProgram

SEEN = (x.ProfileField, x.EventField, x.Variable, x.Aggregate, x.Pick, x.TimeSince, x.ValueOf, x.ScoreOf, x.LevelOf)


MASK = "••••"
"""What is shown in the place of what a sensitive field holds."""


@dataclass(frozen=True, slots=True)
class Part:
    """One single condition: how it reads, where it stands, whether it held, and what it saw."""

    text: str
    file: str
    line: int
    holds: bool
    values: dict[str, Any]


Asked = Literal["start", "only if", "arm", "wait", "stop", "goal"]
"""What a condition was asked for."""


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that did not happen: a start that did not match, a stage that was cancelled, an arm not taken.

    With ``holds`` the condition did hold; such are kept by ``Everything`` alone.
    """

    at: int
    flow: str
    line: int
    what: str
    parts: tuple[Part, ...]
    step: str = ""
    event: str = ""
    asked: Asked = "start"
    holds: bool = False


class Everything(list[Miss]):
    """A list of misses that also takes the conditions that held."""


class Tracer:
    """Compiles the parts of conditions on demand and keeps them: tracing is for failures and questions."""

    def __init__(self, program: CompiledProgram) -> None:
        self.program = program
        self._tests: dict[int, tuple[x.Expr, Function]] = {}
        self._values: dict[int, tuple[x.Expr, list[tuple[str, Function]]]] = {}

    def parts(self, node: x.Expr, state: State, now: int, event: dict[str, Any] | None, scope: Any) -> Iterator[Part]:
        """Every single condition inside, in the order written, each asked by itself."""
        if isinstance(node, x.Located):
            holds = bool(self._test(node)(state, now, event, scope))
            seen = {name: function(state, now, event, scope) for name, function in self._seen(node)}
            hidden = self.program.sensitive
            values = {name: MASK if value is not None and name.split(".")[0] in hidden else value for name, value in seen.items()}
            yield Part(node.text, node.file, node.line, holds, values)
            return
        for child in children(node):
            yield from self.parts(child, state, now, event, scope)

    def failed(self, node: x.Expr, state: State, now: int, event: dict[str, Any] | None, scope: Any) -> list[Part]:
        """The parts that make the condition false: the first that failed of an ``and``, all of an ``or``."""
        if isinstance(node, x.And):
            for operand in node.operands:
                if not self._test(operand)(state, now, event, scope):
                    return self.failed(operand, state, now, event, scope)
            return []
        if isinstance(node, x.Or):
            return [part for operand in node.operands for part in self.failed(operand, state, now, event, scope)]
        return [*self.parts(node, state, now, event, scope), *self._outside(node, state, now)]

    def held(self, node: x.Expr, state: State, now: int, event: dict[str, Any] | None, scope: Any) -> list[Part]:
        """The parts that held of a condition that did."""
        return [part for part in self.parts(node, state, now, event, scope) if part.holds]

    def _outside(self, node: x.Expr, state: State, now: int) -> list[Part]:
        """Why the person is not in the segment that a condition asks for."""
        if not isinstance(node, x.Located) or not isinstance(node.condition, x.InSegment) or node.condition.negated:
            return []
        name = node.condition.segment
        condition = next((each.condition for each in self.program.ir.segments if each.name == name), None)
        return [] if condition is None else self.failed(condition, state, now, None, None)

    def _test(self, node: x.Expr) -> Function:
        found = self._tests.get(id(node))
        if found is None:
            found = self._tests[id(node)] = (node, self.program.compiler.condition(node))
        return found[1]

    def _seen(self, node: x.Expr) -> list[tuple[str, Function]]:
        found = self._values.get(id(node))
        if found is None:
            seen: dict[str, Function] = {}
            for operand in _operands(node):
                seen.setdefault(label(operand), self.program.compiler.value(operand))
            found = self._values[id(node)] = (node, list(seen.items()))
        return found[1]


def _operands(node: x.Expr) -> Iterator[x.Expr]:
    if isinstance(node, x.Did):
        counted = x.Aggregate("count", node.event, (), node.where, node.window)
        if need(counted).key == need(node).key:
            yield counted
        return
    if isinstance(node, SEEN):
        yield node
        return
    for child in children(node):
        yield from _operands(child)


def label(node: x.Expr) -> str:
    """A short name of a value for people."""
    match node:
        case x.ProfileField(path=path):
            return ".".join(path)
        case x.EventField(path=path):
            return ".".join(path) or "the moment of the event"
        case x.Variable(name=name, path=path):
            return ".".join((name, *path))
        case x.Aggregate(function=function, event=event, field=field):
            narrowed = "" if node.where is None else " (narrowed)"
            return f"{function} of {'.'.join((event, *field))}{narrowed}{_window(node.window)}"
        case x.Pick(which=which, event=event, field=field):
            return f"{which} {'.'.join((event, *field))}"
        case x.TimeSince(moment=moment):
            return f"time since {label(moment)}"
        case x.ValueOf(name=name) | x.ScoreOf(name=name):
            return name
        case x.LevelOf(name=name):
            return f"{name}.level"
        case _:
            return "value"


def _window(window: x.Window) -> str:
    match window:
        case x.InLast(duration=duration):
            return f" in last {words(duration)}"
        case x.Since(moment=x.Entered()):
            return " since entered"
        case x.Since():
            return " since then"
        case x.Ever():
            return " ever"


def words(duration: x.Duration) -> str:
    """``90 days``, ``2 hours``: a duration as it would be said."""
    parts = []
    years, months = divmod(duration.months, 12)
    rest = duration.milliseconds
    units = [("year", years), ("month", months), ("day", duration.days)]
    for unit, size in (("hour", 3_600_000), ("minute", 60_000), ("second", 1000)):
        amount, rest = divmod(rest, size)
        units.append((unit, amount))
    for unit, amount in units:
        if amount:
            parts.append(f"{amount} {unit}" if amount == 1 else f"{amount} {unit}s")
    return " ".join(parts) or "no time"


def lasted(milliseconds: int) -> str:
    """``3 days 2 hours``: how long something took."""
    days, rest = divmod(milliseconds, 86_400_000)
    return words(x.Duration(0, days, rest))


def failure(program: CompiledProgram, condition: x.Expr | None, state: State, now: int, scope: Any) -> dict[str, Any]:
    """What to write into the journal about a condition that did not hold."""
    if condition is None:
        return {"why": ""}
    failed = program.tracer.failed(condition, state, now, scope.vars.get("event"), scope)
    return {"why": "; ".join(sentence(part) for part in failed) or "the condition is false", "at": [part.line for part in failed]}


def sentence(part: Part) -> str:
    """``cart_value >= 25 is false: cart_value is 20``."""
    seen = ", ".join(f"{name} is {shown(value)}" for name, value in part.values.items())
    verdict = f"{part.text} is {'true' if part.holds else 'false'}"
    return f"{verdict}: {seen}" if seen else verdict


def shown(value: Any) -> str:
    """A value for people."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple) and len(value) == 3:
        return words(x.Duration(*value))
    if isinstance(value, list | tuple):
        return f"[{', '.join(shown(each) for each in value)}]"
    if isinstance(value, dict):
        return f"({', '.join(f'{name}: {shown(each)}' for name, each in value.items())})"
    return str(value)
