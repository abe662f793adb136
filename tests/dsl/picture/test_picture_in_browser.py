"""The page in a real browser: pointing, focusing, searching, zooming.

Skipped where there is no Chromium; with TRIGGERFISH_BROWSER=required that is a failure instead.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest
from browser import browser
from browser import shown as looked_at

from triggerfish.dsl.picture.layout import lay_out
from triggerfish.dsl.picture.page import render_page
from triggerfish.dsl.picture.shape import Picture

ACTIONS = """
<pre id="report"></pre><script>
window.addEventListener("load", () => {
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const lit = () => ({ boxes: all("#picture .box.lit").map((each) => each.dataset.line),
                       lines: all("#source li.lit .no").map((each) => Number(each.textContent)) });
  const point = (target) => target.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
  const press = (key, target) => (target || document.body).dispatchEvent(
    new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const view = () => document.getElementById("picture").getAttribute("viewBox").split(" ").map(Number);
  const box = (text) => all("#picture .box").find((each) => each.textContent.includes(text));
  const row = (text) => all("#source li").find((each) => each.textContent.includes(text));
  const report = {};
  point(box("reminder as hello").querySelector("rect"));
  report.pointed = lit();
  const rule = all("#picture text").find((each) => each.textContent.includes("stop when"));
  point(rule);
  report.rule = lit();
  point(row("choose by plan"));
  report.row = lit();
  row("set plan to").focus();
  report.focused_row = lit();
  box("set plan to").focus();
  report.focused_box = lit();
  report.reachable = all("#picture .box[tabindex='0'][aria-label]").length;
  press("0");
  const before = view();
  press("+");
  report.larger = view()[2] < before[2];
  press("0");
  report.fitted = Math.abs(view()[2] - before[2]) < 1;
  document.getElementById("view").focus();
  const still = view();
  press("ArrowDown", document.getElementById("view"));
  report.moved = view()[1] > still[1];
  press("/");
  report.searching = document.activeElement.id === "search";
  const search = document.getElementById("search");
  search.value = "Ten <percent>";
  search.dispatchEvent(new Event("input"));
  report.hits = all("#picture .box.hit").length;
  report.says = document.getElementById("hits").textContent;
  const first = all("#picture .box.here")[0];
  press("Enter", search);
  report.next = all("#picture .box.here").length === 1 && all("#picture .box.here")[0] !== first;
  press("Escape", search);
  report.cleared = all("#picture .box.hit").length === 0;
  press("s");
  report.hidden = document.getElementById("text").hidden;
  press("d");
  report.theme = document.documentElement.dataset.theme;
  report.spill = all("#picture .box").flatMap((each) => {
    const shape = each.querySelector("rect.shape");
    if (!shape) { return []; }
    const room = shape.getBBox();
    return Array.from(each.querySelectorAll("text")).filter((text) => {
      const place = text.getBBox();
      return place.x < room.x || place.x + place.width > room.x + room.width + 0.5 ||
        place.y < room.y - 2 || place.y + place.height > room.y + room.height + 2;
    }).map((text) => text.textContent);
  });
  document.getElementById("report").textContent = JSON.stringify(report);
});
</script></body>
"""


@pytest.fixture(scope="module")
def report(cart: Picture, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("page")
    place = folder / "cart.html"
    place.write_text(render_page(cart, lay_out(cart)).replace("</body>", ACTIONS), "utf-8")
    page = looked_at(browser(), place, folder / "browser")
    found = re.search(r'<pre id="report">(.*?)</pre>', page, re.DOTALL)
    assert found is not None
    assert found[1], "the page's script failed"
    answer: dict[str, Any] = json.loads(html.unescape(found[1]))
    return answer


def test_pointing_at_a_step_lights_its_lines(report: dict[str, Any], cart: Picture):
    lines = {line.text.strip(): line.number for line in cart.source}
    sent = lines["send email reminder as hello"]
    assert report["pointed"] == {"boxes": [str(sent)], "lines": [lines["# The friendly one comes first"], sent]}


def test_pointing_at_a_rule_lights_its_line(report: dict[str, Any], cart: Picture):
    stop = next(line.number for line in cart.source if "stop when" in line.text)
    assert report["rule"]["lines"] == [stop]


def test_pointing_at_or_focusing_a_line_lights_its_step(report: dict[str, Any], cart: Picture):
    lines = {line.text.strip(): line.number for line in cart.source}
    assert report["row"]["boxes"] == [str(lines["choose by plan"])]
    assert report["focused_row"]["boxes"] == report["focused_box"]["boxes"] == [str(lines['set plan to "pro"'])]


def test_steps_are_reached_by_keyboard(report: dict[str, Any]):
    assert report["reachable"] > 20
    assert report["larger"]
    assert report["fitted"]
    assert report["moved"]


def test_searching_finds_and_goes_through_hits(report: dict[str, Any]):
    assert report["searching"]
    assert report["hits"] == 2
    assert report["says"] == "1 of 2"
    assert report["next"]
    assert report["cleared"]


def test_source_and_theme_can_be_switched(report: dict[str, Any]):
    assert report["hidden"]
    assert report["theme"] in {"dark", "light"}


def test_no_text_is_drawn_outside_its_box(report: dict[str, Any]):
    assert report["spill"] == []
