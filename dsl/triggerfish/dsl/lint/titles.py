"""Tests that cannot be told apart."""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.diagnostics.model import Diagnostic, Related, Rule
from triggerfish.dsl.lint.project import Project
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree.tests import Test


class SameTitle(Rule):
    code = "TF626"
    severity = "warning"
    message = 'there is already a test "{title}"'
    help = "give each test a title of its own"
    reason = "Where a test fails its title is what is reported; two of one title cannot be told apart, nor chosen with -k."
    wrong = (
        'test "nothing is sent"\n    signed_up happens\n    expect no messages\n\n'
        'test "nothing is sent"\n    order_completed happens\n    expect no messages\n'
    )
    right = (
        'test "nothing is sent at first"\n    signed_up happens\n    expect no messages\n\n'
        'test "nothing is sent after an order"\n    order_completed happens\n    expect no messages\n'
    )

    @staticmethod
    def find(project: Project) -> Iterator[Diagnostic]:
        """Every test whose title another one above it, or in a file before it, has."""
        first: dict[str, Span] = {}
        for file in project.files:
            for test in file.declarations:
                if not isinstance(test, Test):
                    continue
                title = test.title.value
                if title in first:
                    yield SameTitle.at(test.title.span, related=(Related(first[title], "the other one"),), title=title)
                first.setdefault(title, test.title.span)
