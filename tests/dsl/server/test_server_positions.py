"""Columns in the units of the protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types as lsp

from triggerfish.dsl.server.positions import UTF8, UTF16, UTF32, Text


@pytest.mark.parametrize(("encoding", "units"), [(UTF8, 8), (UTF16, 5), (UTF32, 4)])
def test_what_stands_behind_letters_of_many_kinds(encoding, units):
    text = Text('a\n"é🎉x"', encoding)
    assert text.position(2, 5) == lsp.Position(1, units)
    assert text.place(text.position(2, 5)) == (2, 5)


def test_a_place_inside_of_a_character_is_that_of_its_beginning():
    assert Text("🎉x").place(lsp.Position(0, 1)) == (1, 1)
    assert Text("🎉x").place(lsp.Position(0, 2)) == (1, 2)


def test_places_outside_are_moved_to_the_nearest_end():
    text = Text("ab\ncd")
    assert text.place(lsp.Position(9, 9)) == (2, 3)
    assert text.place(lsp.Position(0, 9)) == (1, 3)
    assert text.position(0, 0) == lsp.Position(0, 0)
    assert text.position(7, 1) == lsp.Position(1, 2)


def test_only_line_breaks_end_a_line():
    assert Text("a\u2028b\fc\x85d\r\ne\rf").lines == ["a\u2028b\fc\x85d", "e", "f"]


@given(st.text(), st.sampled_from([UTF8, UTF16, UTF32]), st.data())
def test_there_and_back(text, encoding, data):
    converted = Text(text, encoding)
    line = data.draw(st.integers(1, len(converted.lines)))
    column = data.draw(st.integers(1, len(converted.lines[line - 1]) + 1))
    position = converted.position(line, column)
    assert converted.place(position) == (line, column)
    codec = {UTF8: "utf-8", UTF16: "utf-16-le", UTF32: "utf-32-le"}[encoding]
    size = {UTF8: 1, UTF16: 2, UTF32: 4}[encoding]
    assert position.character == len(converted.lines[line - 1][: column - 1].encode(codec, "surrogatepass")) // size
