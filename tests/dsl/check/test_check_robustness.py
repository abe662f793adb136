"""Whatever stands in a file, the compiler answers with diagnostics, each at a place that exists."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from triggerfish.dsl.catalog import Catalog
from triggerfish.dsl.diagnostics.render import render_json, render_text
from triggerfish.dsl.ir.codec import dumps, loads
from triggerfish.dsl.project import Loaded, compile_sources

CORPUS = Path(__file__).parent.parent / "corpus"
TEXTS = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*/*.flow"))]
LINES = sorted({line for text in TEXTS for line in text.split("\n")})
WORDS = sorted({word for line in LINES for word in line.split()})
RELAXED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def answers(text: str, catalog: Catalog) -> Loaded:
    loaded = compile_sources({"case.flow": text}, catalog, {"vip.csv": "a", "cart.mjml": "{{ plan }}"}.get)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for one in loaded.diagnostics:
        assert one.message
        assert one.span.file in loaded.sources
        if one.span.file == "case.flow":
            assert 1 <= one.span.line <= len(lines)
            assert (one.span.line, one.span.column) <= (one.span.end_line, one.span.end_column)
    render_text(loaded.diagnostics, loaded.sources)
    render_json(loaded.diagnostics)
    if loaded.program is not None:
        assert loads(dumps(loaded.program)) == loaded.program
    return loaded


@RELAXED
@given(st.data())
def test_mutated_files(catalog: Catalog, data: st.DataObject):
    lines = data.draw(st.sampled_from(TEXTS)).split("\n")
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, max(0, len(lines) - 1)))
        how = data.draw(st.sampled_from(["drop", "repeat", "other", "swap", "word", "letter", "indent", "dedent"]))
        line = lines[place] if lines else ""
        if how == "drop":
            del lines[place : place + 1]
        elif how == "repeat":
            lines.insert(place, line)
        elif how == "other":
            lines.insert(place, data.draw(st.sampled_from(LINES)))
        elif how == "swap" and place + 1 < len(lines):
            lines[place], lines[place + 1] = lines[place + 1], lines[place]
        elif how == "word" and line.split():
            words = line.split(" ")
            at = data.draw(st.integers(0, len(words) - 1))
            words[at] = data.draw(st.sampled_from(WORDS))
            lines[place] = " ".join(words)
        elif how == "letter" and line:
            at = data.draw(st.integers(0, len(line) - 1))
            lines[place] = line[:at] + data.draw(st.characters(codec="utf-8")) + line[at + 1 :]
        elif how == "indent" and lines:
            lines[place] = "    " + line
        elif lines:
            lines[place] = line[4:]
    answers("\n".join(lines), catalog)


@RELAXED
@given(st.lists(st.sampled_from(LINES), max_size=30))
def test_lines_in_any_order(catalog: Catalog, lines: list[str]):
    answers("\n".join(lines), catalog)


@RELAXED
@given(st.text(max_size=200))
def test_any_text(catalog: Catalog, text: str):
    answers(text, catalog)


def test_a_large_project_is_checked_in_seconds(catalog: Catalog):
    body = (CORPUS / "ir" / "waits.flow").read_text(encoding="utf-8").split("flow waits")
    flow = "flow waits" + body[1].split("\nsegment chosen")[0]
    copies = "\n".join(flow.replace("flow waits", f"flow waits_{number}") for number in range(110))
    text = (
        body[0]
        + copies
        + "\n\nsegment chosen by hand\n\nflow other\n    start by hand with code text\n    wait 1 day\n"
    )
    assert text.count("\n") > 3000
    started = time.process_time()
    loaded = compile_sources({"big.flow": text}, catalog)
    assert loaded.program is not None
    assert time.process_time() - started < 20
