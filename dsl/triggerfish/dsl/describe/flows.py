"""A flow in words."""

from __future__ import annotations

from triggerfish.dsl.describe.conditions import Conditions
from triggerfish.dsl.describe.excerpt import Excerpt, excerpt
from triggerfish.dsl.describe.headers import headers
from triggerfish.dsl.describe.names import Labels
from triggerfish.dsl.describe.sentence import Sentence
from triggerfish.dsl.describe.steps import Steps
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.flows import Flow
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import steps_inside


def describe_flow(program: Program, flow: Flow) -> tuple[Sentence, ...]:
    """What a flow does, sentence by sentence: its comment, who enters and leaves when, and the steps in their order."""
    labels = Labels(program)
    inside = list(steps_inside(flow.steps))
    caught: dict[str, str] = {}
    sends: dict[str, str] = {}
    for step in inside:
        if isinstance(step, s.Send) and step.name:
            sends[step.name] = step.message
        elif isinstance(step, s.WaitUpTo) and step.name:
            events = [branch.events for branch in step.branches if isinstance(branch, s.EventBranch)]
            caught[step.name] = events[0][0] if len(events) == 1 and len(events[0]) == 1 else ""
    conditions = Conditions(labels, caught, sends)
    subject = f"flow {flow.name}"
    text = excerpt(program, flow.file, flow.line)
    lines = _header_lines(text, flow)
    said = []
    if flow.doc:
        said.append(Sentence(_sentence(" ".join(flow.doc.split())), flow.file, flow.line, 0, subject))
    for keyword, words, line in headers(flow, conditions):
        said.append(Sentence(words, flow.file, line or lines.get(keyword, flow.line), 0, subject))
    if flow.steps:
        said.append(Sentence("Then, step by step:", flow.file, flow.steps[0].at.line, 0, subject))
    else:
        said.append(Sentence("There is nothing for them to go through.", flow.file, flow.line, 0, subject))
    steps = Steps(conditions, text).block(flow.steps, 1)
    said += [Sentence(words, flow.file, line, depth, subject) for words, line, depth in steps]
    return tuple(said)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", ":")) else f"{text}."


def _header_lines(text: Excerpt, flow: Flow) -> dict[str, int]:
    """Where the first header of each keyword stands; empty without sources."""
    end = flow.steps[0].at.line if flow.steps else None
    found: dict[str, int] = {}
    for sentence in text.sentences:
        if flow.line < sentence.line and (end is None or sentence.line < end):
            words = sentence.text.split()
            found.setdefault(" ".join(words[:2]), sentence.line)
            found.setdefault(words[0], sentence.line)
    return found
