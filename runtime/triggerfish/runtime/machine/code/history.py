"""Conditions and values over past events, written out against the logs and totals of the state."""

from __future__ import annotations

from collections.abc import Callable

from triggerfish.dsl.ir import expressions as x
from triggerfish.runtime.machine.code.writer import Code, Writer
from triggerfish.runtime.machine.history import Need, Path, need

HistoryNode = x.Did | x.Aggregate | x.Pick


def exact(duration: x.Duration) -> int | None:
    """A window's length in milliseconds; None where it has calendar months."""
    return None if duration.months else duration.days * 86_400_000 + duration.milliseconds


def did(w: Writer, node: x.Did) -> str:
    """``did X at least 3 times in last 2 hours``."""
    wanted = need(node)
    test = _plain_did(w, node, wanted) or _counted(node, _count(w, node, wanted))
    return f"not ({test})" if node.negated else f"({test})"


def _plain_did(w: Writer, node: x.Did, wanted: Need) -> str | None:
    """``at least N`` without a late ``where``: one look at the N-th newest moment."""
    if node.comparison != "at least" or wanted.where is not None or node.count < 1:
        return None
    kept = w.temporary()
    found = f"({kept} := h.get({wanted.key!r})) is not None"
    enough = f" and len({kept}['@']) >= {node.count}" if node.count > 1 else ""
    match node.window:
        case x.InLast(duration=duration):
            length = exact(duration)
            if length is None:
                return f"{found}{enough} and window_end({kept}['@'][-{node.count}], {duration.span}, zone(S)) > now"
            return f"{found}{enough} and {kept}['@'][-{node.count}] > now - {length}"
        case x.Ever():
            return f"{found} and {kept}['@'][0] >= {node.count}" if node.count > 1 else found
        case x.Since(moment=moment):
            guard, since = w.not_none(_value(w, moment))
            newest = f"{kept}['@'][2]" if wanted.totals else f"{kept}['@'][-{node.count}]"
            return " and ".join(part for part in (guard, f"{found}{enough if not wanted.totals else ''}", f"{newest} > {since}") if part)


def _counted(node: x.Did, count: str) -> str:
    operator = {"at least": ">=", "at most": "<=", "exactly": "=="}[node.comparison]
    return f"{count} {operator} {node.count}"


def _value(w: Writer, node: x.Expr) -> Code:
    from triggerfish.runtime.machine.code.values import value  # the two need each other

    return value(w, node)


def _count(w: Writer, node: HistoryNode, wanted: Need) -> str:
    """How many events a condition or ``count of`` sees, 0 where the moment of ``since`` is unknown."""
    kept = w.temporary()
    if wanted.totals:
        return f"({kept}['@'][0] if ({kept} := h.get({wanted.key!r})) is not None else 0)"
    begin, guard = _begin(w, node, kept)
    found = " and ".join(part for part in (f"({kept} := h.get({wanted.key!r})) is not None", guard) if part)
    if wanted.where is None:
        return f"(len({kept}['@']) - {begin} if {found} else 0)"
    index, test = _late(w, wanted, kept)
    return f"(sum(1 for {index} in range({begin}, len({kept}['@'])) if {test}) if {found} else 0)"


def _begin(w: Writer, node: HistoryNode, kept: str) -> tuple[str, str]:
    """The index of the first event inside the window, and a guard that must hold before it is asked."""
    window = x.Ever() if isinstance(node, x.Pick) else node.window
    match window:
        case x.InLast(duration=duration):
            length = exact(duration)
            if length is None:
                return f"in_window({kept}['@'], now, {duration.span}, zone(S))", ""
            return f"bisect_right({kept}['@'], now - {length})", ""
        case x.Since(moment=moment):
            guard, since = w.not_none(_value(w, moment))
            return f"bisect_right({kept}['@'], {since})", guard
        case x.Ever():
            return "0", ""


def _late(w: Writer, wanted: Need, kept: str) -> tuple[str, str]:
    """``(index name, test)`` of the part of ``where`` that is asked now, over the columns of the log."""
    from triggerfish.runtime.machine.code.conditions import condition  # the two need each other

    index = w.temporary()
    outer = w.event
    w.event = column(kept, index)
    assert wanted.where is not None  # noqa: S101 - callers ask only then
    test = condition(w, wanted.where)
    w.event = outer
    return index, test


def column(kept: str, index: str) -> Callable[[Path], Code]:
    """Reads a field of the event looked at from its log."""

    def read(path: Path) -> Code:
        if not path:
            return Code(f"{kept}['@'][{index}]", nullable=False)
        return Code(f"{kept}[{'.'.join(path)!r}][{index}]", nullable=True)

    return read


def aggregate(w: Writer, node: x.Aggregate) -> Code:
    """``sum of X.f in last D``; count and sum of nothing are 0, the others unknown."""
    wanted = need(node)
    if node.function == "count":
        return Code(_count(w, node, wanted), nullable=False)
    path = ".".join(node.field)
    kept = w.temporary()
    empty = "0" if node.function == "sum" else "None"
    nullable = node.function != "sum"
    if wanted.totals:
        totals = w.temporary()
        shown = {
            "sum": f"{totals}[1]",
            "average": f"({totals}[1] / {totals}[0] if {totals}[0] else None)",
            "smallest": f"{totals}[2]",
            "largest": f"{totals}[3]",
        }[node.function]
        text = f"({shown} if ({kept} := h.get({wanted.key!r})) is not None and ({totals} := {kept}[{path!r}]) else {empty})"
        return Code(text, nullable)
    begin, guard = _begin(w, node, kept)
    found = " and ".join(part for part in (f"({kept} := h.get({wanted.key!r})) is not None", guard) if part)
    if wanted.where is None:
        seen = f"{kept}[{path!r}][{begin}:]"
    else:
        index, test = _late(w, wanted, kept)
        seen = f"[{kept}[{path!r}][{index}] for {index} in range({begin}, len({kept}['@'])) if {test}]"
    worked = f"sum(known({seen}))" if node.function == "sum" else f"{node.function}({seen})"
    return Code(f"({worked} if {found} else {empty})", nullable)


def pick(w: Writer, node: x.Pick) -> Code:
    """``last X.f``; the moment of the event where no field is named."""
    wanted = need(node)
    kept = w.temporary()
    path = ".".join(node.field)
    if wanted.totals:
        if path:
            shown = f"{kept}[{path!r}][{4 if node.which == 'first' else 5}]"
        else:
            shown = f"{kept}['@'][{1 if node.which == 'first' else 2}]"
        return Code(f"({shown} if ({kept} := h.get({wanted.key!r})) is not None else None)", nullable=True)
    index, test = _late(w, wanted, kept)
    column_name = path or "@"
    order = f"range(len({kept}['@']))" if node.which == "first" else f"range(len({kept}['@']) - 1, -1, -1)"
    seen = f"next(({kept}[{column_name!r}][{index}] for {index} in {order} if {test}), None)"
    return Code(f"({seen} if ({kept} := h.get({wanted.key!r})) is not None else None)", nullable=True)


def turns(w: Writer, node: x.Did | x.Aggregate) -> str | None:
    """The moment at which the window next loses an event that counts; None for windows that never move."""
    if not isinstance(node.window, x.InLast):
        return None
    wanted = need(node)
    kept, index = w.temporary(), w.temporary()
    duration = node.window.duration
    length = exact(duration)
    found = f"({kept} := h.get({wanted.key!r})) is not None"
    if isinstance(node, x.Did) and node.comparison != "exactly" and wanted.where is None:
        # The number of events passes the mark when the N-th newest leaves; the others may go unnoticed.
        mark = max(node.count, 1) if node.comparison == "at least" else node.count + 1
        last = f"{kept}['@'][-{mark}]"
        leaves = f"window_end({last}, {duration.span}, zone(S))" if length is None else f"{last} + {length}"
        return f"({leaves} if {found} and len({kept}['@']) >= {mark} else None)"
    if length is None:
        first = f"in_window({kept}['@'], now, {duration.span}, zone(S))"
        end = f"window_end({kept}['@'][{index}], {duration.span}, zone(S))"
    else:
        first = f"bisect_right({kept}['@'], now - {length})"
        end = f"{kept}['@'][{index}] + {length}"
    return f"({end} if {found} and ({index} := {first}) < len({kept}['@']) else None)"
