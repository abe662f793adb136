"""Lines, blocks, texts, comments and numbers as they are written."""

from __future__ import annotations

import datetime as dt

import pytest

from triggerfish.dsl.parser import parse
from triggerfish.dsl.tokens import text_value
from triggerfish.dsl.tree import File
from triggerfish.dsl.tree import declarations as d
from triggerfish.dsl.tree import expressions as e
from triggerfish.dsl.tree import flows as f
from triggerfish.dsl.tree import steps as s


def read(text: str) -> File:
    file, diagnostics = parse(text, "a.flow")
    assert diagnostics == ()
    return file


def flow(text: str) -> f.Flow:
    declaration = read(text).declarations[0]
    assert isinstance(declaration, f.Flow)
    return declaration


def value(text: str) -> e.Expression:
    declaration = read(f"value x is {text}\n").declarations[0]
    assert isinstance(declaration, d.Value)
    return declaration.value


def places(text: str) -> list[tuple[str, int, int]]:
    return [(found.code, found.span.line, found.span.column) for found in parse(text, "a.flow")[1]]


@pytest.mark.parametrize("word", ["and", "or"])
def test_deeper_line_continues_the_one_above(word: str) -> None:
    split = flow(f"flow a\n    start when b\n    only if c\n        {word} d\n            {word} e\n    exit\n")
    joined = flow(f"flow a\n    start when b\n    only if c {word} d {word} e\n    exit\n")
    assert type(split.headers[1]) is type(joined.headers[1]) is f.OnlyIf
    assert isinstance(split.headers[1], f.OnlyIf)
    assert isinstance(split.headers[1].condition, e.And if word == "and" else e.Or)
    assert len(split.headers[1].condition.operands) == 3


def test_then_and_where_continue() -> None:
    start = flow(
        "flow a\n    start when b\n        where c\n        then no d\n            within 1 hour\n".replace(
            "\n            within", " within"
        )
    ).headers[0]
    assert isinstance(start, f.StartWhen)
    assert [stage.negated for stage in start.stages] == [False, True]
    assert start.stages[0].where is not None


def test_continuation_of_a_line_with_a_block() -> None:
    step = flow("flow a\n    start when b\n    if c\n            and d\n        exit\n    exit\n").steps[0]
    assert isinstance(step, s.If)
    assert isinstance(step.arms[0].condition, e.And)
    assert len(step.arms[0].steps) == 1


def test_line_breaks_in_brackets_mean_nothing() -> None:
    found = value('[\n  "a",   # first\n"b"\n\n]')
    assert isinstance(found, e.ListOf)
    assert [item.value for item in found.items if isinstance(item, e.Text)] == ["a", "b"]


def test_arguments_one_a_line() -> None:
    step = flow('flow a\n    start when b\n    do x.y as z with\n        k: "v"\n        n: 3\n').steps[0]
    assert isinstance(step, s.Do)
    assert [argument.name.text for argument in step.arguments] == ["k", "n"]
    assert step.name is not None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_line_ends_and_byte_order_mark(end: str, start: str) -> None:
    file = read(start + end.join(["segment a", "    b", "", "    c", "segment d", "    e"]) + end)
    assert [declaration.span.line for declaration in file.declarations] == [1, 5]
    assert file.declarations[0].span.column == 1


def test_tabs_are_blocks_too() -> None:
    assert flow("flow a\n\tstart when b\n\tif c\n\t\texit\n\telse\n\t\texit\n").steps


def test_a_tab_leads_to_the_next_multiple_of_four() -> None:
    assert places("flow a\n    start when b\n\texit\n") == [("TF008", 3, 1)]
    assert places("flow a\n  \tstart when b\n    exit\n") == [("TF008", 2, 1)]


def test_one_block_by_tabs_another_by_spaces() -> None:
    assert places("segment a\n\tb\n\tc\nsegment d\n    e\n    f\n") == []


def test_mixture_is_said_once() -> None:
    assert places("segment a\n\tb\n    c\n\td\n    e\n") == [("TF008", 3, 1)]


def test_odd_spaces_are_spaces() -> None:
    assert value("1\u00a0+\u20092\u3000+\f3\u200b")


def test_form_feed_between_declarations() -> None:
    assert len(read("segment a\n    b\n\f\nsegment c\n    d\n").declarations) == 2


@pytest.mark.parametrize("written", ['"a b"', "“a b”", "„a b“", "”a b”", '“a b"', '"a b”'])
def test_quotation_marks(written: str) -> None:
    found = value(written)
    assert isinstance(found, e.Text)
    assert found.value == "a b"
    assert found.span.end_column - found.span.column == len(written)


def test_quotation_marks_inside() -> None:
    assert text_value(r'"a \"b\" c"') == 'a "b" c'
    assert text_value(r'"a\\"') == "a\\"
    assert text_value(r'"\d \n"') == r"\d \n"
    assert value('"say “hi” # no comment"') == e.Text("say “hi” # no comment", value('"say “hi” # no comment"').span)


def test_long_text_loses_its_margin() -> None:
    message = read(
        'message a\n    sms """\n        Hello\n          you\n\n        "quoted" \\"""\n        """\n    push "x"\n'
    ).declarations[0]
    assert isinstance(message, d.Message)
    assert message.parts[0].fields[0].value.value == 'Hello\n  you\n\n"quoted" """'
    assert message.parts[0].span.end_line == 7
    assert message.parts[1].span.line == 8


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('"""one line"""', "one line"),
        ('"""a\n    b\n  c"""', "a\n  b\nc"),
        ('"""\n  a\n  b\n"""', "a\nb"),
        ('"""\r\n  a\r\n  b\r\n  """', "a\nb"),
        ('""""""', ""),
    ],
)
def test_long_texts(source: str, expected: str) -> None:
    assert text_value(source) == expected


def test_comments_and_documentation() -> None:
    file = read(
        "# far away\n\n# about a\n# more\nflow a  # trailing\n"
        "    # about the start\n    start when b\n    # about\n    exit # x\n"
        "profile\n    # first\n    c text\n    d text\n"
    )
    first, second = file.declarations
    assert isinstance(first, f.Flow)
    assert isinstance(second, d.Profile)
    assert first.doc == "about a\nmore"
    assert first.steps[0].doc == "about"
    assert [field.doc for field in second.fields] == ["first", ""]
    assert [(comment.text, comment.own_line) for comment in file.comments][3] == ("trailing", False)
    assert len(file.comments) == 8


@pytest.mark.parametrize(
    ("written", "hour", "minute"),
    [
        ("9:00", 9, 0),
        ("21:30", 21, 30),
        ("9am", 9, 0),
        ("12am", 0, 0),
        ("12:05pm", 12, 5),
        ("9:30 pm", 21, 30),
        ("0:00", 0, 0),
    ],
)
def test_times_of_day(written: str, hour: int, minute: int) -> None:
    found = value(written)
    assert isinstance(found, e.Clock)
    assert (found.hour, found.minute) == (hour, minute)


@pytest.mark.parametrize("written", ["24:00", "9:60", "13pm", "0am", "9:5"])
def test_no_times_of_day(written: str) -> None:
    assert [code for code, _, _ in places(f"value x is {written}\n")] == ["TF018"]


def test_dates_and_moments() -> None:
    date, moment = value("2026-12-24"), value("2026-12-24 9:00")
    assert isinstance(date, e.Date)
    assert date.date == dt.date(2026, 12, 24)
    assert isinstance(moment, e.Moment)
    assert (moment.hour, moment.span.column, moment.span.end_column) == (9, 12, 27)


@pytest.mark.parametrize(("written", "expected"), [("5", 5), ("2.50", 2.5), ("007", 7)])
def test_numbers(written: str, expected: float) -> None:
    found = value(written)
    assert isinstance(found, e.Number)
    assert found.value == expected
    assert type(found.value) is type(expected)


@pytest.mark.parametrize("unit", ["second", "minute", "hour", "day", "week", "month", "year"])
def test_units_in_singular_and_plural(unit: str) -> None:
    for written in (unit, f"{unit}s"):
        found = value(f"3 {written}")
        assert isinstance(found, e.Duration)
        assert found.unit == unit


def test_arithmetic_binds_as_in_school() -> None:
    found = value("1 + 2 * 3 - 4")
    assert isinstance(found, e.Arithmetic)
    assert found.operator == "-"
    assert isinstance(found.left, e.Arithmetic)
    assert found.left.operator == "+"


def test_and_binds_closer_than_or() -> None:
    found = value("a or b and not c is d")
    assert isinstance(found, e.Or)
    assert isinstance(found.operands[1], e.And)
    assert isinstance(found.operands[1].operands[1], e.Not)


def test_two_alternatives_with_one_else() -> None:
    step = flow(
        "flow a\n    start when b\n    if c\n        exit\n    else if d\n    else\n        exit\n    exit\n"
    ).steps[0]
    assert isinstance(step, s.If)
    assert len(step.arms) == 2
    assert step.otherwise is not None
    assert step.span.end_line == 7


def test_empty_else_is_there() -> None:
    step = flow("flow a\n    start when b\n    if c\n        exit\n    else\n").steps[0]
    assert isinstance(step, s.If)
    assert step.otherwise == ()


@pytest.mark.parametrize("text", ["", "\n", "# only this", "\ufeff", "   \n\t\n", "\r\n\r\n"])
def test_nothing_is_fine(text: str) -> None:
    file, diagnostics = parse(text, "a.flow")
    assert (file.declarations, diagnostics) == ((), ())


def test_no_line_end_at_the_end() -> None:
    assert flow("flow a\n    start when b\n    if c\n        exit").steps
