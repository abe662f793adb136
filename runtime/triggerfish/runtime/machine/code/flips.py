"""When a watched condition may next change although nothing happens.

For each part of the condition that depends on time, the moment at which it may turn; the earliest still to come is
when the condition is asked again. A part may turn out not to have changed then: what counts is that no change is missed.
"""

from __future__ import annotations

from collections.abc import Iterator

from triggerfish.dsl.ir import expressions as x
from triggerfish.dsl.ir.walk import children
from triggerfish.runtime.machine.code import history
from triggerfish.runtime.machine.code.conditions import elapsed_parts, resolved
from triggerfish.runtime.machine.code.values import value
from triggerfish.runtime.machine.code.writer import Writer


def flip(w: Writer, node: x.Expr) -> str | None:
    """The source of the next moment at which the condition may turn; None where time alone never changes it."""
    moments = list(_turns(w, node))
    if len(moments) == 1:
        name = w.temporary()
        return f"({name} if ({name} := {moments[0]}) is not None and {name} > now else None)"
    return f"soonest(now, ({', '.join(moments)},))" if moments else None


def _turns(w: Writer, node: x.Expr) -> Iterator[str]:
    match node:
        case x.Did() | x.Aggregate():
            turn = history.turns(w, node)
            if turn is not None:
                yield turn
            return
        case x.Within():
            yield from _within(w, node)
            return
        case x.Compare() if elapsed_parts(w, node) is not None:
            yield from _elapsed(w, node)
        case x.Compare(left=left, right=right):
            for one, other in ((left, right), (right, left)):
                if isinstance(resolved(w, one), x.Now):
                    yield from _around(w, other)
        case x.Between(value=subject, low=low, high=high):
            yield from _between(w, resolved(w, subject), low, high)
        case x.ValueOf(name=name):
            yield from _turns(w, w.value_named(name))
        case _:
            pass
    for child in children(node):
        yield from _turns(w, child)


def _between(w: Writer, subject: x.Expr, low: x.Expr, high: x.Expr) -> Iterator[str]:
    for end in (low, high):
        if isinstance(subject, x.Now):
            yield from _around(w, end)
        elif isinstance(subject, x.TimeSince):
            yield from _elapsed(w, x.Compare(">", subject, end, negated=False, type="duration"))


def _around(w: Writer, node: x.Expr) -> Iterator[str]:
    """A comparison of now with a moment may turn at that moment and just after it."""
    guard, text = w.not_none(value(w, node))
    yield f"({text} if {guard} else None)" if guard else text
    guard, text = w.not_none(value(w, node))
    yield f"({text} + 1 if {guard} else None)" if guard else f"{text} + 1"


def _elapsed(w: Writer, node: x.Compare) -> Iterator[str]:
    parts = elapsed_parts(w, node)
    if parts is None:
        return
    moment, _, duration = parts
    for late in ("", " + 1"):
        moment_guard, start = w.not_none(value(w, moment))
        duration_guard, length = w.not_none(value(w, duration))
        guards = " and ".join(guard for guard in (moment_guard, duration_guard) if guard)
        end = f"window_end({start}, {length}, zone(S)){late}"
        yield f"({end} if {guards} else None)" if guards else end


def _within(w: Writer, node: x.Within) -> Iterator[str]:
    subject = value(w, node.value)
    duration, last = node.duration.span, node.direction == "last"
    if node.type == "date":
        yield f"soonest(now, date_turns({subject.text}, {duration}, zone(S), last={last}))"
        return
    guard, text = w.not_none(subject)
    if not guard:
        name = w.temporary()
        guard, text = f"({name} := {text}) is not None", name
    if last:
        yield f"(soonest(now, ({text}, window_end({text}, {duration}, zone(S)))) if {guard} else None)"
    elif duration[0]:
        back = (-duration[0], 0, 0)
        exact = duration[1] * 86_400_000 + duration[2]
        around = ", ".join(f"step({text} - {exact}, {back}, zone(S)) + {shift} * 86400000 + 1" for shift in range(-1, 5))
        yield f"(soonest(now, ({around}, {text} + 1)) if {guard} else None)"
    else:
        length = duration[1] * 86_400_000 + duration[2]
        yield f"(soonest(now, ({text} - {length} + 1, {text} + 1)) if {guard} else None)"
