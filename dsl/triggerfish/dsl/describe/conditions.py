"""Conditions in words: clauses that can follow *if* and *when*."""

from __future__ import annotations

from collections.abc import Mapping

from triggerfish.dsl.describe.names import Labels, channels, happening, spoken
from triggerfish.dsl.describe.quantities import listed, window
from triggerfish.dsl.describe.values import Values
from triggerfish.dsl.ir import expressions as x

_NUMBER = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}
_OPPOSITE: dict[str, str] = {"<": "at least", "<=": "more than", ">": "at most", ">=": "less than"}
_MOMENT = {"<": "before", "<=": "at the latest on", ">": "after", ">=": "at the earliest on"}
_TIMES = {"at least": "fewer than", "at most": "more than", "exactly": "not exactly"}
_TEXT = {"contains": "contain", "starts with": "start with", "ends with": "end with", "like": "look like"}
_DONE = frozenset("sent opened clicked bounced failed replied".split())


class Conditions:
    """Speaks of conditions.

    ``caught`` says what names of the run stand for: ``{"click": "an email was clicked"}``; ``sends`` which messages.
    """

    def __init__(self, labels: Labels, caught: Mapping[str, str], sends: Mapping[str, str]) -> None:
        self.labels = labels
        self.caught = caught
        self.sends = sends
        self.values = Values(self.narrowing)

    def say(self, condition: x.Expr, *, yes: bool = True) -> str:
        """A clause that holds when the condition does; with ``yes=False`` when it does not."""
        match condition:
            case x.Located(condition=inner):
                return self.say(inner, yes=yes)
            case x.Not(operand=operand):
                return self.say(operand, yes=not yes)
            case x.And(operands=operands):
                return self._joined(operands, "and" if yes else "or", yes=yes)
            case x.Or(operands=operands):
                return self._joined(operands, "or" if yes else "and", yes=yes)
            case x.Did():
                return self._did(condition, yes=yes != condition.negated)
            case x.Compare():
                return self._compare(condition, yes=yes != condition.negated)
            case x.Truth(value=value):
                return self._truth(value, yes=yes)
            case x.Between() | x.OneOf() | x.Known() | x.Within():
                return self._tested(condition, yes=yes != condition.negated)
            case x.InSegment() | x.InFlow() | x.Subscribed() | x.Reachable():
                return self._standing(condition, yes=yes)
            case _:
                return self._truth(condition, yes=yes)

    def narrowing(self, where: x.Expr) -> str:
        """What follows an event: ``with a total of more than 10``, or in the general case ``where …``."""
        parts = where.operands if isinstance(where, x.And) else (where,)
        simple = [self._property(part) for part in parts]
        if all(simple):
            return f"with {listed([each for each in simple if each])}"
        return f"where {self.say(where)}"

    def _property(self, part: x.Expr) -> str:
        inner = part.condition if isinstance(part, x.Located) else part
        if not isinstance(inner, x.Compare) or inner.negated or not isinstance(inner.left, x.EventField):
            return ""
        if not isinstance(inner.right, x.Constant):
            return ""
        name = spoken(".".join(inner.left.path))
        right = self.values.say(inner.right)
        if inner.operator == "is":
            return f"the {name} {right}"
        return f"a {name} of {_NUMBER[inner.operator]} {right}" if inner.operator in _NUMBER else ""

    def _joined(self, operands: tuple[x.Expr, ...], word: str, *, yes: bool) -> str:
        said = []
        for operand in operands:
            clause = self.say(operand, yes=yes)
            inner = operand.condition if isinstance(operand, x.Located) else operand
            said.append(f"({clause})" if isinstance(inner, x.And | x.Or) and len(operands) > 1 else clause)
        return listed(said, word)

    # --- single conditions --------------------------------------------------------------------------

    def _did(self, did: x.Did, *, yes: bool) -> str:
        when = self.values.window(did.window)
        if did.comparison == "at least" and did.count == 1:
            return f"{self.values.occurred(did.event, did.where, positive=yes)} {when or ('' if yes else 'so far')}".rstrip()
        comparison = did.comparison if yes else _TIMES[did.comparison]
        times = f"{comparison} {'once' if did.count == 1 else f'{did.count} times'}"
        return f"{self.values.occurred(did.event, did.where)} {times} {when}".rstrip()

    def _compare(self, given: x.Compare, *, yes: bool) -> str:
        left, right = self.values.say(given.left), self.values.say(given.right)
        operator = given.operator
        if isinstance(given.left, x.Aggregate) and given.left.function == "count":
            return self._often(given, given.left, yes=yes)
        if operator == "is":
            return f"{left} is {'' if yes else 'not '}{right}"
        if operator == "contains" and given.type == "list":
            return f"{right} is {'' if yes else 'not '}among {left}"
        if operator in _TEXT:
            verb = _TEXT[operator]
            plain = verb.replace(verb.split()[0], f"{verb.split()[0]}s", 1)
            return f"{left} {plain if yes else f'does not {verb}'} {right}"
        if given.type in {"date", "datetime"}:
            return f"{left} is {'' if yes else 'not '}{_MOMENT[operator]} {right}"
        return f"{left} is {_NUMBER[operator] if yes else _OPPOSITE[operator]} {right}"

    def _often(self, given: x.Compare, count: x.Aggregate, *, yes: bool) -> str:
        """``a purchase happened exactly 1 time so far``."""
        if given.operator == "is":
            comparison = "exactly" if yes else "not exactly"
        else:
            comparison = _NUMBER[given.operator] if yes else _OPPOSITE[given.operator]
        times = self.values.say(given.right)
        event = self.values.occurred(count.event, count.where)
        when = self.values.window(count.window) or "so far"
        return f"{event} {comparison} {'once' if times == '1' else f'{times} times'} {when}"

    def _tested(self, given: x.Between | x.OneOf | x.Known | x.Within, *, yes: bool) -> str:
        what = self.values.say(given.value)
        no = "" if yes else "not "
        match given:
            case x.Between(low=low, high=high):
                return f"{what} is {no}between {self.values.say(low)} and {self.values.say(high)}"
            case x.Known():
                return f"{what} is {'known' if yes else 'unknown'}"
            case x.Within(direction=direction, duration=length):
                return f"{what} is {no}within the {direction} {window(length)}"
            case x.OneOf(options=options):
                each = self._options(options)
                if each is None:
                    return f"{what} is {no}among {self.values.say(options)}"
                return f"{what} is {listed(each, 'or')}" if yes else f"{what} is neither {listed(each, 'nor')}"

    def _options(self, options: x.Expr) -> list[str] | None:
        if isinstance(options, x.ListOf):
            return [self.values.say(item) for item in options.items]
        if isinstance(options, x.Constant) and isinstance(options.value, list | tuple):
            kinds = ["number" if isinstance(item, int | float) else "text" for item in options.value]
            pairs = zip(options.value, kinds, strict=True)
            return [self.values.say(x.Constant(item, "number" if kind == "number" else "text")) for item, kind in pairs]
        return None

    def _standing(self, given: x.InSegment | x.InFlow | x.Subscribed | x.Reachable, *, yes: bool) -> str:
        match given:
            case x.InSegment(segment=segment, negated=negated):
                return f"they are {'' if yes != negated else 'not '}in the segment {self.labels.segment(segment)}"
            case x.InFlow(flow=flow, negated=negated):
                return f"they are {'' if yes != negated else 'not '}in the flow {self.labels.flow(flow)}"
            case x.Subscribed(topic=topic, channel=channel):
                by = f" by {channels([channel])}" if channel else ""
                return f"they are {'' if yes else 'not '}subscribed to {self.labels.topic(topic)}{by}"
            case x.Reachable(channel=channel):
                return f"they {'can' if yes else 'cannot'} be reached by {channels([channel])}"

    def _truth(self, value: x.Expr, *, yes: bool) -> str:
        if isinstance(value, x.Variable) and len(value.path) == 1:
            part = value.path[0]
            if value.name in self.caught and part == "happened":
                return self._caught(value.name, yes=yes)
            if part in _DONE:
                message = self.labels.message(self.sends[value.name]) if value.name in self.sends else f"“{value.name}”"
                return f"{message} was {'' if yes else 'not '}{part}"
            if part == "ok":
                return f"“{spoken(value.name)}” {'succeeded' if yes else 'failed'}"
        said = self.values.say(value)
        return f"{said} is {'true' if yes else 'not true'}"

    def _caught(self, name: str, *, yes: bool) -> str:
        event = self.caught[name]
        if not event:
            return "that came true in time" if yes else "that did not come true in time"
        return happening(event).before(positive=yes) + " in that time"
