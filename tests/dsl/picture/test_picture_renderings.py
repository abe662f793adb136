from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triggerfish.dsl.ir.program import Program
from triggerfish.dsl.picture.captions import parts
from triggerfish.dsl.picture.diagram import Box, Diagram, Text
from triggerfish.dsl.picture.layout import lay_out
from triggerfish.dsl.picture.mermaid import quoted, render_mermaid
from triggerfish.dsl.picture.page import render_page
from triggerfish.dsl.picture.palette import DARK, KINDS, LIGHT, Theme
from triggerfish.dsl.picture.shape import Picture
from triggerfish.dsl.picture.shaping import shape
from triggerfish.dsl.picture.svg import render_svg

SVG = "{http://www.w3.org/2000/svg}"


def test_the_svg_is_valid_and_says_what_it_shows(cart: Picture):
    root = ET.fromstring(render_svg(lay_out(cart)))
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Cart recovery"
    described = root.findtext(f"{SVG}desc") or ""
    assert "People enter when they have added to cart" in described
    assert root.get("aria-labelledby") == "t d"
    assert "prefers-color-scheme:dark" in (root.findtext(f"{SVG}style") or "")


def test_each_step_has_a_tool_tip_with_its_whole_line_and_its_comment(cart: Picture):
    root = ET.fromstring(render_svg(lay_out(cart)))
    tips = [group.findtext(f"{SVG}title") for group in root.iter(f"{SVG}g")]
    assert "send email reminder as hello\n“Cart reminder”\nThe friendly one comes first" in tips
    assert 'exit "interested"\nThey are interested: leave them alone' in tips
    assert "start when added_to_cart where cart_value >= 25" in tips


def test_comments_labels_and_branches_are_in_the_picture(cart: Picture):
    text = "\n".join(ET.fromstring(render_svg(lay_out(cart))).itertext())
    for wanted in (
        "The friendly one comes first", "Whoever leaves something in the cart is reminded.", "“Cart reminder”",
        "“Ten <percent> & more”", "yes", "no", "otherwise", '"pro", "team"', "if click.happened", "again", "when done",
        "otherwise, when time is up", "• goal order_completed worth total within 3 days", "• stop when order_completed",
        'log.write with message: "Item {{',
    ):  # fmt: skip
        assert wanted in text


def test_lines_of_the_source_belong_to_the_shapes(cart: Picture):
    owners = {line.number: line.owner for line in cart.source}
    numbers = {line.text.strip(): line.number for line in cart.source}
    comment, sent = numbers["# The friendly one comes first"], numbers["send email reminder as hello"]
    assert owners[comment] == owners[sent] == sent
    opened, message = numbers["do log.write with"], numbers['message: "Item {{ item.product_id }} # was left"']
    assert owners[message] == opened
    condition, goes_on = numbers["only if total_spent >= 30"], numbers['and plan is "free"']
    assert owners[goes_on] == condition
    drawn = {box.source for box in lay_out(cart).boxes} | {
        text.source for box in lay_out(cart).boxes for text in box.texts
    }
    assert set(owners.values()) - {0} <= drawn


def test_a_line_without_a_shape_belongs_to_the_one_it_stands_below(compiled: Callable[[str], Program]):
    program = compiled(
        "# about\n# it\nflow f\n    start when order_completed\n    about offers\n\n    split tone\n        50% calm\n"
        "            send email gift\n        # loud\n        50% loud\n            wait 1 day\n"
        "        measure order_completed within 7 days\n\n    wait 2 days\n"
    )
    owners = [line.owner for line in shape(program, program.flows[0]).source]
    assert owners == [3, 3, 3, 4, 5, 0, 7, 8, 9, 11, 11, 12, 7, 0, 15]


def test_control_characters_do_not_break_the_file():
    box = Box("n1", "send", 0, 0, 10, 10, (Text("a\x00\x0b<&>\ud800", 0, 5, "body"),), 1, 'tip "\x1f\uffff')
    root = ET.fromstring(render_svg(Diagram("t\x01", "d\x02", 10, 10, (box,), (), ())))
    assert "<&>" in "".join(root.itertext())


@given(st.text(max_size=40))
def test_any_text_gives_a_valid_file(text: str):
    box = Box("n1", "send", 0, 0, 10, 10, (Text(text, 0, 5, "body"),), 1, text)
    ET.fromstring(render_svg(Diagram(text, text, 10, 10, (box,), (), ())))


# --- the page ---------------------------------------------------------------------------------------------


def test_the_page_asks_nothing_of_any_network(cart: Picture):
    page = render_page(cart, lay_out(cart))
    links = set(re.findall(r"https?://[^\s\"'<>]+", page))
    assert links == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe|object|embed)\b|@import|url\((?!#head\))|\bsrc=", page)
    assert "default-src 'none'" in page


def test_the_page_holds_picture_source_and_words(cart: Picture):
    page = render_page(cart, lay_out(cart))
    assert 'id="search"' in page
    for line in cart.source:
        assert f'<span class="no">{line.number}</span>' in page
    assert "Wait up to 2 days, or until an email is clicked." in page
    assert "Ten &lt;percent&gt; &amp; more" in page
    assert "Ten <percent>" not in page
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL)


# --- Mermaid ----------------------------------------------------------------------------------------------


def test_mermaid_has_a_node_for_each_step_and_names_the_branches(cart: Picture):
    text = render_mermaid(cart)
    lines = [line.strip() for line in text.splitlines()]
    assert lines[1] == "flowchart TD"
    assert 'n4["Send email reminder as hello<br/>“Cart reminder”<br/>The friendly one comes first"]:::tf_send' in lines
    assert any('-->|"else if plan is #quot;pro#quot; or in segment engaged"|' in line for line in lines)
    assert any('-->|"no, again"|' in line for line in lines)
    assert sum(line.startswith("subgraph") for line in lines) == sum(line == "end" for line in lines) == 2


def test_mermaid_nodes_are_declared_before_they_are_used(cart: Picture):
    declared: set[str] = set()
    for line in render_mermaid(cart).splitlines():
        arrow = re.match(r"\s+(n\d+) -->(?:\|\"[^\"|]*\"\|)? (n\d+)$", line)
        node = re.match(r"\s+(n\d+)[\[({]", line)
        if node:
            declared.add(node[1])
        elif "-->" in line:
            assert arrow, line
            assert {arrow[1], arrow[2]} <= declared


def test_mermaid_signs_are_escaped():
    assert quoted('a "b" [c] <d> #1; `e` | f') == "a #quot;b#quot; [c] #lt;d#gt; #35;1; #96;e#96; #124; f"
    assert quoted("%%{init: {}}%%") == "#37;#37;{init: {}}#37;#37;"
    assert quoted(" \u2028") == "…"


# --- colours ------------------------------------------------------------------------------------------------


def _luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, two: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_all_text_can_be_read(theme: Theme):
    assert set(theme.tints) == set(KINDS)
    for tint in theme.tints.values():
        for ink in (theme.ink, theme.faint, tint.caption):
            assert _contrast(ink, tint.fill) >= 4.5
        assert _contrast(tint.edge, theme.paper) >= 3
    for ink in (theme.ink, theme.faint, theme.line):
        assert _contrast(ink, theme.paper) >= 4.5
        assert _contrast(ink, theme.frame) >= 4.5


# --- from flows to shapes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("wait 2 days", ("wait", "Wait", "2 days")),
        ("wait up to 2 days for x", ("wait", "Wait up to", "2 days for x")),
        ("send email hello as first", ("send", "Send email", "hello as first")),
        ("send hello by best of email, sms", ("send", "Send", "hello by best of email, sms")),
        ("exit", ("end", "Exit", "")),
        ("then no a, b within 1 day", ("start", "Then no", "a, b within 1 day")),
        ("something new", ("act", "Something", "new")),
    ],
)
def test_captions(written: str, expected: tuple[str, str, str]):
    assert parts(written) == expected


def test_a_flow_without_steps_or_starts_of_its_own(compiled: Callable[[str], Program]):
    program = compiled("flow empty\n    start by hand with total number\n")
    picture = shape(program, program.flows[0])
    assert [card.caption for card in picture.body] == ["End"]  # type: ignore[union-attr]
    assert lay_out(picture).title == "empty"


def test_a_program_without_sources_can_be_drawn(cart_program: Program):
    program = replace(cart_program, sources=())
    diagram = lay_out(shape(program, program.flows[0]))
    drawn = [text.text for box in diagram.boxes for text in box.texts]
    assert "2 days for email_clicked as click" in drawn
    assert not any(box.kind == "rules" for box in diagram.boxes)
