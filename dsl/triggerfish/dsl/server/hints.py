"""Inlay hints: what a date or a duration comes to, when a schedule fires next, and what a message says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from lsprotocol import types as lsp

from triggerfish.dsl.server.coming import Coming, Remark
from triggerfish.dsl.server.document import Document
from triggerfish.dsl.server.outside import Outside
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree import flows as tf
from triggerfish.dsl.tree import steps as ts
from triggerfish.dsl.tree.tests import At

_IN_MINUTES = {"minute": 1, "hour": 60, "day": 1440}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LONGEST = 50


def hints(document: Document, place: lsp.Range, outside: Outside | None = None) -> list[lsp.InlayHint]:
    """The hints for the lines of a range; those about the present moment if there is somebody ``outside`` who knows it."""
    first, last = place.start.line + 1, place.end.line + 1
    found = []
    for placed in document.state.placed.get(document.path, ()):
        if placed.above >= last or placed.above + placed.lines + 1 < first:
            continue
        for declaration in placed.piece.tree.declarations:
            coming = None
            if outside is not None and isinstance(declaration, tf.Flow):
                coming = Coming(declaration, document, outside)
            for node in _nodes(declaration):
                text = _hint(node, document)
                remark = Remark(text, "") if text is not None else coming.of(node) if coming is not None else None
                if remark is None:
                    continue
                span = document.state.real(_end(node))
                if first <= span.end_line <= last:
                    position = document.text.position(span.end_line, span.end_column)
                    found.append(lsp.InlayHint(position, remark.text, tooltip=remark.more or None, padding_left=True))
    return found


def _nodes(node: Any) -> Iterator[Any]:
    """All parts of a declaration, inner ones first: the weekday of a date stands before what is said of its line."""
    if isinstance(node, tuple):
        for one in node:
            yield from _nodes(one)
    elif is_dataclass(node) and not isinstance(node, Span):
        for field in fields(node):
            yield from _nodes(getattr(node, field.name))
        yield node


def _end(node: Any) -> Span:
    span: Span = node.message.span if isinstance(node, ts.Send) else node.span
    return span


def _hint(node: Any, document: Document) -> str | None:
    match node:
        case tx.Date() | tx.Moment():
            return _WEEKDAYS[node.date.weekday()]
        case At() if node.date is not None:
            return _WEEKDAYS[node.date.weekday()]
        case tx.Duration():
            return _duration(node)
        case ts.Send():
            return _message(node, document)
        case _:
            return None


def _duration(node: tx.Duration) -> str | None:
    """``36 hours`` is 1 day 12 hours; what is already short is left alone."""
    unit = _IN_MINUTES.get(node.unit)
    if unit is None or isinstance(node.amount, float):
        return None
    if node.unit == "day":
        weeks, rest = divmod(node.amount, 7)
        return f"= {_count(weeks, 'week')}" if weeks > 1 and not rest else None
    if node.amount * unit < (1440 if node.unit == "hour" else 90):
        return None
    minutes = node.amount * unit
    parts = []
    for name, size in (("day", 1440), ("hour", 60), ("minute", 1)):
        amount, minutes = divmod(minutes, size)
        if amount:
            parts.append(_count(amount, name))
    return "= " + " ".join(parts) if parts else None


def _count(amount: int, word: str) -> str:
    return f"{amount} {word}{'' if amount == 1 else 's'}"


def _message(step: ts.Send, document: Document) -> str | None:
    """The subject, title or short text of what is sent."""
    message = document.state.declared.messages.get(step.message.text)
    wanted = step.channel.text if step.channel is not None else None
    for part in message.parts if message is not None else ():
        if part.channel.text == wanted and part.language is None:
            return _shown(part)
    return None


def _shown(part: td.Part) -> str | None:
    for field in part.fields:
        if not field.file and (field.name is None or field.name.text in ("subject", "title")):
            text = " ".join(field.value.value.split())
            return f"“{text[:_LONGEST]}…”" if len(text) > _LONGEST else f"“{text}”"
    return None
