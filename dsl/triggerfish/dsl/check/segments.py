"""Segments, values and scores."""

from __future__ import annotations

import csv
import posixpath
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

from triggerfish.dsl.check import conditions, history, values
from triggerfish.dsl.check.durations import duration
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.typed import NOTHING
from triggerfish.dsl.diagnostics import files as file_rules
from triggerfish.dsl.diagnostics import flows as flow_rules
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir import program as ir
from triggerfish.dsl.ir.expressions import Expr
from triggerfish.dsl.ir.types import NUMBER
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx
from triggerfish.dsl.tree.expressions import Text


def read(file: Text, context: Context) -> tuple[str, str] | None:
    """The path within the project and the text of a file named in a ``.flow`` file; None once reported."""
    inside = posixpath.normpath(posixpath.join(posixpath.dirname(file.span.file), file.value.replace("\\", "/")))
    if posixpath.isabs(inside) or inside == ".." or inside.startswith("../") or file.value[1:2] == ":":
        context.report.add(file_rules.OutsideProject.at(file.span, path=file.value))
        return None
    text = context.sources.text(inside)
    if text is None:
        context.report.add(file_rules.MissingFile.at(file.span, path=inside))
        return None
    return inside, text


def segment(written: td.Segment, context: Context) -> ir.Segment:
    """A segment; its conditions are watched."""
    name = written.name.text
    label = written.label.value if written.label is not None else name
    span = written.span
    condition: Expr | None = None
    members: tuple[str, ...] = ()
    if written.kind == "conditions":
        inside = Context(context.symbols, context.report, context.sources, owner=("segment", name), watched=True)
        condition = conditions.all_of(written.conditions, inside) or NOTHING
    elif written.file is not None:
        members = _members(written.file, context)
    return ir.Segment(name, label, written.kind, condition, members, span.file, span.line)


def _members(file: Text, context: Context) -> tuple[str, ...]:
    found = read(file, context)
    if found is None:
        return ()
    path, text = found
    rows = [row for row in csv.reader(text.lstrip("\ufeff").splitlines()) if row and any(cell.strip() for cell in row)]
    column = 0
    if rows:
        header = [cell.strip().lower() for cell in rows[0]]
        for title in ("id", "profile_id", "person", "email", "e-mail", "email_address"):
            if title in header:
                column = header.index(title)
                rows = rows[1:]
                break
    cells = (row[column].strip() for row in rows if len(row) > column)
    members = tuple(dict.fromkeys(cell.lower() if "@" in cell else cell for cell in cells if cell))
    if not members:
        context.report.add(file_rules.EmptyList.at(file.span, path=path))
    return members


def prepare(context: Context) -> None:
    """Works out all values, each after those it names, so that a long chain of them goes no deeper than a short one."""
    declared = context.symbols.values
    done: set[str] = set()
    for root in declared:
        path, waiting = [root], [iter(_named(declared[root].value))]
        while path:
            following = next(waiting[-1], None)
            if following is None:
                done.add(path[-1])
                values.value_of(path[-1], declared[path[-1]].name.span, context)
                path.pop()
                waiting.pop()
            elif following in declared and following not in done and following not in path:
                path.append(following)
                waiting.append(iter(_named(declared[following].value)))


def _named(node: object) -> Iterator[str]:
    """The first words of all names in an expression."""
    if isinstance(node, tx.Name):
        yield node.path[0]
    elif isinstance(node, tuple):
        for item in node:
            yield from _named(item)
    elif is_dataclass(node) and not isinstance(node, Span | type):
        for field in fields(node):
            yield from _named(getattr(node, field.name))


def value(written: td.Value, context: Context) -> ir.Value:
    """A named calculation."""
    name = written.name.text
    values.value_of(name, written.name.span, context)
    found = context.symbols.results[name]
    text = context.sources.words(written.value.span)
    if found is None:
        return ir.Value(name, NOTHING, NUMBER, text, written.span.line)
    return ir.Value(name, found.expr, found.type or NUMBER, text, written.span.line)


def score(written: td.Score, context: Context) -> ir.Score:
    """A score; what it is ``while`` is watched."""
    name = written.name.text
    inside = Context(context.symbols, context.report, context.sources, owner=("score", name))
    rules = tuple(_rule(rule, inside) for rule in written.rules)
    fade = None
    if written.fade is not None:
        percent(written.fade.percent, "what fades", written.fade.span, context)
        fade = ir.Fade(written.fade.percent / 100, duration(written.fade.per, context))
    if written.low is not None and written.high is not None and written.low >= written.high:
        context.report.add(
            flow_rules.BadNumber.at(
                written.name.span,
                what="the lower bound",
                wanted=f"less than {written.high:g}",
                found=f"{written.low:g}",
            )
        )
    levels = sorted(_levels(written, context), key=lambda level: -level.threshold)
    label = written.label.value if written.label is not None else name
    return ir.Score(
        name,
        label,
        written.start,
        written.low,
        written.high,
        fade,
        rules,
        tuple((level.name.text, level.threshold) for level in levels),
        written.span.line,
    )


def _levels(written: td.Score, context: Context) -> list[td.Level]:
    seen: dict[str, td.Level] = {}
    for level in written.levels:
        if level.name.text in seen:
            related = (Related(seen[level.name.text].span, "first given here"),)
            what = f"a level of {written.name.text}"
            context.report.add(
                name_rules.Duplicate.at(level.name.span, related=related, what=what, name=level.name.text)
            )
        seen.setdefault(level.name.text, level)
    return list(seen.values())


def _rule(written: td.EventPoints | td.WhilePoints, context: Context) -> ir.EventPoints | ir.WhilePoints:
    line = written.span.line
    if isinstance(written, td.WhilePoints):
        return ir.WhilePoints(written.points, conditions.condition(written.condition, context.watching()), line)
    history.personal(written.event, context)
    where = None
    if written.where is not None:
        where = conditions.condition(written.where, context.looking_at(written.event.text, started=False))
    if written.limit is not None and written.limit < 1:
        context.report.add(
            flow_rules.BadNumber.at(written.span, what="the limit", wanted="at least 1", found=written.limit)
        )
    return ir.EventPoints(written.points, written.event.text, written.limit, written.period, where, line)


def percent(found: float, what: str, span: Span, context: Context) -> float:
    """A share from 0 to 1; more than everything or less than nothing is reported."""
    if not 0 <= found <= 100:
        context.report.add(flow_rules.BadNumber.at(span, what=what, wanted="from 0% to 100%", found=f"{found:g}%"))
        return 0.0
    return found / 100
