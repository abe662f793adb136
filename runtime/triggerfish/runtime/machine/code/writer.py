"""The context in which an expression is written out as Python source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Program
from triggerfish.runtime.machine.code.support import SUPPORT

Function = Callable[[Any, int, Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Code:
    """A Python expression and whether it may be None."""

    text: str
    nullable: bool


@dataclass(slots=True)
class Writer:
    """Collects constants and temporaries of one function.

    ``event`` writes the source for a field of the event looked at; inside a history condition's ``where`` it is replaced
    by one that reads the log. With ``hoist`` every load of a field is done once, at the top.
    """

    program: Program
    support: Mapping[str, Any]
    event: Callable[[tuple[str, ...]], Code] | None = None
    hoist: bool = False
    constants: dict[str, Any] = field(default_factory=dict)
    loads: dict[str, str] = field(default_factory=dict)
    temporaries: int = 0

    def temporary(self) -> str:
        """A fresh local name."""
        self.temporaries += 1
        return f"_{self.temporaries}"

    def constant(self, value: Any) -> str:
        """A name bound to a value that cannot be written as a literal."""
        name = f"K{len(self.constants)}"
        self.constants[name] = value
        return name

    def load(self, source: str) -> str:
        """A field's load: as it stands, or done once at the top."""
        if not self.hoist:
            return source
        name = self.loads.get(source)
        if name is None:
            name = self.loads[source] = f"L{len(self.loads)}"
        return name

    def not_none(self, code: Code) -> tuple[str, str]:
        """``(guard, use)``: a test that the value is known (empty if it always is) and the text to use after it."""
        if not code.nullable:
            return "", code.text
        if code.text.isidentifier():
            return f"{code.text} is not None", code.text
        name = self.temporary()
        return f"({name} := {code.text}) is not None", name

    def value_named(self, name: str) -> x.Expr:
        """The expression of a ``value`` declaration."""
        return next(value.value for value in self.program.values if value.name == name)

    def finish(self, name: str, body: str) -> Function:
        """Compile ``body`` (an expression or, when it contains newlines, statements) into a function."""
        lines = [f"def {name}(S, now, e, r):"]
        loads = "\n".join(self.loads)
        if "p." in body or "p." in loads or "(p," in body:
            lines.append("    p = S.profile")
        if "h." in body:
            lines.append("    h = S.series")
        lines += [f"    {local} = {source}" for source, local in self.loads.items()]
        lines.append(body if "\n" in body else f"    return {body}")
        namespace: dict[str, Any] = {**SUPPORT, **self.support, **self.constants}
        exec(compile("\n".join(lines), f"<{name}>", "exec"), namespace)  # noqa: S102 - source made here, from checked IR
        made: Function = namespace[name]
        return made
