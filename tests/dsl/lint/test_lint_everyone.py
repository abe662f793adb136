"""Whether the history that a start for everyone asks for narrows down whom it concerns."""

from __future__ import annotations

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.ir.concerns import Trace, traces
from triggerfish.dsl.ir.expressions import Constant, Duration
from triggerfish.dsl.ir.flows import StartWhen
from triggerfish.dsl.project import compile_sources

DECLARED = """
event viewed
    product_id  text
    price       number

event ordered

event dropped for everyone
    product_id  text
    price       number

segment buyers
    did ordered ever

flow f
    start when dropped for everyone{where}
    wait 1 day
"""
MONTH = Duration(days=30)
SAME = "viewed where product_id is event.product_id"


def found(where: str) -> tuple[Trace, ...] | None:
    result = compile_sources({"a.flow": DECLARED.format(where=f" where {where}" if where else "")}, Catalog())
    assert result.program is not None, result.diagnostics
    start = result.program.flows[0].starts[0]
    assert isinstance(start, StartWhen)
    return traces(start.stages[0].where, start.stages[0].name)


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (f"did ({SAME}) in last 30 days", [Trace("viewed", ("product_id",), ("product_id",), MONTH)]),
        ("price < 5 and did (viewed where event.product_id is product_id and price > 3) at least 3 times ever",
         [Trace("viewed", ("product_id",), ("product_id",))]),
        ('did (viewed where product_id is "p1") exactly 2 times ever', [Trace("viewed", ("product_id",), Constant("p1", "text"))]),
        (f"did ordered ever and did ({SAME}) ever", [Trace("viewed", ("product_id",), ("product_id",))]),
        (f"did ordered in last 30 days or did ({SAME}) ever",
         [Trace("ordered", within=MONTH), Trace("viewed", ("product_id",), ("product_id",))]),
        ("count of viewed ever > 2", [Trace("viewed")]),
        ("count of viewed ever >= 1", [Trace("viewed")]),
        ("last viewed.product_id is product_id", [Trace("viewed", ("product_id",), ("product_id",))]),
        ("", None),
        ("price < 5", None),
        ("in segment buyers", None),
        (f"did not ({SAME}) ever", None),
        (f"not did ({SAME}) ever", None),
        ("did viewed at most 3 times ever", None),
        ("did viewed exactly 0 times ever", None),
        ("count of viewed ever >= 0", None),
        ("did ordered ever or price < 5", None),
    ],
)
def test_what_narrows(where: str, expected: list[Trace] | None) -> None:
    assert found(where) == (None if expected is None else tuple(expected))
