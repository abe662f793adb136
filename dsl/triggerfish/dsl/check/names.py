"""Dotted names: which field, value, score or caught thing they are."""

from __future__ import annotations

from collections.abc import Sequence

from triggerfish.dsl.check import values
from triggerfish.dsl.check.kinds import ANYTHING, merge, same_base
from triggerfish.dsl.check.report import nearest
from triggerfish.dsl.check.scope import Alternative, Context, Variable
from triggerfish.dsl.check.typed import FAILED, Timing, Typed
from triggerfish.dsl.diagnostics import names as rules
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import DATETIME, NUMBER, TEXT, Field, Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree.steps import WEEKDAYS

RESERVED = {
    "profile": "the person",
    "event": "what started the run",
    "entered": "the moment a run began",
    "content": "contents",
}
"""Names that mean something everywhere."""

FAILED_TYPE = Type("text", options=("failed",))
"""A type that no field has: something was reported."""


def part(name: tx.Name, index: int) -> tx.Word:
    """One word of a dotted name, with its own place."""
    column = name.span.column + sum(len(word) + 1 for word in name.path[:index])
    text = name.path[index]
    if name.span.line != name.span.end_line:
        return tx.Word(text, name.span)
    return tx.Word(text, Span(name.span.file, name.span.line, column, name.span.line, column + len(text)))


def resolve(name: tx.Name, context: Context) -> Typed:
    """The field, value, score or variable of that name; a mistake is reported once, at the word that is wrong."""
    head, rest = name.path[0], name.path[1:]
    if head == "profile" and rest:
        return _profile(name, 1, context)
    if head == "event" and (found := _started(name, context)) is not None:
        return found
    if head == "entered" and not rest:
        return _entered(name, context)
    if (found := _subject(name, context)) is not None:
        return found
    if context.variables is not None and head in context.variables:
        return _variable(name, context.variables[head], context)
    if head in context.symbols.profile:
        return _profile(name, 0, context)
    if (found := _named(name, context)) is not None:
        return found
    return _unknown(name, context)


def _profile(name: tx.Name, index: int, context: Context) -> Typed:
    if not context.person(name.span, f"there is no `{'.'.join(name.path[index:])}`"):
        return FAILED
    fields = context.symbols.profile
    field = fields.get(name.path[index])
    if field is None:
        context.report.unknown(rules.UnknownPart, part(name, index), fields, owner="the profile")
        return FAILED
    found = descend(field.type, name, index + 1, field.name, context)
    if found is FAILED_TYPE:
        return FAILED
    default = field.default if index + 1 == len(name.path) else None
    return Typed(ir.ProfileField(name.path[index:], default), found)


def descend(type_: Type | None, name: tx.Name, index: int, owner: str, context: Context) -> Type | None:
    """The type at the end of a path; through a list the values of all its items. ``FAILED_TYPE`` once reported."""
    if index == len(name.path) or type_ is None:
        return type_
    if type_.kind == "list":
        if name.path[index] in _LENGTHS and (type_.item is None or type_.item.field(name.path[index]) is None):
            hint = f"write `length({owner})`"
            context.report.add(rules.UnknownPart.at(part(name, index).span, hint=hint, owner=owner, name=name.path[index]))
            return FAILED_TYPE
        inner = descend(type_.item, name, index, owner, context)
        if inner is FAILED_TYPE or (inner is not None and inner.kind == "list"):
            return inner
        return Type("list", inner)
    field = type_.field(name.path[index])
    if field is None:
        context.report.unknown(
            rules.UnknownPart,
            part(name, index),
            [field.name for field in type_.fields],
            owner=owner,
            hint=None if type_.fields else f"{owner} has no fields",
        )
        return FAILED_TYPE
    if field.type is ANYTHING:
        return None
    return descend(field.type, name, index + 1, f"{owner}.{field.name}", context)


def among(alternatives: Sequence[Alternative], name: tx.Name, index: int, what: str, context: Context) -> Type | None:
    """The type of a path that must exist in all alternatives; ``FAILED_TYPE`` once reported."""
    word = name.path[index]
    lacking = [one.label for one in alternatives if one.type is not None and one.type.field(word) is None]
    if lacking and len(lacking) == len(alternatives):
        candidates = {field.name: None for one in alternatives if one.type for field in one.type.fields}
        context.report.unknown(
            rules.UnknownPart,
            part(name, index),
            candidates,
            owner=what,
            hint=None if candidates else f"{what} has no fields",
        )
        return FAILED_TYPE
    if lacking:
        _not_in_every(alternatives, lacking, name, index, context)
        return FAILED_TYPE
    result: Type | None = None
    for position, one in enumerate(alternatives):
        found = descend(one.type, name, index, one.label, context)
        if found is FAILED_TYPE or found is None:
            return found
        if position and not same_base(result, found):
            _not_in_every(alternatives, [one.label], name, index, context)
            return FAILED_TYPE
        result = merge(result, found) if position else found
    return result


def _not_in_every(
    alternatives: Sequence[Alternative], lacking: list[str], name: tx.Name, index: int, context: Context
) -> None:
    word = part(name, index)
    everywhere = shared(alternatives)
    context.report.add(
        rules.NotInEvery.at(
            word.span,
            hint=None if everywhere else "these have no field in common; ask about each of them on its own",
            lacking=" and ".join(lacking) + (" has" if len(lacking) == 1 else " have"),
            name=word.text,
            all=", ".join(everywhere),
        )
    )


def shared(alternatives: Sequence[Alternative]) -> list[str]:
    """The names of the fields that all alternatives have."""
    types = [one.type for one in alternatives if one.type is not None]
    if not types:
        return []
    return [field.name for field in types[0].fields if all(other.field(field.name) for other in types[1:])]


def _started(name: tx.Name, context: Context) -> Typed | None:
    """``event.x``: what started the run."""
    subject = context.subject
    if subject is not None and subject.started:
        if len(name.path) == 1:
            return Typed(ir.EventField(()), DATETIME)
        found = among(subject.alternatives, name, 1, _label(subject.alternatives), context)
        return FAILED if found is FAILED_TYPE else Typed(ir.EventField(name.path[1:]), found)
    if context.variables is None or "event" not in context.variables:
        context.report.add(
            rules.NothingHere.at(
                part(name, 0).span,
                name="event",
                hint="only inside a flow is there an event that started the run; elsewhere write `last EVENT.FIELD`",
            )
        )
        return FAILED
    return _variable(name, context.variables["event"], context)


def _label(alternatives: Sequence[Alternative]) -> str:
    return " or ".join(one.label for one in alternatives)


def _entered(name: tx.Name, context: Context) -> Typed:
    if "entered" not in (context.variables or {}):
        context.report.add(
            rules.NothingHere.at(
                name.span, name="entered", hint="only inside a flow is there a moment when the run began"
            )
        )
        return FAILED
    return Typed(ir.Entered(), DATETIME)


def _subject(name: tx.Name, context: Context) -> Typed | None:
    """A field of the event being looked at, or None if it has none of that name."""
    subject = context.subject
    if subject is None:
        return None
    head = name.path[0]
    if any(one.type is None for one in subject.alternatives):
        known = head in context.symbols.profile or head in (context.variables or {}) or _named(name, context)
        return None if known else FAILED
    if not any(one.type and one.type.field(head) for one in subject.alternatives):
        return None
    found = among(subject.alternatives, name, 0, _label(subject.alternatives), context)
    if found is FAILED_TYPE:
        return FAILED
    _warn_ambiguous(name, subject.alternatives, context)
    return Typed(ir.EventField(name.path), found)


def _warn_ambiguous(name: tx.Name, alternatives: Sequence[Alternative], context: Context) -> None:
    head, symbols = name.path[0], context.symbols
    if head in symbols.declared_fields or head in ("email", "phone", "language", "timezone"):
        other, explicit = "a field of the profile", f"profile.{head}"
    elif head in symbols.values or head in symbols.scores:
        other, explicit = ("a value" if head in symbols.values else "a score"), "it outside the brackets, or rename it"
    else:
        return
    context.report.add(
        rules.AmbiguousName.at(
            part(name, 0).span, name=head, event=_label(alternatives), other=other, explicit=explicit
        )
    )


def _variable(name: tx.Name, variable: Variable, context: Context) -> Typed:
    head = name.path[0]
    expr = ir.Variable(head, name.path[1:])
    types = [one.type for one in variable.alternatives]
    if any(type_ is None for type_ in types):
        return Typed(expr, None)
    if len(name.path) == 1:
        return Typed(expr, _bare(types))
    records = [type_ for type_ in types if type_ is not None and type_.kind in ("record", "list")]
    if not records and variable.alternatives:
        context.report.add(
            rules.UnknownPart.at(part(name, 1).span, hint=f"write {head} alone", owner=head, name=name.path[1])
        )
        return FAILED
    if not variable.alternatives:
        context.report.add(
            rules.UnknownPart.at(
                part(name, 1).span, hint=f"{variable.what} has no fields", owner=head, name=name.path[1]
            )
        )
        return FAILED
    if len(types) == 1 and types[0] is not None and types[0].kind == "list":
        found = descend(types[0], name, 1, head, context)
        return FAILED if found is FAILED_TYPE else Typed(expr, found)
    found = among(variable.alternatives, name, 1, head if head != "event" else _label(variable.alternatives), context)
    return FAILED if found is FAILED_TYPE else Typed(expr, found)


def _bare(types: Sequence[Type | None]) -> Type | None:
    """A caught event by itself is its moment; a loop's item or a ``with`` value is what it is."""
    if len(types) == 1 and types[0] is not None and types[0].kind != "record":
        return types[0]
    return DATETIME


def _named(name: tx.Name, context: Context) -> Typed | None:
    """A value, score or model."""
    head, rest, symbols = name.path[0], name.path[1:], context.symbols
    if context.workspace and head in symbols.plain_names() and not context.person(name.span, f"there is no `{head}`"):
        return FAILED
    if head in symbols.values:
        found = values.value_of(head, name.span, context)
        if rest:
            context.report.add(
                rules.UnknownPart.at(part(name, 1).span, hint=f"write {head} alone", owner=head, name=rest[0])
            )
            return FAILED
        return found
    if head in symbols.scores:
        return _score(name, context)
    if head in symbols.models:
        return _model(name, context)
    return None


def _model(name: tx.Name, context: Context) -> Typed:
    """A model's prediction, from 0 to 1, or how sure it is."""
    head, rest = name.path[0], name.path[1:]
    values.use(("model", head), name.span, context)
    if not rest:
        return Typed(ir.ModelOf(head), NUMBER)
    if rest == ("confidence",):
        return Typed(ir.ModelOf(head, "confidence"), NUMBER)
    context.report.unknown(rules.UnknownPart, part(name, 1), ["confidence"], owner=head)
    return FAILED


def _score(name: tx.Name, context: Context) -> Typed:
    head, rest = name.path[0], name.path[1:]
    values.use(("score", head), name.span, context)
    score = context.symbols.scores[head]
    timing = Timing.ALONE if score.fade else Timing.STILL
    if not rest:
        return Typed(ir.ScoreOf(head), Type("number"), timing)
    if rest == ("level",):
        options = tuple(level.name.text for level in score.levels)
        return Typed(ir.LevelOf(head), Type("one of", options=options) if options else TEXT, timing)
    context.report.unknown(rules.UnknownPart, part(name, 1), ["level"], owner=head)
    return FAILED


_CLOCKS = {"noon": "12:00", "midday": "12:00", "midnight": "0:00"}
_LENGTHS = ("count", "length", "size")
_DAYS = {"today": "now", "tomorrow": "now + 1 day", "yesterday": "now - 1 day"}


def _usual(name: tx.Name, context: Context) -> str | None:
    """How to write what a word means elsewhere, or in another place."""
    word, whole = name.path[0], ".".join(name.path)
    if word in _CLOCKS:
        return f"write the time: {_CLOCKS[word]}"
    if whole in context.symbols.catalog.actions:
        return f"`{whole}` is an action: a step does it by `do {whole}`, a test expects it by `expect action {whole}`"
    return f"write `{_DAYS[word]}`" if word in _DAYS else None


def _unknown(name: tx.Name, context: Context) -> Typed:
    head = name.path[0]
    symbols = context.symbols
    word = part(name, 0)
    kind = symbols.what_is(head)
    if kind is not None:
        context.report.add(rules.NotAValue.at(word.span, hint=kind[1], name=head, what=kind[0]))
        return FAILED
    candidates: dict[str, None] = {}
    if context.subject is not None:
        candidates |= {
            field.name: None for one in context.subject.alternatives if one.type for field in one.type.fields
        }
    candidates |= dict.fromkeys(context.variables or {}) | dict.fromkeys(symbols.plain_names())
    usual = _usual(name, context)
    if usual is not None:
        context.report.add(rules.UnknownName.at(word.span, hint=usual, name=head))
        return FAILED
    day = nearest(head, WEEKDAYS)
    hint = f"did you mean {day}?" if day else "if it is a field of the person, declare it in `profile`; texts stand in quotation marks"
    context.report.unknown(rules.UnknownName, word, candidates, hint=hint)
    return FAILED


def record(*fields: tuple[str, Type | None]) -> Type:
    """A record type of these fields; a field without a type goes with everything."""
    return Type("record", fields=tuple(Field(name, ANYTHING if type_ is None else type_) for name, type_ in fields))
