"""Values written out as Python expressions. Unknown is None and spreads."""

from __future__ import annotations

from typing import assert_never

from triggerfish.dsl.ir import expressions as x
from triggerfish.runtime.machine.code import history
from triggerfish.runtime.machine.code.functions import call
from triggerfish.runtime.machine.code.writer import Code, Writer

PLAIN = (str, int, float, bool)


def value(w: Writer, node: x.Expr) -> Code:
    """The source of a value. Conditions are values too (booleans, never unknown)."""
    match node:
        case x.Constant():
            return _constant(w, node)
        case x.ProfileField():
            return _profile(w, node)
        case x.EventField(path=path):
            return w.event(path) if w.event else event_field(w, path)
        case x.Variable(name=name, path=path):
            return _variable(name, path)
        case x.Entered():
            return Code("r.entered", nullable=False)
        case x.Now():
            return Code("now", nullable=False)
        case x.LocalMoment():
            day = w.constant(_date(node.date))
            return Code(f"clock({day}, {node.hour * 60 + node.minute}, zone(S))", nullable=False)
        case x.ValueOf(name=name):
            return value(w, w.value_named(name))
        case x.ScoreOf(name=name):
            return Code(f"score(S, {name!r})", nullable=False)
        case x.LevelOf(name=name):
            return Code(f"level(S, {name!r})", nullable=True)
        case x.ModelOf(name=name, part=part):
            return Code(f"predicted(S, {name!r}, {int(part == 'confidence')})", nullable=True)
        case x.MomentOf(date=date):
            return _guarded(w, [value(w, date)], lambda text: f"midnight({text[0]}, zone(S))")
        case x.DateOf(moment=moment):
            return _guarded(w, [value(w, moment)], lambda text: f"date_of({text[0]}, zone(S))")
        case x.Negate(operand=operand):
            return _guarded(w, [value(w, operand)], lambda text: f"-{text[0]}")
        case x.Arithmetic():
            return _arithmetic(w, node)
        case x.Call():
            return call(w, node.function, [value(w, argument) for argument in node.arguments])
        case x.Template():
            return Code(f"{{'template': {node.source!r}}}", nullable=False)
        case x.ListOf(items=items):
            return Code(f"[{', '.join(value(w, item).text for item in items)}]", nullable=False)
        case x.Aggregate():
            return history.aggregate(w, node)
        case x.Pick():
            return history.pick(w, node)
        case x.TimeSince(moment=moment):
            return _guarded(w, [value(w, moment)], lambda text: f"(0, 0, now - {text[0]})")
        case (
            x.Compare() | x.Between() | x.OneOf() | x.Known() | x.Within() | x.Did() | x.InSegment() | x.InFlow()
            | x.Subscribed() | x.Reachable() | x.Truth() | x.Not() | x.And() | x.Or() | x.Located()
        ):
            from triggerfish.runtime.machine.code.conditions import condition  # the two need each other

            return Code(f"({condition(w, node)})", nullable=False)
        case _:
            assert_never(node)


def event_field(w: Writer, path: tuple[str, ...]) -> Code:
    """A field of the event looked at; the empty path is its moment."""
    if not path:
        return Code("now", nullable=False)
    if len(path) == 1:
        return Code(w.load(f"e.get({path[0]!r})"), nullable=True)
    return Code(w.load(f"dig(e, {', '.join(map(repr, path))})"), nullable=True)


def _date(text: str) -> object:
    import datetime as dt  # only for the rare date literal

    return dt.date.fromisoformat(text)


def _constant(w: Writer, node: x.Constant) -> Code:
    if node.value is None:
        return Code("None", nullable=True)
    if isinstance(node.value, PLAIN):
        return Code(repr(node.value), nullable=False)
    if node.type == "duration":
        return Code(repr(tuple(node.value)), nullable=False)
    return Code(w.constant(node.value), nullable=False)


def _profile(w: Writer, node: x.ProfileField) -> Code:
    if len(node.path) > 1:
        return Code(w.load(f"dig(p, {', '.join(map(repr, node.path))})"), nullable=True)
    name = node.path[0]
    if node.default is None:
        return Code(w.load(f"p.get({name!r})"), nullable=True)
    default = repr(node.default) if isinstance(node.default, PLAIN) else w.constant(node.default)
    return Code(w.load(f"p.get({name!r}, {default})"), nullable=False)


def _variable(name: str, path: tuple[str, ...]) -> Code:
    if not path:
        return Code(f"caught(r.vars.get({name!r}))", nullable=True)
    if len(path) == 1:
        return Code(f"(r.vars.get({name!r}) or NOTHING).get({path[0]!r})", nullable=True)
    return Code(f"dig(r.vars.get({name!r}), {', '.join(map(repr, path))})", nullable=True)


def _guarded(w: Writer, operands: list[Code], made: object, *, nullable: bool = False) -> Code:
    """``made`` of the operands' texts if all of them are known, else None."""
    guards, texts = [], []
    for operand in operands:
        guard, text = w.not_none(operand)
        texts.append(text)
        if guard:
            guards.append(guard)
    source = made(texts)  # type: ignore[operator]
    if not guards:
        return Code(f"({source})", nullable)
    return Code(f"({source} if {' and '.join(guards)} else None)", nullable=True)


def _arithmetic(w: Writer, node: x.Arithmetic) -> Code:
    left, right = value(w, node.left), value(w, node.right)
    kinds = (node.left_type, node.right_type)
    sign = 1 if node.operator == "+" else -1
    match (*kinds, node.operator):
        case ("date", "duration", _):
            return _guarded(w, [left, right], lambda t: f"step_date({t[0]}, {t[1]}, {sign})")
        case ("datetime", "duration", _):
            return _guarded(w, [left, right], lambda t: f"step({t[0]}, {t[1]}, zone(S), {sign})")
        case ("duration", "duration", _):
            return _guarded(w, [left, right], lambda t: f"tuple(a {node.operator} b for a, b in zip({t[0]}, {t[1]}))")
        case ("duration", "number", "*"):
            return _guarded(w, [left, right], lambda t: f"scaled({t[0]}, {t[1]})")
        case ("number", "duration", "*"):
            return _guarded(w, [left, right], lambda t: f"scaled({t[1]}, {t[0]})")
        case ("duration", "number", "/"):
            return _guarded(w, [left, right], lambda t: f"(scaled({t[0]}, 1 / {t[1]}) if {t[1]} else None)", nullable=True)
        case ("datetime", "datetime", "-"):
            return _guarded(w, [left, right], lambda t: f"(0, 0, {t[0]} - {t[1]})")
        case (_, _, "/"):
            return _guarded(w, [left, right], lambda t: f"divided({t[0]}, {t[1]})", nullable=True)
        case _:
            return _guarded(w, [left, right], lambda t: f"{t[0]} {node.operator} {t[1]}")
