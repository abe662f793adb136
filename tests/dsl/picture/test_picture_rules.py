"""The rules stand beside the flow without stretching it, and a lone caption stands in the middle of its pill."""

from __future__ import annotations

import pytest

from triggerfish.dsl.picture.layout import GAP, lay_out
from triggerfish.dsl.picture.measure import width
from triggerfish.dsl.picture.shaping import shape

from .geometry import faults

FLOW = """\
flow f
    start when order_completed
    only if email is known
    again after 7 days
    expire after 9 days
    priority 5
    stop when order_completed
    enter at most 1 per day
    about offers
"""
NARROW = "    wait 1 day\n    wait 2 days\n"
WIDE = "    choose by language\n" + "".join(f'        "{one}"\n            wait {one} days\n' for one in range(2, 7))


@pytest.mark.parametrize("steps", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_first_step_is_near_the_start(compiled, steps):
    program = compiled(FLOW + steps)
    diagram = lay_out(shape(program, program.flows[0]))
    start = next(box for box in diagram.boxes if box.kind == "start")
    rules = next(box for box in diagram.boxes if box.kind == "rules")
    first = min((box for box in diagram.boxes if box.y > start.y + 1 and box.kind not in ("rules", "title")), key=lambda box: box.y)
    assert rules.height > start.height
    assert first.y == start.y + start.height + GAP
    assert faults(diagram) == []
    end = next(box for box in diagram.boxes if box.kind == "end")
    [text] = end.texts
    assert abs(text.x + width(text.text, 11, bold=True) / 2 - end.width / 2) < 2
