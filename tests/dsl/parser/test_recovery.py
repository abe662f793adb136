"""One mistake, one message, and everything else is still read."""

from __future__ import annotations

from pathlib import Path

import pytest

from triggerfish.dsl.parser import parse
from triggerfish.dsl.tree import flows as f
from triggerfish.dsl.tree import steps as s

PAGE = (Path(__file__).parents[1] / "corpus" / "trees" / "everything.flow").read_text(encoding="utf-8")
LINES = PAGE.split("\n")


def test_wrong_declaration_leaves_the_others() -> None:
    file, found = parse("segment 3\n    a\n\nsegment b\n    c\n\nflow d\n    start when e\n    exit\n", "a.flow")
    assert [diagnostic.span.line for diagnostic in found] == [1]
    assert [type(declaration).__name__ for declaration in file.declarations] == ["Segment", "Flow"]


def test_wrong_line_leaves_the_other_steps() -> None:
    head = "flow a\n    start when b\n    send email\n    wait 2 days\n"
    text = head + "    if c\n        exit 3\n        wait 1 day\n    exit\n"
    file, found = parse(text, "a.flow")
    assert [diagnostic.span.line for diagnostic in found] == [3, 6]
    flow = file.declarations[0]
    assert isinstance(flow, f.Flow)
    assert [type(step) for step in flow.steps] == [s.WaitFor, s.If, s.Exit]
    assert isinstance(flow.steps[1], s.If)
    assert [type(step) for step in flow.steps[1].arms[0].steps] == [s.WaitFor]


def test_misspelt_declaration_is_read_all_the_same() -> None:
    file, found = parse("flwo a\n    start when b\n    exit 3\n", "a.flow")
    assert [diagnostic.code for diagnostic in found] == ["TF004", "TF001"]
    assert isinstance(file.declarations[0], f.Flow)


def test_misspelt_word_is_mended_where_the_rest_follows() -> None:
    file, found = parse("flow a\n    start when b\n    sned email c as d\n    wait 2 dyas\n", "a.flow")
    assert [diagnostic.help for diagnostic in found] == ["did you mean `send`?", "did you mean `days`?"]
    flow = file.declarations[0]
    assert isinstance(flow, f.Flow)
    assert [type(step) for step in flow.steps] == [s.Send, s.WaitFor]


def sentences() -> list[int]:
    """The lines of the page that are neither empty nor comments nor inside of a text over several lines."""
    found, inside = [], False
    for number, line in enumerate(LINES, 1):
        inside ^= '"""' in line
        if line.strip() and "#" not in line and not inside and '"""' not in line:
            found.append(number)
    return found


@pytest.mark.parametrize("number", sentences())
def test_a_strange_word_in_any_line_is_one_message_there(number: int) -> None:
    lines = LINES[:]
    lines[number - 1] += " 7 , xyzzy"
    _, found = parse("\n".join(lines), "a.flow")
    assert {diagnostic.span.line for diagnostic in found} == {number}
    assert len(found) == 1


def test_a_hundred_mistakes() -> None:
    text = "flow a\n    start when b\n" + "    send email\n    wait 2 days\n" * 100
    _, found = parse(text, "a.flow")
    assert len(found) == 100


def test_diagnostics_come_in_order_and_once() -> None:
    text = "segment a\n    b is\n    c 3\n\nflow d\n    start when\n    exit\n    goal e\n"
    found = parse(text, "a.flow")[1]
    assert list(found) == sorted(set(found), key=lambda diagnostic: diagnostic.span)
