"""Values that a newer program declares otherwise: what no longer fits its type is forgotten, or conditions would stumble over it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from triggerfish.runtime.machine.trace import shown

if TYPE_CHECKING:
    from triggerfish.dsl.ir.types import Type
    from triggerfish.runtime.machine.session import Session


def fits(type_: Type, value: Any) -> bool:
    """Whether a run-time value can be one of the type; unknown fits everything. A choice may be one that is gone."""
    match type_.kind:
        case _ if value is None:
            return True
        case "number" | "duration" | "boolean" | "datetime":
            return isinstance(value, bool) is (type_.kind == "boolean") and isinstance(value, int | float | list)
        case "date":
            return isinstance(value, str) and _is_date(value)
        case "list":
            item = type_.item
            return isinstance(value, list) and (item is None or all(fits(item, each) for each in value))
        case "record":
            inner = {field.name: field.type for field in type_.fields}
            return isinstance(value, dict) and all(fits(inner[name], each) for name, each in value.items() if name in inner)
        case _:
            return isinstance(value, str) if type_.is_text else isinstance(value, int | float)


def _is_date(value: str) -> bool:
    try:
        dt.date.fromisoformat(value)
    except ValueError:
        return False
    return True


def forget_misfits(session: Session) -> None:
    """Drop fields of the person, and fields kept of past events, that are declared otherwise now."""
    profile = session.state.profile
    for field in session.program.ir.profile:
        value = profile.get(field.name)
        if not fits(field.type, value):
            del profile[field.name]
            why = f"{field.name} is declared otherwise now: its value {shown(value)} does not fit and is forgotten"
            session.flow_fact("error", "", 0, 0, {"why": why})
    declared = {event.name: {field.name: field.type for field in event.fields} for event in session.program.ir.events}
    for log in session.program.series.logs.values():
        kept = session.state.series.get(log.key)
        for path in log.fields if kept is not None else ():
            type_ = _inside(declared.get(log.event, {}), path)
            if kept is not None and type_ is not None:
                name = ".".join(path)
                kept[name] = [each if fits(type_, each) else None for each in kept.get(name, ())]
    for totals in session.program.series.totals.values():
        kept = session.state.series.get(totals.key)
        for path in totals.fields if kept is not None else ():
            type_ = _inside(declared.get(totals.event, {}), path)
            found = kept.get(".".join(path)) if kept is not None else None
            if found is not None and type_ is not None and not all(fits(type_, each) for each in found[2:]):
                found[:] = [0, 0, None, None, None, None]


def _inside(fields: dict[str, Type], path: tuple[str, ...]) -> Type | None:
    type_ = fields.get(path[0])
    for name in path[1:]:
        field = type_.field(name) if type_ is not None else None
        type_ = field.type if field is not None else None
    return type_
