"""Conditions written out as Python expressions that are true or false, never None."""

from __future__ import annotations

from triggerfish.dsl.ir import expressions as x
from triggerfish.runtime.machine.code import history
from triggerfish.runtime.machine.code.support import like
from triggerfish.runtime.machine.code.values import value
from triggerfish.runtime.machine.code.writer import Writer

SYMBOLS = {"is": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def condition(w: Writer, node: x.Expr) -> str:
    """The source of a condition."""
    match node:
        case x.Located(condition=inner):
            return condition(w, inner)
        case x.And(operands=operands):
            return "(" + " and ".join(condition(w, each) for each in operands) + ")"
        case x.Or(operands=operands):
            return "(" + " or ".join(condition(w, each) for each in operands) + ")"
        case x.Not(operand=operand):
            return f"(not {condition(w, operand)})"
        case x.Compare():
            return _negated(_compare(w, node), node.negated)
        case x.Between():
            return _negated(_between(w, node), node.negated)
        case x.OneOf():
            return _negated(_one_of(w, node), node.negated)
        case x.Known(value=inner, negated=negated):
            known = value(w, inner)
            return f"({known.text} is {'' if negated else 'not '}None)" if known.nullable else str(not negated)
        case x.Within():
            return _negated(_within(w, node), node.negated)
        case x.Did():
            return history.did(w, node)
        case x.InSegment(segment=segment, negated=negated):
            return _negated(_in_segment(w, segment), negated)
        case x.InFlow(flow=flow, negated=negated):
            return _negated(f"inside(S, {flow!r})", negated)
        case x.Subscribed(topic=topic, channel=channel):
            return f"subscribed(S, {topic!r}, {channel!r})"
        case x.Reachable(channel=channel):
            return f"reachable(S, {channel!r})"
        case x.Truth(value=inner):
            return f"({value(w, inner).text} is True)"
        case _:
            return f"({value(w, node).text} is True)"


def _negated(source: str, negated: bool) -> str:  # noqa: FBT001 - the node says it
    return f"(not {source})" if negated else source


def _joined(*parts: str) -> str:
    return "(" + " and ".join(part for part in parts if part) + ")"


def _in_segment(w: Writer, name: str) -> str:
    segment = next((each for each in w.program.segments if each.name == name), None)
    if segment is None:  # a run of an earlier version asks for a segment that is gone: nobody is in it
        return "False"
    if segment.kind == "list":
        return f"listed(S, {name!r})"
    return f"({name!r} in S.segments)"


def _compare(w: Writer, node: x.Compare) -> str:
    elapsed = _elapsed(w, node)
    if elapsed is not None:
        return elapsed
    left, right = value(w, node.left), value(w, node.right)
    if node.operator == "is" and node.type != "duration" and not (left.nullable and right.nullable):
        return f"({left.text} == {right.text})"
    left_guard, a = w.not_none(left)
    right_guard, b = w.not_none(right)
    return _joined(left_guard, right_guard, _test(w, node, a, b))


def _test(w: Writer, node: x.Compare, a: str, b: str) -> str:
    if node.operator in SYMBOLS:
        if node.type == "duration":
            a, b = f"as_milliseconds({a})", f"as_milliseconds({b})"
        return f"{a} {SYMBOLS[node.operator]} {b}"
    if node.operator == "contains":
        return f"{b} in {a}"
    if node.operator == "starts with":
        return f"{a}.startswith({b})"
    if node.operator == "ends with":
        return f"{a}.endswith({b})"
    if isinstance(node.right, x.Constant):
        return _like(w, a, node.right.value)
    return f"matches({a}, {b})"


def _like(w: Writer, subject: str, pattern: str) -> str:
    """``like`` with a pattern known beforehand; the usual shapes need no regular expression."""
    pieces = pattern.split("*")
    if "?" not in pattern:
        match pieces:
            case [whole]:
                return f"{subject} == {whole!r}"
            case [start, ""]:
                return f"{subject}.startswith({start!r})"
            case ["", end]:
                return f"{subject}.endswith({end!r})"
            case ["", middle, ""]:
                return f"{middle!r} in {subject}"
            case _:
                pass
    return f"{w.constant(like(pattern))}({subject}) is not None"


MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "is": "is"}


def elapsed_parts(w: Writer, node: x.Compare) -> tuple[x.Expr, str, x.Expr] | None:
    """``(moment, operator, duration)`` of ``time since MOMENT operator DURATION``, whichever side it stands on."""
    if node.type != "duration" or node.operator not in MIRRORED:
        return None
    left, right = resolved(w, node.left), resolved(w, node.right)
    if isinstance(left, x.TimeSince):
        return left.moment, node.operator, right
    if isinstance(right, x.TimeSince):
        return right.moment, MIRRORED[node.operator], left
    return None


def resolved(w: Writer, node: x.Expr) -> x.Expr:
    """What a ``value`` stands for; anything else as it is."""
    while isinstance(node, x.ValueOf):
        node = w.value_named(node.name)
    return node


def _elapsed(w: Writer, node: x.Compare) -> str | None:
    """``time since t >= d`` means that now is at or after t plus d, months counted by the calendar."""
    parts = elapsed_parts(w, node)
    if parts is None:
        return None
    moment, operator, duration = parts
    moment_guard, start = w.not_none(value(w, moment))
    duration_guard, length = w.not_none(value(w, duration))
    return _joined(moment_guard, duration_guard, f"now {SYMBOLS[operator]} window_end({start}, {length}, zone(S))")


def _between(w: Writer, node: x.Between) -> str:
    if node.type == "duration" and isinstance(resolved(w, node.value), x.TimeSince):
        at_least = x.Compare(">=", node.value, node.low, negated=False, type="duration")
        at_most = x.Compare("<=", node.value, node.high, negated=False, type="duration")
        return _joined(_compare(w, at_least), _compare(w, at_most))
    subject_guard, subject = w.not_none(value(w, node.value))
    low_guard, low = w.not_none(value(w, node.low))
    high_guard, high = w.not_none(value(w, node.high))
    if node.type == "duration":
        subject, low, high = (f"as_milliseconds({text})" for text in (subject, low, high))
    return _joined(subject_guard, low_guard, high_guard, f"{low} <= {subject} <= {high}")


def _one_of(w: Writer, node: x.OneOf) -> str:
    subject = value(w, node.value)
    options = node.options
    if isinstance(options, x.ListOf) and all(isinstance(item, x.Constant) for item in options.items):
        values = tuple(item.value for item in options.items if isinstance(item, x.Constant))
        return f"({subject.text} in {w.constant(_members(values))})"
    if isinstance(options, x.Constant):
        return f"({subject.text} in {w.constant(_members(tuple(options.value)))})"
    guard, subject_text = w.not_none(subject)
    if isinstance(options, x.ListOf):
        listed = ", ".join(value(w, item).text for item in options.items)
        return _joined(guard, f"{subject_text} in ({listed},)")
    list_guard, text = w.not_none(value(w, options))
    return _joined(guard, list_guard, f"{subject_text} in {text}")


def _members(values: tuple[object, ...]) -> object:
    known = [each for each in values if each is not None]
    try:
        return frozenset(known)
    except TypeError:
        return known


def _within(w: Writer, node: x.Within) -> str:
    guard, subject = w.not_none(value(w, node.value))
    duration, last = node.duration, node.direction == "last"
    if node.type == "date":
        return _joined(guard, f"date_window({subject}, today(now, zone(S)), {duration.span}, last={last})")
    length = history.exact(duration)
    if guard == "" and not subject.isidentifier():
        name = w.temporary()
        guard, subject = f"({name} := {subject}) is not None", name
    if last:
        end = f"{subject} + {length}" if length is not None else f"window_end({subject}, {duration.span}, zone(S))"
        return _joined(guard, f"{subject} <= now < {end}")
    end = f"now + {length}" if length is not None else f"window_end(now, {duration.span}, zone(S))"
    return _joined(guard, f"now <= {subject} < {end}")
