"""Messages and the contents inside of them."""

from __future__ import annotations

from triggerfish.dsl.builder.lists import (
    Below,
    Children,
    WrongLineError,
    amount,
    last,
    name,
    names,
    nothing_below,
    options,
    span,
)
from triggerfish.dsl.builder.values import text
from triggerfish.dsl.diagnostics import syntax
from triggerfish.dsl.tree import declarations as d
from triggerfish.dsl.tree.expressions import Text
from triggerfish.dsl.tree.steps import Measure, Points


class Contents:
    @staticmethod
    def message(c: Children) -> d.Message:
        nothing_below(c[0], c[3], f"the message `{c[1].value}`", 'what it is on each channel, such as `sms "Hello"`')
        return d.Message(name(c[1]), c[2], c[3].good, c[0].doc, span(c))

    @staticmethod
    def part(c: Children) -> d.Part:
        below: Below = c[2]
        nothing_below(c[0], below, f"`{c[0].value}`", 'what it says, such as `subject "…"` and `body "…"`')
        return d.Part(name(c[0]), c[1], below.good, span(c))

    @staticmethod
    def short_part(c: Children) -> d.Part:
        value = text(c[2])
        return d.Part(name(c[0]), c[1], (d.PartField(None, value, False, value.span),), span(c))

    @staticmethod
    def short_part_file(c: Children) -> d.Part:
        value = text(c[3])
        return d.Part(name(c[0]), c[1], (d.PartField(None, value, True, span(c[2:4])),), span(c))

    @staticmethod
    def part_field(c: Children) -> d.PartField:
        return d.PartField(name(c[0]), text(c[1]), False, span(c))

    @staticmethod
    def part_field_file(c: Children) -> d.PartField:
        return d.PartField(name(c[0]), text(c[2]), True, span(c))

    # --- content ------------------------------------------------------------------------------------

    @staticmethod
    def content(c: Children) -> d.Content:
        below: Below = c[3]
        nothing_below(c[0], below, f"the content `{c[1].value}`", 'its variants, such as `calm "…"`')
        rest: tuple[Text, ...] = below.of(Text)
        measures: tuple[Measure, ...] = below.of(Measure)
        for again in rest[1:]:
            c[0].sink.append(syntax.OtherwiseNotLast.at(again.span))
        for twice in measures[1:]:
            c[0].sink.append(syntax.SaidTwice.at(twice.span, what="`measure`"))
        return d.Content(
            name(c[1]),
            c[2],
            below.of(d.Variant),
            rest[0] if rest else None,
            measures[0] if measures else None,
            c[0].doc,
            span(c),
        )

    @staticmethod
    def variant(c: Children) -> d.Variant:
        return d.Variant(name(c[0]), c[1], None, c[2].good, None, span(c))

    @staticmethod
    def variant_if(c: Children) -> d.Variant:
        return d.Variant(name(c[0]), c[1], c[3], (), None, span(c))

    @staticmethod
    def variant_share(c: Children) -> d.Variant:
        return d.Variant(name(c[1]), c[2], None, (), amount(c[0]), span(c))

    @staticmethod
    def variant_otherwise(c: Children) -> Text:
        written: Text = c[1]
        return written

    @staticmethod
    def points(c: Children) -> Points:
        return Points(c[0].value, None, span(c))

    @staticmethod
    def points_if(c: Children) -> Points:
        return Points(c[0].value, c[2], span(c))

    @staticmethod
    def measure(c: Children) -> Measure:
        found = options(c[2], {})
        if "WITHIN" not in found:
            missing = syntax.PartMissing.at(
                span(c), what="`measure`", missing="for how long", example="`within 3 days` at its end"
            )
            raise WrongLineError(missing)
        return Measure(names(c[1]), last(found, "WITHIN"), last(found, "WHERE"), span(c))
