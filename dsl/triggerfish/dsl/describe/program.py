"""A whole program in words."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.describe import declarations
from triggerfish.dsl.describe.conditions import Conditions
from triggerfish.dsl.describe.excerpt import declarations as declarations_of
from triggerfish.dsl.describe.flows import describe_flow
from triggerfish.dsl.describe.names import Labels
from triggerfish.dsl.describe.policy import policy
from triggerfish.dsl.describe.sentence import Sentence
from triggerfish.dsl.ir.program import Program


def describe_program(program: Program) -> tuple[Sentence, ...]:
    """All flows, then segments, scores, models and values, then the policy."""
    labels = Labels(program)
    conditions = Conditions(labels, {}, {})
    said: list[Sentence] = []
    for flow in program.flows:
        said += describe_flow(program, flow)
    for segment in program.segments:
        said += declarations.segment(segment, conditions)
    for score in program.scores:
        said += declarations.score(score, conditions, _file(program, "score", score.name))
    for model in program.models:
        said += declarations.model(model, conditions, _file(program, "model", model.name))
    for value in program.values:
        said.append(declarations.value(value, conditions, _file(program, "value", value.name)))
    said += _policy(program, labels)
    return tuple(said)


def _policy(program: Program, labels: Labels) -> Iterator[Sentence]:
    """The policy's lines may stand in several files; each sentence is given the place of its own."""
    places = [(file, each) for file, text in declarations_of(program, "policy") for each in text.sentences]
    for keyword, text, line in policy(program.policy, labels):
        here = [(file, each.line) for file, each in places if each.text.startswith(keyword) and line in {0, each.line}]
        file, found = here[0] if here else ("", 0)
        yield Sentence(text, file, found, 0, "policy")


def _file(program: Program, keyword: str, name: str) -> str:
    """The file in which something is declared."""
    return next((file for file, _ in declarations_of(program, f"{keyword} {name}")), "")
