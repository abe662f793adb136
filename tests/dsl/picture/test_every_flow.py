"""Every flow of the examples, templates and scenarios: drawn without a fault, and said step by step."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.describe.flows import describe_flow
from triggerfish.dsl.describe.program import describe_program
from triggerfish.dsl.ir import steps as s
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.dsl.picture.layout import lay_out
from triggerfish.dsl.picture.mermaid import render_mermaid
from triggerfish.dsl.picture.page import render_page
from triggerfish.dsl.picture.shaping import shape
from triggerfish.dsl.picture.svg import render_svg
from triggerfish.dsl.project import load

ROOT = Path(__file__).parents[3]
PROJECTS = [
    *sorted(path for path in (ROOT / "tests" / "scenarios").iterdir() if path.name != "wrong" and any(path.rglob("*.flow"))),
    *sorted(path for path in (ROOT / "runtime/triggerfish/runtime/templates").iterdir() if path.is_dir()),
    ROOT / "examples" / "cdnow",
]

_spec = importlib.util.spec_from_file_location("picture_geometry", Path(__file__).with_name("geometry.py"))
assert _spec is not None
assert _spec.loader is not None
geometry: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(geometry)


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_flows_of(project: Path, catalog: Catalog) -> None:
    program = load(project, catalog).program
    assert program is not None
    assert program.flows or not any("\nflow " in source.text for source in program.sources)
    for flow in program.flows:
        picture = shape(program, flow)
        diagram = lay_out(picture)
        assert geometry.faults(diagram) == [], flow.name
        ET.fromstring(render_svg(diagram))
        assert render_mermaid(picture).startswith("%%")
        assert f"<title>{picture.title[:1]}" in render_page(picture, diagram)
        lines = {step.at.line for step in steps_inside(flow.steps)}
        assert lines <= {box.source for box in diagram.boxes}
        branching = (s.If, s.Choose)
        plain = {step.at.line for step in steps_inside(flow.steps) if not isinstance(step, branching)}
        assert plain <= {sentence.line for sentence in describe_flow(program, flow)}
        headers = {start.line for start in flow.starts} | {stop.line for stop in flow.stops}
        assert headers <= {sentence.line for sentence in describe_flow(program, flow)}
    for sentence in describe_program(program):
        assert sentence.text[:1] != sentence.text[:1].lower() or not sentence.text[:1].isalpha(), sentence
        assert sentence.text.endswith((".", ":", "!", "?")), sentence
        assert "None" not in sentence.text, sentence
        assert "  " not in sentence.text, sentence
