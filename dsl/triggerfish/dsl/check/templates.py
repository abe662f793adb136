"""Texts with ``{{ }}``: what they name, and whether it is there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from triggerfish.dsl.check import giving, links, names
from triggerfish.dsl.check.kinds import describe
from triggerfish.dsl.check.report import Report
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import TemplateUse
from triggerfish.dsl.diagnostics import messages as rules
from triggerfish.dsl.diagnostics import types
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import expressions as ir
from triggerfish.dsl.ir.types import DATETIME
from triggerfish.dsl.span import Span
from triggerfish.dsl.templates import BUILT_IN, analyse
from triggerfish.dsl.tree import expressions as tx

_PATH = re.compile(r"\w+(?:\.\w+|\[\d+\])*")
_SPECIAL = ("size", "first", "last")
"""What Liquid itself knows after a dot."""


def is_template(text: str) -> bool:
    """Whether a text has anything to fill in."""
    return "{{" in text or "{%" in text


def uses(source: str, text: tx.Text, file: str | None, channel: str, context: Context) -> tuple[TemplateUse, ...]:
    """What a template names; errors in it are reported.

    ``text`` is where the source is written, or with ``file`` where the file's name is.
    """
    found, errors = analyse(source)
    for error in errors:
        span = _place(source, error.offset, 1, text, file, context)
        context.report.add(rules.TemplateSyntax.at(span, problem=error.message))
    wanted = links.check(source, channel, lambda offset, length: _place(source, offset, length, text, file, context), context)
    result = []
    for name in found:
        path = name.stands_for if name.local else name.path
        if path is None or (len(path) == 1 and path[0] in BUILT_IN):
            continue
        match = _PATH.match(source, name.offset)
        shown = match.group() if match else ".".join(name.path)
        span = _place(source, name.offset, len(shown), text, file, context)
        given = wanted.get(name.offset)
        result.append(
            TemplateUse(channel, path, shown, span, given.type, given.target) if given else TemplateUse(channel, path, shown, span)
        )
    return tuple(result)


def linked(source: str, text: tx.Text, file: str | None, context: Context) -> tuple[links.LinkWords, ...]:
    """What the links of a template name; ``text`` and ``file`` as for ``uses``."""
    return links.words(source, lambda offset, length: _place(source, offset, length, text, file, context))


def dotted(found: Iterable[TemplateUse]) -> tuple[str, ...]:
    """The paths used, each once."""
    return tuple(dict.fromkeys(".".join(use.path) for use in found))


def check(found: Iterable[TemplateUse], context: Context, related: tuple[Related, ...] = ()) -> None:
    """Reports the names that mean nothing at this place."""
    for use in found:
        if use.path[0] == "content":
            _content(use, context, related)
            continue
        problem = _problem(use, context)
        if problem is not None:
            context.report.add(
                rules.UnknownTemplateName.at(use.span, hint=problem[1], related=related, problem=problem[0])
            )
        elif use.wanted is not None:
            given = giving.give(tx.Name(use.path, use.span), use.wanted, use.target, replace(context, subject=None))
            if isinstance(given, ir.DateOf):
                wanted, moment = describe(use.wanted), describe(DATETIME)
                context.report.add(types.WrongType.at(use.span, target=use.target, wanted=wanted, found=moment))


def _content(use: TemplateUse, context: Context, related: tuple[Related, ...]) -> None:
    """``content.NAME``: what its variants name must be there, too."""
    contents = context.symbols.contents
    if len(use.path) != 2:
        problem = "`content` alone says nothing" if len(use.path) == 1 else f"`{use.shown}` goes too far"
        hint = "write `content.NAME` with the name of a content"
        context.report.add(rules.UnknownTemplateName.at(use.span, hint=hint, related=related, problem=problem))
    elif use.path[1] not in contents:
        column = use.span.column + len("content.")
        place = use.span
        if use.shown == ".".join(use.path):
            place = replace(place, column=column, end_column=column + len(use.path[1]))
        context.report.unknown(rules.UnknownContent, tx.Word(use.path[1], place), contents, related=related)
    else:
        shown = (Related(use.span, "shown here"), *related)
        check(context.symbols.variants.get(use.path[1], ()), context, shown)


def _problem(use: TemplateUse, context: Context) -> tuple[str, str | None] | None:
    if use.path == ("entered",):
        return "`entered` cannot be used in a text", "give it with the send: `with since: entered`"
    path = use.path
    problem = _resolve(path, use.span, context)
    if problem is None or not any(word in _SPECIAL for word in path[1:]):
        return problem
    if "size" in path[1:]:
        path = path[: path.index("size", 1)]
    shorter = tuple(word for index, word in enumerate(path) if not index or word not in ("first", "last"))
    return problem if _resolve(shorter, use.span, context) is not None else None


def _resolve(path: tuple[str, ...], span: Span, context: Context) -> tuple[str, str | None] | None:
    scratch = Report()
    names.resolve(tx.Name(path, span), replace(context, report=scratch, subject=None))
    errors = [found for found in scratch.diagnostics() if found.severity == "error"]
    return (errors[0].message, errors[0].help) if errors else None


def template(written: tx.Text, context: Context) -> ir.Expr:
    """A text of a step that may hold ``{{ }}``; what it names is checked."""
    if not is_template(written.value):
        return ir.Constant(written.value, "text")
    found = uses(written.value, written, None, "", context)
    links.refuse(written.value, lambda offset, length: _place(written.value, offset, length, written, None, context), context)
    check(found, context)
    return ir.Template(written.value, dotted(found))


def _place(source: str, offset: int, length: int, text: tx.Text, file: str | None, context: Context) -> Span:
    """Where a character of a template stands. In a quoted text the same words are looked for as they were written."""
    if file is not None:
        return _span(file, 1, 1, source, offset, length)
    words = source[offset : offset + length]
    raw = context.sources.raw(text.span)
    position = -1
    for _ in range(source[:offset].count(words) + 1 if words else 0):
        position = raw.find(words, position + 1)
    if position < 0:
        return text.span
    return _span(text.span.file, text.span.line, text.span.column, raw, position, length)


def _span(file: str, line: int, column: int, text: str, offset: int, length: int) -> Span:
    before = text[:offset]
    rows = before.count("\n")
    start = column + offset if not rows else offset - before.rfind("\n")
    return Span(file, line + rows, start, line + rows, start + length)
