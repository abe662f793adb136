"""Segments, scores, values and models in words."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.describe.conditions import Conditions
from triggerfish.dsl.describe.headers import line_of
from triggerfish.dsl.describe.names import any_of, happening, none_of, spoken
from triggerfish.dsl.describe.quantities import duration, listed, number
from triggerfish.dsl.describe.sentence import Sentence
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir import program as p


def segment(given: p.Segment, conditions: Conditions) -> Iterator[Sentence]:
    """Who belongs to a segment."""
    subject = f"segment {given.name}"
    called = conditions.labels.segment(given.name)

    def said(text: str, line: int, depth: int = 0) -> Sentence:
        return Sentence(text, given.file, line or given.line, depth, subject)

    if given.kind == "hand":
        yield said(f"The segment {called} is filled by hand: flows put people in and take them out.", given.line)
    elif given.kind == "list":
        people = "person" if len(given.members) == 1 else "people"
        yield said(f"The segment {called} is a fixed list of {len(given.members)} {people}.", given.line)
    elif given.condition is not None:
        parts = given.condition.operands if isinstance(given.condition, x.And) else (given.condition,)
        if len(parts) == 1:
            yield said(f"Somebody is in the segment {called} when {conditions.say(parts[0])}.", line_of(parts[0]))
            return
        yield said(f"Somebody is in the segment {called} when all of this holds:", given.line)
        for part in parts:
            clause = conditions.say(part)
            yield said(f"{clause[:1].upper()}{clause[1:]}.", line_of(part), 1)


def value(given: p.Value, conditions: Conditions, file: str) -> Sentence:
    """What a named calculation is."""
    text = f"“{spoken(given.name)}” is {conditions.values.say(given.value)}."
    return Sentence(text, file, given.line, 0, f"value {given.name}")


def score(given: p.Score, conditions: Conditions, file: str) -> Iterator[Sentence]:
    """How a score comes about."""
    subject = f"score {given.name}"
    bounds = _bounds(given.low, given.high)
    called = f"“{given.label or spoken(given.name)}”"
    yield Sentence(f"The score {called} starts at {number(given.start)}{bounds}.", file, given.line, 0, subject)
    if given.fade is not None:
        share = number(round(given.fade.share * 100, 4))
        per = duration(given.fade.per)
        yield Sentence(f"It fades by {share}% after each {per.removeprefix('1 ')} in which nothing changed it.", file, given.line, 0, subject)
    for rule in given.rules:
        yield Sentence(_rule(rule, conditions), file, rule.line, 0, subject)
    if given.levels:
        levels = listed([f"“{spoken(name)}” from {number(threshold)}" for name, threshold in given.levels])
        yield Sentence(f"Its levels are {levels}.", file, given.line, 0, subject)


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f" and stays between {number(low)} and {number(high)}"
    if low is not None:
        return f" and never falls below {number(low)}"
    return f" and never rises above {number(high)}" if high is not None else ""


def _rule(rule: p.EventPoints | p.WhilePoints, conditions: Conditions) -> str:
    points = f"{rule.points:+g} point{'' if abs(rule.points) == 1 else 's'}"
    if isinstance(rule, p.WhilePoints):
        return f"{points} as long as {conditions.say(rule.condition)}."
    where = f" {conditions.narrowing(rule.where)}" if rule.where is not None else ""
    most = ""
    if rule.limit is not None:
        most = f", at most {'once' if rule.limit == 1 else f'{rule.limit} times'} per {rule.period}"
    return f"{points} each time {happening(rule.event).now()}{where}{most}."


def model(given: p.Model, conditions: Conditions, file: str) -> Iterator[Sentence]:
    """What a model predicts, and from what."""
    subject = f"model {given.name}"
    what = none_of([given.event]) if given.negated else any_of([given.event])
    where = f" {conditions.narrowing(given.where)}" if given.where is not None else ""
    called = f"“{given.label or spoken(given.name)}”"
    text = f"The model {called} says how likely it is that {what}{where} within {duration(given.within)}."
    yield Sentence(text, file, given.line, 0, subject)
    if given.only_if is not None:
        text = f"It is about people of whom this is true: {conditions.say(given.only_if)}."
        yield Sentence(text, file, line_of(given.only_if) or given.line, 0, subject)
