"""Whether the mails of a program say who sends them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from triggerfish.dsl.diagnostics.model import Diagnostic
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.steps import Send
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.dsl.lines import lines
from triggerfish.dsl.span import Span
from triggerfish.runtime.messages.problems import NoPostalAddress, NoSender

EMAIL = "email"


def imprint_problems(program: Program, sections: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """What is missing, reported once each at the first step that sends mail about a topic.

    ``sections`` are the settings of plugins by section of ``triggerfish.toml``.
    """
    first = next(_mails(program), None)
    if first is None:
        return
    file, step = first
    text = next((lines(source.text)[step.at.line - 1] for source in program.sources if source.path == file), "")
    start = len(text) - len(text.lstrip()) + 1
    span = Span(file, step.at.line, start, step.at.line, max(start + 1, len(text.rstrip()) + 1))
    policy = program.policy
    if policy.sender is None and getattr(sections.get(EMAIL), "sender", None) is None:
        yield NoSender.at(span)
    if policy.postal_address is None:
        yield NoPostalAddress.at(span, topic=step.topic)


def _mails(program: Program) -> Iterator[tuple[str, Send]]:
    for flow in program.flows:
        for step in steps_inside(flow.steps):
            if isinstance(step, Send) and EMAIL in step.channels and step.topic is not None and not step.transactional:
                yield flow.file, step
