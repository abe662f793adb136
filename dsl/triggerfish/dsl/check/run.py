"""What is known while the steps of one flow are gone through."""

from __future__ import annotations

from dataclasses import dataclass, field

from triggerfish.dsl.check import names
from triggerfish.dsl.check.scope import Alternative, Context, Variable
from triggerfish.dsl.diagnostics import names as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import steps as ir
from triggerfish.dsl.ir.program import Topic
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.expressions import Word
from triggerfish.dsl.tree.flows import Flow


@dataclass(slots=True)
class Run:
    """``variables`` is what the context's names are looked up in: it grows as steps give names."""

    flow: Flow
    context: Context
    variables: dict[str, Variable]
    topic: Topic | None
    named: dict[str, Span] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def where(self, step: ts.Step, name: Word | None) -> ir.Where:
        """Identity and place of a step. The first of equal steps has their text as its id, the next ``TEXT #2``."""
        text = self.context.sources.first_line(step.span) or type(step).__name__.lower()
        wanted = name.text if name is not None else text
        number = self.ids.get(wanted, 0) + 1
        while number > 1 and f"{wanted} #{number}" in self.ids:
            number += 1
        self.ids[wanted] = number
        found = wanted if number == 1 else f"{wanted} #{number}"
        self.ids.setdefault(found, 1)
        return ir.Where(found, step.span.line, text, step.doc)

    def name(self, word: Word | None, *alternatives: tuple[str, Type | None]) -> None:
        """Gives an ``as`` name its meaning for all later steps; a name that is taken is reported."""
        if word is not None and free(word, self.named, self.context):
            self.named[word.text] = word.span
            self.variables[word.text] = Variable(
                word.text, tuple(Alternative(label, type_) for label, type_ in alternatives)
            )


def free(word: Word, named: dict[str, Span], context: Context) -> bool:
    """Whether a run may use this name; if not, reports it."""
    symbols = context.symbols
    owner: str | None = None
    place: Span | None = None
    if word.text in names.RESERVED:
        owner = names.RESERVED[word.text]
    elif word.text in named:
        place = named[word.text]
        related = (Related(place, "first given here"),)
        context.report.add(
            rules.Duplicate.at(word.span, related=related, what="something in this flow", name=word.text)
        )
        return False
    elif word.text in symbols.profile:
        owner, place = "a field of the profile", symbols.places.get(("field", word.text))
    else:
        for what in ("value", "score", "model"):
            if (what, word.text) in symbols.places:
                owner, place = f"a {what}", symbols.places[what, word.text]
    if owner is None:
        return True
    around = (Related(place, "declared here"),) if place is not None else ()
    context.report.add(rules.TakenName.at(word.span, related=around, name=word.text, owner=owner))
    return False
