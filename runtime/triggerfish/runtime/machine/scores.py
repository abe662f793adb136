"""Scores: points for events, points while a condition holds, fading, levels."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from triggerfish.dsl.ir.program import EventPoints, Program, Score, WhilePoints
from triggerfish.runtime.machine import calendar
from triggerfish.runtime.machine.code.compiler import Compiler
from triggerfish.runtime.machine.code.writer import Function
from triggerfish.runtime.machine.signals import Happened
from triggerfish.runtime.machine.state import Points
from triggerfish.runtime.machine.uses import Key, uses

if TYPE_CHECKING:
    from triggerfish.runtime.machine.reactions import Rule
    from triggerfish.runtime.machine.session import Session


@dataclass(frozen=True, slots=True)
class CompiledScore:
    """``tests`` and ``flips`` stand beside ``ir.rules``: a rule's ``where``, or its ``while`` condition.

    ``period`` is after how long without a touch the score fades, and again after each.
    """

    ir: Score
    tests: tuple[Function | None, ...]
    flips: tuple[Function | None, ...]
    events: frozenset[str]
    uses: frozenset[Key]
    period: calendar.Span | None

    @classmethod
    def of(cls, score: Score, program: Program, compiler: Compiler) -> CompiledScore:
        """The score made ready to run."""
        tests: list[Function | None] = []
        flips: list[Function | None] = []
        held = [rule.condition for rule in score.rules if isinstance(rule, WhilePoints)]
        for rule in score.rules:
            if isinstance(rule, WhilePoints):
                tests.append(compiler.condition(rule.condition))
                flips.append(compiler.flip(rule.condition))
            else:
                tests.append(compiler.condition(rule.where) if rule.where is not None else None)
                flips.append(None)
        events = frozenset(rule.event for rule in score.rules if isinstance(rule, EventPoints))
        period = None if score.fade is None else score.fade.per.span
        return cls(score, tuple(tests), tuple(flips), events, uses(program, held), period)

    def clamped(self, value: float) -> float:
        """The value inside the score's bounds."""
        low, high = self.ir.low, self.ir.high
        if low is not None and value < low:
            value = low
        if high is not None and value > high:
            value = high
        return int(value) if isinstance(value, float) and value.is_integer() else value

    def shown(self, points: Points) -> float:
        """The value with the points of the ``while`` rules that hold."""
        held = sum([self.ir.rules[index].points for index in points.active]) if points.active else 0
        return self.clamped(points.value + held)


def of_person(session: Session, name: str) -> Points:
    """The person's points, made where there are none yet."""
    points = session.state.scores.get(name)
    if points is None:
        score = session.program.scores[name]
        points = session.state.scores[name] = Points(float(score.ir.start), session.now)
        _plan_fade(session, score, points)
        _ask_held(session, score, points)
    return points


def add(session: Session, name: str, amount: float) -> None:
    """Points given by hand or by a rule: a touch."""
    score, points = session.program.scores[name], of_person(session, name)
    points.value = float(score.clamped(points.value + amount))
    points.touched = session.now
    if score.period is not None:
        _plan_fade(session, score, points)
    session.changed(("score", name))


def put(session: Session, name: str, value: float) -> None:
    """Let the score be this now, the points of its ``while`` rules included: a touch."""
    score, points = session.program.scores[name], of_person(session, name)
    held = sum(score.ir.rules[index].points for index in points.active)
    points.value = float(value - held)
    points.touched = session.now
    _plan_fade(session, score, points)


def react(session: Session, event: Happened, rules: Iterable[Rule]) -> None:
    """The points this event gives by these rules."""
    for rule in rules:
        holds = rule.test is None or rule.test(session.state, session.now, event.fields, None)
        if holds and (rule.points.limit is None or _room(session, rule.score, rule.index, rule.points)):
            add(session, rule.score.ir.name, rule.points.points)


def _room(session: Session, score: CompiledScore, index: int, rule: EventPoints) -> bool:
    zone = session.program.zone(session.state)
    begin = calendar.period_start(session.now, rule.period or "day", zone)
    counts = of_person(session, score.ir.name).counts
    counted = counts.get(index)
    given = counted[1] if counted is not None and counted[0] == begin else 0
    if rule.limit is not None and given >= rule.limit:
        return False
    counts[index] = [begin, given + 1]
    return True


def refresh(session: Session, keys: frozenset[Key] | set[Key]) -> None:
    """Ask the ``while`` conditions again that depend on any of ``keys``."""
    for name in session.program.held:
        score = session.program.scores[name]
        if not score.uses.isdisjoint(keys):
            _ask_held(session, score, of_person(session, name))


def _ask_held(session: Session, score: CompiledScore, points: Points) -> None:
    active: list[int] = []
    turns: list[int] = []
    for index, rule in enumerate(score.ir.rules):
        test, flip = score.tests[index], score.flips[index]
        if isinstance(rule, WhilePoints) and test is not None and test(session.state, session.now, None, None):
            active.append(index)
        if flip is not None and (turn := flip(session.state, session.now, None, None)) is not None:
            turns.append(turn)
    points.flip = min(turns, default=None)
    if active != points.active:
        points.active = active
        session.changed(("score", score.ir.name))


def _plan_fade(session: Session, score: CompiledScore, points: Points) -> None:
    if score.period is not None:
        points.fades = calendar.step(points.touched, score.period, session.program.zone(session.state))


def _span(score: CompiledScore, periods: int) -> calendar.Span:
    months, days, milliseconds = score.period or (0, 0, 0)
    return months * periods, days * periods, milliseconds * periods


def due(session: Session, names: Container[str] | None = None) -> None:
    """Fades and ``while`` points whose moment has come; of these scores only, if some are named."""
    for name, points in session.state.scores.items():
        score = session.program.scores.get(name)
        if score is None or (names is not None and name not in names):
            continue
        while points.fades is not None and points.fades <= session.now:
            _fade(session, score, points)
        if points.flip is not None and points.flip <= session.now:
            _ask_held(session, score, points)


def _fade(session: Session, score: CompiledScore, points: Points) -> None:
    fade, low = score.ir.fade, score.ir.low
    if fade is None:
        points.fades = None
        return
    faded = points.value * (1 - fade.share)
    points.value = faded if low is None else float(max(faded, min(low, points.value)))
    zone = session.program.zone(session.state)
    reached = points.fades or session.now
    count = 1
    while (coming := calendar.step(points.touched, _span(score, count), zone)) <= reached:
        count += 1
    points.fades = coming
    if abs(points.value) < 1e-9:
        points.fades = None
    session.changed(("score", score.ir.name))
