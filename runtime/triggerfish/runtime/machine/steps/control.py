"""Branches and loops."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.steps.instruction import Instruction

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run

ROUNDS_AT_MOST = 10_000


class Jump(Instruction):
    """Goes on elsewhere."""

    target = 0

    def perform(self, session: Session, run: Run) -> int | None:
        return self.target


@dataclass(slots=True)
class Choice:
    """One arm of a branch: where it leads, and how it reads."""

    test: Function
    condition: x.Expr
    line: int
    text: str
    target: int = 0


class Branch(Instruction):
    """``if`` / ``else if`` / ``else``: the first arm that holds."""

    def __init__(self, at: Where, arms: Sequence[Choice]) -> None:
        super().__init__(at)
        self.arms = arms
        self.otherwise = 0

    def perform(self, session: Session, run: Run) -> int | None:
        for arm in self.arms:
            if arm.test(session.state, session.now, None, run):
                session.missed(run, self.at, arm.line, arm.text, arm.condition, holds=True)
                session.fact("branch", run, self.at, {"took": arm.text}, line=arm.line)
                return arm.target
            session.missed(run, self.at, arm.line, arm.text, arm.condition)
        session.fact("branch", run, self.at, {"took": "else"})
        return self.otherwise


class Switch(Instruction):
    """``choose by``."""

    def __init__(
        self, at: Where, subject: Function, cases: Sequence[tuple[Sequence[Function], int]], *, field: str = ""
    ) -> None:
        super().__init__(at)
        self.subject = subject
        self.field = field
        self.cases = [(values, line, 0) for values, line in cases]
        self.otherwise = 0

    def perform(self, session: Session, run: Run) -> int | None:
        subject = self.subject(session.state, session.now, None, run)
        for values, line, target in self.cases:
            for value in values:
                wanted = value(session.state, session.now, None, run)
                if subject is not None and subject == wanted:
                    session.fact("branch", run, self.at, {"took": session.shown(wanted, self.field)}, line=line)
                    return target
        session.fact("branch", run, self.at, {"took": "otherwise", "value": session.shown(subject, self.field)})
        return self.otherwise


class Loop(Instruction):
    """``repeat``: ``until`` is asked before each round."""

    def __init__(self, at: Where, times: int, until: Function | None) -> None:
        super().__init__(at)
        self.times = times
        self.until = until
        self.after = 0

    def perform(self, session: Session, run: Run) -> int | None:
        rounds = run.loops.setdefault(self.index, [0])
        if rounds[0] >= self.times or (self.until and self.until(session.state, session.now, None, run)):
            del run.loops[self.index]
            return self.after
        rounds[0] += 1
        return self.index + 1


class EachItem(Instruction):
    """``for each item in LIST``: the list is taken once, when the loop begins."""

    def __init__(self, at: Where, item: str, items: Function) -> None:
        super().__init__(at)
        self.item = item
        self.items = items
        self.after = 0

    def perform(self, session: Session, run: Run) -> int | None:
        progress = run.loops.get(self.index)
        if progress is None:
            items: Any = self.items(session.state, session.now, None, run)
            progress = run.loops[self.index] = [0, list(items or ())[:ROUNDS_AT_MOST]]
        done, items = progress
        if done >= len(items):
            del run.loops[self.index]
            run.vars.pop(self.item, None)
            return self.after
        progress[0] = done + 1
        run.vars[self.item] = items[done]
        return self.index + 1
