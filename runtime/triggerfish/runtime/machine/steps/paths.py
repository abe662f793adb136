"""``choose best``: the path with the highest score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triggerfish.dsl.ir.steps import Where
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.steps.instruction import Instruction

if TYPE_CHECKING:
    from triggerfish.runtime.machine.session import Session
    from triggerfish.runtime.machine.state import Run


@dataclass(frozen=True, slots=True)
class Rule:
    """Points, and the condition for them (None: always)."""

    points: float
    test: Function | None
    text: str


@dataclass(slots=True)
class ScoredPath:
    """A path and its rules."""

    name: str
    rules: Sequence[Rule]
    line: int
    target: int = 0


class ChooseBest(Instruction):
    """The highest score wins, of equal ones the first; with no points at all, ``otherwise``.

    Scores, reasons and the confidence (the winner's share of all positive points) are written to the journal.
    """

    def __init__(self, at: Where, name: str, paths: Sequence[ScoredPath]) -> None:
        super().__init__(at)
        self.name = name
        self.paths = paths
        self.otherwise = 0

    def perform(self, session: Session, run: Run) -> int | None:
        scores: dict[str, float] = {}
        reasons: dict[str, list[str]] = {}
        for path in self.paths:
            held = [
                rule for rule in path.rules
                if rule.test is None or rule.test(session.state, session.now, None, run)
            ]
            if held:
                scores[path.name] = sum(rule.points for rule in held)
                reasons[path.name] = [rule.text for rule in held]
        best = max(scores.values(), default=0)
        winner = next((path for path in self.paths if path.name in scores and scores[path.name] == best), None)
        if winner is None or best == 0:
            run.vars[self.name] = {"path": None}
            session.fact("branch", run, self.at, {"took": "otherwise", "scores": scores})
            return self.otherwise
        positive = sum(score for score in scores.values() if score > 0)
        confidence = round(best / positive, 4) if positive > 0 else 0
        run.vars[self.name] = {"path": winner.name}
        session.fact(
            "branch", run, self.at,
            {"took": winner.name, "scores": scores, "reasons": reasons[winner.name], "confidence": confidence},
            line=winner.line,
        )
        return winner.target
