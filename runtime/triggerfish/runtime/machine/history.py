"""What is kept of a person's past events: no more than the program's conditions need.

A *log* keeps the newest moments of an event (and the fields asked of them) inside a window or up to a number; *totals* keep
count, first, last, sum, smallest and largest of all that ever happened. Both are shared by all conditions that
ask about the same event with the same filter. In a person's state a log is ``{"@": [moments], "field.path": [values]}``
with equally long lists in order of time, totals are ``{"@": [count, first, last], "field.path": [count, sum, smallest,
largest, first value, last value]}``.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.walk import walk
from triggerfish.runtime.machine.calendar import at_most

Path = tuple[str, ...]


@dataclass(slots=True)
class Log:
    """``window`` in milliseconds (None: for ever), ``limit`` the newest so many (None: all)."""

    key: str
    event: str
    filter: x.Expr | None
    window: int | None
    limit: int | None
    fields: set[Path] = field(default_factory=set)


@dataclass(slots=True)
class Totals:
    """Over everything that ever happened."""

    key: str
    event: str
    filter: x.Expr | None
    fields: set[Path] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Need:
    """What one history expression asks of the past.

    ``totals`` or else a log; ``filter`` is the part of ``where`` that can be decided when the event comes, ``where`` what
    must be asked later because it looks at more than the event.
    """

    event: str
    totals: bool
    filter: x.Expr | None
    where: x.Expr | None
    fields: frozenset[Path]
    window: int | None
    limit: int | None

    @property
    def key(self) -> str:
        """The series' name in the state: stable over versions of the program."""
        mark = "+" if self.totals else ""
        if self.filter is None:
            return self.event + mark
        return f"{self.event}~{hashlib.sha256(repr(_unlocated(self.filter)).encode()).hexdigest()[:10]}{mark}"


class Series:
    """The logs and totals a program needs, by key and by event."""

    def __init__(self) -> None:
        self.logs: dict[str, Log] = {}
        self.totals: dict[str, Totals] = {}

    def add(self, expressions: Iterable[x.Expr]) -> None:
        """Take in what these expressions ask of history."""
        for expression in expressions:
            for node in walk(expression):
                if isinstance(node, x.Did | x.Aggregate | x.Pick):
                    self._take(need(node))

    def _take(self, wanted: Need) -> None:
        if wanted.totals:
            totals = self.totals.setdefault(wanted.key, Totals(wanted.key, wanted.event, wanted.filter))
            totals.fields |= wanted.fields
            return
        log = self.logs.get(wanted.key)
        if log is None:
            self.logs[wanted.key] = Log(
                wanted.key, wanted.event, wanted.filter, wanted.window, wanted.limit, set(wanted.fields)
            )
            return
        log.fields |= wanted.fields
        log.window = None if log.window is None or wanted.window is None else max(log.window, wanted.window)
        log.limit = None if log.limit is None or wanted.limit is None else max(log.limit, wanted.limit)

    def signature(self) -> dict[str, list[Any]]:
        """What is kept, comparable between versions: key to ``[window, limit, fields]``."""
        logs = {
            log.key: [log.window, log.limit, sorted(".".join(path) for path in log.fields)]
            for log in self.logs.values()
        }
        totals = {
            one.key: [None, None, sorted(".".join(path) for path in one.fields)] for one in self.totals.values()
        }
        return logs | totals


def need(node: x.Did | x.Aggregate | x.Pick) -> Need:
    """What a history expression asks of the past."""
    early = node.where is None or decided_at_once(node.where)
    filter_ = node.where if early else None
    where = None if early else node.where
    fields = frozenset(_event_fields(where)) if where is not None else frozenset()
    if isinstance(node, x.Pick):
        asked = frozenset({node.field} if node.field else ())
        return Need(node.event, early, filter_, where, fields | asked, None, None)
    limit: int | None = None
    if isinstance(node, x.Did):
        limit = node.count if node.comparison == "at least" else node.count + 1
        newest = node.comparison == "at least" and node.count == 1
    else:
        newest = False
        if node.field:
            fields |= {node.field}
    if not early:
        limit = None
    match node.window:
        case x.InLast(duration=duration):
            window = at_most(duration.span)
            return Need(node.event, totals=False, filter=filter_, where=where, fields=fields, window=window, limit=limit)
        case x.Since():
            totals = early and newest
        case x.Ever():
            totals = early
    return Need(node.event, totals, filter_, where, fields, None, None if totals else limit)


def decided_at_once(where: x.Expr) -> bool:
    """Whether a condition looks at nothing but the event itself."""
    outside = (
        x.ProfileField, x.Variable, x.Entered, x.Now, x.ValueOf, x.ScoreOf, x.LevelOf, x.ModelOf, x.MomentOf,
        x.DateOf, x.LocalMoment, x.Did, x.Aggregate, x.Pick, x.TimeSince, x.Within, x.InSegment, x.InFlow, x.Subscribed, x.Reachable,
    )
    return not any(isinstance(node, outside) for node in walk(where))


def _event_fields(where: x.Expr) -> Iterable[Path]:
    return (node.path for node in walk(where) if isinstance(node, x.EventField) and node.path)


def _unlocated(node: Any) -> Any:
    """The expression without the places it was written at, so that moving a line changes no key."""
    if isinstance(node, x.Located):
        return _unlocated(node.condition)
    if isinstance(node, tuple):
        return tuple(_unlocated(item) for item in node)
    if hasattr(node, "__dataclass_fields__"):
        return (type(node).__name__, *(_unlocated(getattr(node, name)) for name in node.__dataclass_fields__))
    return node


def dig(fields: Any, path: Path) -> Any:
    """A nested field, None where anything on the way is missing; of a list, the list of that field's values."""
    value: Any = fields
    for index, name in enumerate(path):
        if isinstance(value, list):
            found = [dig(each, path[index:]) for each in value]
            return [each for each in found if each is not None]
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


def insert(series: dict[str, Any], log: Log, at: int, now: int, fields: dict[str, Any]) -> None:
    """Put an event into a log, in order of time, and drop what no condition can see any more."""
    kept = series.get(log.key)
    if kept is None:
        kept = series[log.key] = {"@": [], **{".".join(path): [] for path in sorted(log.fields)}}
    moments = kept["@"]
    if not moments or at >= moments[-1]:
        moments.append(at)
        if log.fields:
            for path in log.fields:
                if len(path) == 1:
                    kept[path[0]].append(fields.get(path[0]))
                else:
                    kept[".".join(path)].append(dig(fields, path))
    else:
        place = bisect_right(moments, at)
        moments.insert(place, at)
        for path in log.fields:
            kept[".".join(path)].insert(place, dig(fields, path))
    limit, window = log.limit, log.window
    drop = len(moments) - limit if limit is not None else 0
    if window is not None and moments[0] <= now - window:
        drop = max(drop, bisect_right(moments, now - window))
    if drop > 0:
        for column in kept.values():
            del column[:drop]
    if not moments:
        del series[log.key]


def count_in(series: dict[str, Any], totals: Totals, at: int, fields: dict[str, Any]) -> None:
    """Add an event to totals."""
    kept = series.get(totals.key)
    if kept is None:
        kept = series[totals.key] = {"@": [0, at, at], **{".".join(path): [0, 0, None, None, None, None] for path in sorted(totals.fields)}}
    number = kept["@"]
    first, last = at < number[1] or not number[0], at >= number[2]
    number[0] += 1
    if first:
        number[1] = at
    if last:
        number[2] = at
    for path in totals.fields:
        _sum_up(kept[".".join(path)], dig(fields, path), first=first, last=last)


def _sum_up(kept: list[Any], value: Any, *, first: bool, last: bool) -> None:
    if first:
        kept[4] = value
    if last:
        kept[5] = value
    if value is None:
        return
    kept[0] += 1
    if isinstance(value, int | float) and not isinstance(value, bool):
        kept[1] += value
    if kept[2] is None or value < kept[2]:
        kept[2] = value
    if kept[3] is None or value > kept[3]:
        kept[3] = value
