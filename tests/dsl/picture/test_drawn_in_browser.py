"""What a browser makes of the pictures: measured there, box by box, in light and in dark colours."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest
from browser import browser, shown

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.ir.walk import steps_inside
from triggerfish.dsl.picture.layout import lay_out
from triggerfish.dsl.picture.palette import DARK, LIGHT, colours_css, shapes_css
from triggerfish.dsl.picture.shaping import shape
from triggerfish.dsl.picture.svg import drawing
from triggerfish.dsl.project import compile_sources, load

ROOT = Path(__file__).parents[3]
TEMPLATES = sorted(path for path in (ROOT / "runtime/triggerfish/runtime/templates").iterdir() if path.is_dir())
SCENARIOS = sorted(path for path in (ROOT / "tests" / "scenarios").iterdir() if path.name != "wrong" and any(path.rglob("*.flow")))
STEPS = 5
"""Flows of the scenarios with fewer steps look like those of the templates."""

MEASURE = """
<pre id="report"></pre><script>
const channel = (value) => { const c = value / 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const light = (rgb) => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number).map(channel); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const contrast = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
const fill = (element) => getComputedStyle(element).fill;
const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const holds = (room, x, y) => x > room.x + 1 && x < room.x + room.width - 1 && y > room.y + 1 && y < room.y + room.height - 1;
const found = { boxes: 0, texts: 0, faults: [] };
for (const picture of document.querySelectorAll("svg")) {
  const fault = (what) => found.faults.push(`${picture.id}: ${what}`);
  const rooms = [];
  for (const box of picture.querySelectorAll(".box")) {
    const edge = box.querySelector("rect.shape");
    const room = (edge || box).getBBox();
    rooms.push({ room, name: box.textContent.slice(0, 60) });
    found.boxes += 1;
    for (const text of box.querySelectorAll("text")) {
      const place = text.getBBox();
      found.texts += 1;
      if (place.x < room.x - 0.5 || place.x + place.width > room.x + room.width + 0.5 ||
          place.y < room.y - 2 || place.y + place.height > room.y + room.height + 2) fault(`"${text.textContent}" leaves its box`);
      const behind = edge ? fill(edge) : fill(picture.querySelector(".paper"));
      if (contrast(fill(text), behind) < 4.5) fault(`"${text.textContent}" is hard to read`);
    }
  }
  const paper = picture.viewBox.baseVal;
  rooms.forEach((one, index) => {
    const room = one.room;
    if (room.x < 0 || room.y < 0 || room.x + room.width > paper.width || room.y + room.height > paper.height) fault(`${one.name} leaves the paper`);
    for (const other of rooms.slice(index + 1)) if (meet(room, other.room)) fault(`${one.name} lies over ${other.name}`);
  });
  for (const line of picture.querySelectorAll("path.arrow")) {
    if (contrast(getComputedStyle(line).stroke, fill(picture.querySelector(".paper"))) < 3) fault("a line is hard to see");
    const length = line.getTotalLength();
    for (let way = 0; way <= length; way += 4) {
      const point = line.getPointAtLength(way);
      const crossed = rooms.find((one) => holds(one.room, point.x, point.y));
      if (crossed) { fault(`a line crosses ${crossed.name}`); break; }
    }
  }
}
document.getElementById("report").textContent = JSON.stringify(found);
</script>
"""


def _sixty_steps() -> str:
    steps = "".join(f"    send email hello as s{number}\n    wait 1 day\n" for number in range(30))
    return f"flow sixty_steps\n    start when signed_up\n    about offers\n\n{steps}"


def _deep(depth: int = 9) -> str:
    down = "".join(f"{'    ' * (level + 1)}if score1 > {level}\n" for level in range(depth))
    up = "".join(f"{'    ' * level}else\n{'    ' * (level + 1)}wait {level} days\n" for level in range(depth, 0, -1))
    return f"flow deep\n    start when signed_up\n    about offers\n\n{down}{'    ' * (depth + 1)}send email hello\n{up}"


@pytest.fixture(scope="module")
def everything(catalog: Catalog) -> Program:
    text = Path(__file__).with_name("everything.flow").read_text("utf-8")
    loaded = compile_sources({"a.flow": f"{text}\n{_sixty_steps()}\n{_deep()}"}, catalog)
    assert loaded.program is not None, [one.message for one in loaded.diagnostics]
    return loaded.program


def _page(programs: list[tuple[str, Program]], least: int) -> str:
    pictures = []
    for name, program in programs:
        for flow in program.flows:
            if len(list(steps_inside(flow.steps))) < least:
                continue
            diagram = lay_out(shape(program, flow))
            size = f'width="{diagram.width}" height="{diagram.height}" viewBox="0 0 {diagram.width} {diagram.height}"'
            inside = f'<rect class="paper" width="100%" height="100%"/>{drawing(diagram)}'
            pictures += [
                f'<div class="{theme}"><svg class="tf" id="{name}/{flow.name}/{theme}" {size}>{inside}</svg></div>'
                for theme in ("light", "dark")
            ]
    style = shapes_css() + colours_css(LIGHT, ".light ") + colours_css(DARK, ".dark ")
    return f"<!doctype html><meta charset='utf-8'><style>{style}</style>{''.join(pictures)}{MEASURE}"


def _measured(page: str, folder: Path) -> dict[str, Any]:
    place = folder / "pictures.html"
    place.write_text(page, "utf-8")
    found = re.search(r'<pre id="report">(.*?)</pre>', shown(browser(), place, folder / "browser"), re.DOTALL)
    assert found is not None
    assert found[1], "the measuring failed"
    answer: dict[str, Any] = json.loads(html.unescape(found[1]))
    return answer


def _loaded(folders: list[Path], catalog: Catalog) -> list[tuple[str, Program]]:
    found = [(folder.name, load(folder, catalog).program) for folder in folders]
    return [(name, program) for name, program in found if program is not None]


def test_templates_and_examples(catalog: Catalog, tmp_path: Path) -> None:
    programs = _loaded([*TEMPLATES, ROOT / "examples" / "cdnow"], catalog)
    assert len(programs) == len(TEMPLATES) + 1
    report = _measured(_page(programs, 0), tmp_path)
    assert report["faults"] == []
    assert report["boxes"] > 200
    assert report["texts"] > 400


def test_flows_of_the_scenarios(catalog: Catalog, tmp_path: Path) -> None:
    report = _measured(_page(_loaded(SCENARIOS, catalog), STEPS), tmp_path)
    assert report["faults"] == []
    assert report["boxes"] > 200


def test_everything_at_once_sixty_steps_and_deep_nesting(everything: Program, tmp_path: Path) -> None:
    report = _measured(_page([("everything", everything)], 0), tmp_path)
    assert report["faults"] == []
    assert {flow.name for flow in everything.flows} == {"everything_that_can_be_drawn", "sixty_steps", "deep"}


def test_the_measuring_finds_faults(tmp_path: Path) -> None:
    """A picture that is wrong in every way it looks for."""
    wrong = (
        '<div class="light"><svg class="tf" id="wrong" width="99" height="99" viewBox="0 0 99 99"><rect class="paper" width="100%" height="100%"/>'
        '<g class="box k-send"><rect class="shape" x="0" y="0" width="50" height="30"/><text x="5" y="20" style="fill:#ddd">much too long</text></g>'
        '<g class="box k-wait"><rect class="shape" x="40" y="10" width="70" height="30"/><text x="45" y="30">b</text></g>'
        '<path class="arrow" d="M10 60L10 5"/></svg></div>'
    )
    page = _page([], 0).replace("</style>", f"</style>{wrong}")
    faults = " ".join(_measured(page, tmp_path)["faults"])
    for fault in ("leaves its box", "hard to read", "lies over", "leaves the paper", "a line crosses"):
        assert fault in faults
