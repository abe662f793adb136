"""What is known about people: profile, events, topics, values, segments."""

from __future__ import annotations

from typing import Any

from triggerfish.dsl.builder.lists import (
    Below,
    Children,
    WrongLineError,
    between,
    items,
    last,
    name,
    nothing_below,
    options,
    span,
)
from triggerfish.dsl.builder.values import text
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.diagnostics.suggest import closest
from triggerfish.dsl.tokens import Lexeme
from triggerfish.dsl.tree import declarations as d

TYPES = ("text", "number", "boolean", "date", "datetime", "duration", "timezone", "email", "phone", "url", "list")
_FOREIGN_TYPES = {
    "string": "text", "str": "text", "varchar": "text", "int": "number", "integer": "number", "float": "number",
    "decimal": "number", "money": "number", "bool": "boolean", "flag": "boolean", "timestamp": "datetime",
    "time": "datetime", "array": "list", "enum": "one of", "tel": "phone", "link": "url", "mail": "email",
}  # fmt: skip


class Declarations:
    @staticmethod
    def profile(c: Children) -> d.Profile:
        nothing_below(c[0], c[1], "`profile`", "one field a line, such as `plan text`")
        return d.Profile(c[1].good, c[0].doc, span(c))

    @staticmethod
    def event(c: Children) -> d.Event:
        return d.Event(name(c[1]), c[2], c[3], c[4].good, c[0].doc, span(c))

    @staticmethod
    def value(c: Children) -> d.Value:
        return d.Value(name(c[1]), c[3], c[0].doc, span(c))

    # --- fields ---------------------------------------------------------------------------------

    @staticmethod
    def field(c: Children) -> d.Field:
        found = options(c[2], {"EQUALS": "the value it begins with"})
        below: Below = c[3]
        return d.Field(name(c[0]), c[1], last(found, "EQUALS"), "SENSITIVE" in found, below.good, c[0].doc, span(c))

    @staticmethod
    def bare_field(c: Children) -> d.Field:
        word: Lexeme = c[0]
        below: Below = c[1]
        if not below.written:
            raise WrongLineError(syntax.NoType.at(word.span, name=word.value))
        kind = d.TypeName("record", None, (), word.span)
        return d.Field(name(word), kind, None, False, below.good, word.doc, span(c))

    @staticmethod
    def plain_type(c: Children) -> d.TypeName:
        word: Lexeme = c[0]
        kind = word.value
        if kind not in TYPES:
            meant = _FOREIGN_TYPES.get(kind.lower()) or closest(kind, TYPES)
            hint = f"did you mean `{meant}`?" if meant else None
            word.sink.append(syntax.UnknownType.at(word.span, hint=hint, name=kind))
            kind = meant if meant in TYPES else "text"
        return d.TypeName(kind, None, (), word.span)

    @staticmethod
    def list_type(c: Children) -> d.TypeName:
        return d.TypeName("list", c[2], (), span(c))

    @staticmethod
    def one_of_type(c: Children) -> d.TypeName:
        choices = items(c[2])
        return d.TypeName("one of", None, choices, between(c[0], choices[-1]))

    # --- topics ---------------------------------------------------------------------------------------

    @staticmethod
    def topic_presumed(c: Children) -> tuple[str, Children]:
        return ("presumed", c)

    @staticmethod
    def topic_opt_in(c: Children) -> tuple[str, Children]:
        return ("opt-in", c)

    @staticmethod
    def topic_confirmed(c: Children) -> tuple[str, Children]:
        return ("confirmed opt-in", c)

    @staticmethod
    def topic_channel(c: Children) -> tuple[str, Children]:
        return ("", c)

    @staticmethod
    def topic(c: Children) -> d.Topic:
        clauses: list[d.TopicClause] = []
        written: tuple[tuple[Any, Children], ...] = items(c[3])
        for mode, children in written:
            channel = name(children[-1])
            if mode:
                clauses.append(d.TopicClause(mode, (channel,), span(children)))
            elif clauses:
                before = clauses.pop()
                clauses.append(d.TopicClause(before.mode, (*before.channels, channel), between(before, channel)))
            else:
                what, cure = f"`{channel.text}` cannot stand here", f"say how: `for {channel.text}` or `opt-in for …`"
                raise WrongLineError(syntax.WrongPlace.at(channel.span, what=what, cure=cure))
        if not clauses:
            what, missing = f"the topic `{c[1].value}`", "by which channels"
            c[1].sink.append(syntax.PartMissing.at(c[1].span, what=what, missing=missing, example="`for email`"))
        return d.Topic(name(c[1]), c[2], tuple(clauses), c[0].doc, span(c))

    # --- segments ---------------------------------------------------------------------------------------

    @staticmethod
    def segment(c: Children) -> d.Segment:
        below: Below = c[3]
        wanted = 'one condition a line (or write `from "people.csv"` or `by hand` behind its name)'
        nothing_below(c[0], below, f"the segment `{c[1].value}`", wanted)
        return d.Segment(name(c[1]), c[2], "conditions", below.good, None, c[0].doc, span(c))

    @staticmethod
    def segment_from(c: Children) -> d.Segment:
        return d.Segment(name(c[1]), c[2], "list", (), text(c[4]), c[0].doc, span(c))

    @staticmethod
    def segment_by_hand(c: Children) -> d.Segment:
        return d.Segment(name(c[1]), c[2], "hand", (), None, c[0].doc, span(c))
