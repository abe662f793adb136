"""Declared fields and their types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from triggerfish.dsl.check import giving
from triggerfish.dsl.check.kinds import describe
from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.diagnostics import names as name_rules
from triggerfish.dsl.diagnostics import types as rules
from triggerfish.dsl.diagnostics.model import Related
from triggerfish.dsl.ir.types import Field, Type, TypeKind
from triggerfish.dsl.span import Span
from triggerfish.dsl.tree import declarations as td
from triggerfish.dsl.tree import expressions as tx


def fields(written: Sequence[td.Field], owner: str, context: Context) -> tuple[Field, ...]:
    """The fields of one block; a name that stands twice is reported."""
    seen: dict[str, Span] = {}
    found = []
    for one in written:
        if one.name.text in seen:
            related = (Related(seen[one.name.text], "first declared here"),)
            what = f"a field of {owner}"
            context.report.add(name_rules.Duplicate.at(one.name.span, related=related, what=what, name=one.name.text))
            continue
        seen[one.name.text] = one.name.span
        found.append(field(one, context))
    return tuple(found)


def field(written: td.Field, context: Context) -> Field:
    """One field with its type and default."""
    found = type_of(written.type, written.name.text, context)
    if written.fields:
        inside = Type("record", fields=fields(written.fields, written.name.text, context))
        if found.kind == "list" and found.item is None:
            found = Type("list", inside)
        elif found.kind == "record":
            found = inside
        else:
            span = written.fields[0].name.span
            context.report.add(rules.NoFieldsOfItsOwn.at(span, name=written.name.text, type=describe(found)))
    default = None
    if written.default is not None:
        default = giving.written_out(written.default, found, written.name.text, context)
        if isinstance(default, dict) or (isinstance(default, list) and any(isinstance(item, dict) for item in default)):
            context.report.add(
                rules.NotWrittenOut.at(
                    written.default.span,
                    what=f"the default of {written.name.text}",
                    hint="a moment or a group of fields cannot be a default",
                )
            )
    return Field(written.name.text, found, default, written.sensitive, written.doc)


def type_of(written: td.TypeName, name: str, context: Context) -> Type:
    """``text``, ``list of text``, ``one of …``."""
    if written.name == "one of":
        return Type("one of", options=_options(written, name, context))
    if written.name == "list":
        return Type("list", type_of(written.item, name, context) if written.item is not None else None)
    return Type(cast("TypeKind", written.name))


def _options(written: td.TypeName, name: str, context: Context) -> tuple[str | int | float | bool, ...]:
    found: list[str | int | float | bool] = []
    for one in written.options:
        value = giving.written_out(one, None, f"an option of {name}", context)
        if not isinstance(one, tx.Text | tx.Number | tx.Boolean | tx.Percent) or value is None:
            context.report.add(rules.BadOptions.at(one.span, name=name, problem="must be texts, numbers, yes or no"))
        elif any(value == other and type(value) is type(other) for other in found):
            context.report.add(rules.BadOptions.at(one.span, hint="remove it", name=name, problem="must be different"))
        elif found and isinstance(value, str) != isinstance(found[0], str):
            context.report.add(rules.BadOptions.at(one.span, name=name, problem="must be all of one type"))
        else:
            found.append(value)
    return tuple(found)
