"""What depends on what: loops are reported, and everything is put after what it needs."""

from __future__ import annotations

from triggerfish.dsl.check.scope import Context
from triggerfish.dsl.check.symbols import Node
from triggerfish.dsl.diagnostics import names as rules


def order(context: Context) -> dict[Node, int]:
    """A place in line for every value, segment, score and model; each loop is reported once, where it closes."""
    symbols = context.symbols
    uses = symbols.uses
    places: dict[Node, int] = {}
    nodes: list[Node] = [
        *(("value", name) for name in symbols.values),
        *(("segment", name) for name in symbols.segments),
        *(("score", name) for name in symbols.scores),
        *(("model", name) for name in symbols.models),
    ]
    for root in nodes:
        if root in places:
            continue
        path: list[Node] = [root]
        waiting = [iter(uses.get(root, {}))]
        while path:
            following = next(waiting[-1], None)
            if following is None:
                places[path[-1]] = len(places)
                path.pop()
                waiting.pop()
            elif following in path:
                _loop(path[path.index(following) :], context)
            elif following not in places:
                path.append(following)
                waiting.append(iter(uses.get(following, {})))
    return places


def _loop(loop: list[Node], context: Context) -> None:
    last, first = loop[-1], loop[0]
    names = [name for _, name in (*loop, first)]
    chain = f"{names[0]} uses " + ", which uses ".join(names[1:])
    what = f"the {first[0]}"
    span = context.symbols.uses[last][first]
    context.report.add(rules.Circular.at(span, what=what, name=first[1], chain=chain))
