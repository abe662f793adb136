"""What the rules look at: a checked program, and where its parts were written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from triggerfish.dsl import tree
from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.types import Type
from triggerfish.dsl.lines import lines
from triggerfish.dsl.span import Span


class Project:
    """A checked program and the syntax trees it was made from."""

    def __init__(self, program: Program, files: Sequence[tree.File]) -> None:
        self.program = program
        self.files = tuple(files)
        self.profile: dict[str, Type] = {field.name: field.type for field in program.profile}
        self.segments = {segment.name: segment for segment in program.segments}
        self.scores = {score.name: score for score in program.scores}
        self.nodes: tuple[Any, ...] = tuple(nodes(program))
        self._lines: dict[str, list[str]] = {}
        self._keys: dict[int, tuple[str, Any]] = {}
        self._texts = {source.path: source.text for source in program.sources}
        self._comments = {file.path: {one.span.line: one.span.column for one in file.comments} for file in files}
        self._names = dict(_names(files))

    def line(self, file: str, number: int) -> Span:
        """What is written on a line, without its indentation and its comment."""
        text = self.text(file, number)
        start = len(text) - len(text.lstrip()) + 1
        return Span(file, number, start, number, max(len(text.rstrip()) + 1, start + 1))

    def words(self, file: str, number: int, words: str) -> Span:
        """Where these words stand on a line; the whole line where they are spaced otherwise."""
        at = self.text(file, number).find(words)
        return Span(file, number, at + 1, number, at + 1 + len(words)) if at >= 0 and words else self.line(file, number)

    def declared(self, kind: str, name: str) -> Span:
        """The name in its declaration; ``kind`` is the word before it: ``flow``, ``segment``, ``message``."""
        return self._names[kind, name]

    def condition(self, condition: x.Expr, otherwise: Span) -> Span:
        """Where a condition is written: from its first part to its last, if they are in one place."""
        parts = [self.words(one.file, one.line, one.text) for one in located(condition)]
        if not parts:
            return otherwise
        first, last = parts[0], parts[-1]
        return first.to(last) if first.file == last.file and (first.line, first.column) <= (last.line, last.column) else first

    def key(self, node: Any) -> str:
        """The same for two expressions that mean the same, wherever they are written."""
        known = self._keys.get(id(node))
        if known is None:
            known = self._keys[id(node)] = (repr(_bare(node)), node)  # kept, so that its id stays its own
        return known[0]

    def text(self, file: str, number: int) -> str:
        """A line without its comment."""
        if file not in self._lines:
            self._lines[file] = lines(self._texts.get(file, ""))
        found = self._lines[file]
        if not 1 <= number <= len(found):
            return ""
        comment = self._comments.get(file, {}).get(number)
        text = found[number - 1]
        return text if comment is None else text[: comment - 1]


def located(condition: x.Expr) -> Iterator[x.Located]:
    """The single conditions that a condition is made of, in the order written."""
    match condition:
        case x.Located():
            yield condition
        case x.And() | x.Or():
            for operand in condition.operands:
                yield from located(operand)
        case x.Not():
            yield from located(condition.operand)
        case _:
            return


def nodes(value: Any) -> Iterator[Any]:
    """Every node of a program, each before what is inside it."""
    if isinstance(value, tuple):
        for item in value:
            yield from nodes(item)
        return
    parts = parts_of(value)
    if parts is not None:
        yield value
        for part in parts:
            yield from nodes(part)


def parts_of(value: Any) -> list[Any] | None:
    """What is directly inside a node, but for plain texts and numbers; None for what is no node."""
    kind: Any = type(value)
    names = _fields(kind)
    if names is None:
        return None
    return [part for name in names if (part := getattr(value, name)) is not None and type(part) not in PLAIN]


PLAIN = frozenset({str, int, float, bool})


@cache
def _fields(kind: Any) -> tuple[str, ...] | None:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else None


def _bare(node: Any) -> Any:
    """A node as tuples, without the places where it is written."""
    if isinstance(node, x.Located):
        return _bare(node.condition)
    if isinstance(node, tuple):
        return tuple(_bare(item) for item in node)
    kind: Any = type(node)
    names = _fields(kind)
    if names is None:
        return node
    return kind.__name__, *(_bare(getattr(node, name)) for name in names if name not in {"kind", "default"})


def _names(files: Sequence[tree.File]) -> Iterator[tuple[tuple[str, str], Span]]:
    for file in files:
        for declaration in file.declarations:
            name = getattr(declaration, "name", None)
            text, span = getattr(name, "text", None), getattr(name, "span", None)
            if isinstance(text, str) and isinstance(span, Span):
                yield (type(declaration).__name__.lower(), text), span
