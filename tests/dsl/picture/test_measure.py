from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from triggerfish.dsl.picture.measure import exact, width, wrap


def test_widths_are_those_of_the_font():
    assert width("Hello", 10) == (722 + 556 + 222 + 222 + 556) / 100
    assert width("Hello", 10, bold=True) == (722 + 556 + 278 + 278 + 611) / 100


def test_accents_are_as_wide_as_their_letters_and_wide_letters_are_wide():
    assert width("é", 10) == width("e", 10)
    assert width("中", 10) > 10
    assert exact("plain “text”…")
    assert not exact("中")
    assert not exact(" ")


def test_wrapping_keeps_all_words_in_order():
    assert wrap("one  two\nthree", 10, 40) == ("one two", "three")
    assert wrap("", 10, 40) == ()


def test_too_many_lines_end_in_an_ellipsis():
    lines = wrap("one two three four", 10, 30, most=2)
    assert len(lines) == 2
    assert lines[1].endswith("…")


@given(st.text(max_size=200), st.integers(20, 200), st.booleans())
def test_every_line_fits_and_nothing_is_lost(text: str, room: int, bold: bool):
    lines = wrap(text, 12, room, bold=bold)
    assert all(width(line, 12, bold=bold) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
