"""The examples of the language reference, and one file with every construct."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from triggerfish.dsl.parser import parse
from triggerfish.dsl.span import Span

CORPUS = Path(__file__).parents[1] / "corpus"
PAGES = sorted((CORPUS / "language").glob("*.flow"))
TREES = sorted((CORPUS / "trees").glob("*.flow"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_example_is_read_without_a_complaint(page: Path) -> None:
    file, diagnostics = parse(page.read_text(encoding="utf-8"), page.name)
    assert diagnostics == ()
    assert file.declarations


@pytest.mark.parametrize("page", TREES, ids=lambda page: page.stem)
def test_tree(page: Path, rewrite: bool) -> None:
    file, diagnostics = parse(page.read_text(encoding="utf-8"), page.name)
    assert diagnostics == ()
    shown = "\n".join(line for declaration in file.declarations for line in drawn(declaration)) + "\n"
    expected = page.with_suffix(".expected")
    if rewrite:
        expected.write_text(shown, encoding="utf-8")
    assert shown == expected.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", [*PAGES, *TREES], ids=lambda page: page.stem)
def test_spans_nest_and_cover(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    file, _ = parse(text, page.name)
    lines = text.split("\n")
    for declaration in file.declarations:
        assert lines[declaration.span.line - 1][declaration.span.column - 1 :].startswith(
            type(declaration).__name__.lower()
        )
        nest(declaration, declaration.span)


def nest(node: object, outer: Span) -> None:
    if isinstance(node, tuple):
        for item in node:
            nest(item, outer)
    elif dataclasses.is_dataclass(node) and not isinstance(node, Span):
        inner: Span = node.span  # type: ignore[attr-defined]
        assert (outer.line, outer.column) <= (inner.line, inner.column), node
        assert (inner.end_line, inner.end_column) <= (outer.end_line, outer.end_column), node
        assert (inner.line, inner.column) < (inner.end_line, inner.end_column), node
        for field in dataclasses.fields(node):
            nest(getattr(node, field.name), inner)


def drawn(node: object, label: str = "", depth: int = 0) -> list[str]:
    """A tree as indented lines: kind, place, plain values; then its parts."""
    head = "  " * depth + (f"{label}: " if label else "")
    if isinstance(node, tuple):
        if not any(dataclasses.is_dataclass(item) or isinstance(item, tuple) for item in node):
            return [f"{head}{node!r}"]
        return [line for item in node for line in drawn(item, label, depth)]
    if not dataclasses.is_dataclass(node) or isinstance(node, type):
        return [f"{head}{node!r}"]
    plain, parts = [], []
    for field in dataclasses.fields(node):
        value = getattr(node, field.name)
        if field.name == "span" or value in (None, (), "", False):
            continue
        if dataclasses.is_dataclass(value) or (isinstance(value, tuple) and not isinstance(value[0], str)):
            parts += drawn(value, field.name, depth + 1)
        else:
            plain.append(f"{field.name}={value!r}")
    span: Span = node.span  # type: ignore[attr-defined]
    place = f"{span.line}:{span.column}-{span.end_line}:{span.end_column}"
    return [" ".join([f"{head}{type(node).__name__}", place, *plain]), *parts]
