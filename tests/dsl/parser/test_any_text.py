"""Whatever the text, the parser answers, soon, and with diagnostics that point into it."""

from __future__ import annotations

import random
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from triggerfish.dsl.diagnostics.render import render_github, render_json, render_sarif, render_text
from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.parser import parse

CORPUS = Path(__file__).parents[1] / "corpus"
PAGES = [page.read_text(encoding="utf-8") for page in sorted(CORPUS.glob("[lt]*/*.flow"))]
WORDS = [
    *sorted(grammar().words),
    '"a"',
    "9:00",
    "50%",
    "2026-01-01",
    "3",
    "x",
    "\n",
    "\n    ",
    "\n        ",
    "#",
    '"',
    '"""',
]


def survives(text: str) -> None:
    started = time.process_time()
    _, diagnostics = parse(text, "a.flow")
    assert time.process_time() - started < 1
    lines = re.split(r"\r\n|\n|\r", text)
    for diagnostic in diagnostics:
        span = diagnostic.span
        assert 1 <= span.line <= span.end_line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
        assert span.end_column <= len(lines[span.end_line - 1]) + 2
        assert (span.line, span.column) < (span.end_line, span.end_column)
    for rendered in (render_text(diagnostics, {"a.flow": text}, color=True), render_github(diagnostics)):
        assert isinstance(rendered, str)
    render_json(diagnostics)


@settings(max_examples=400, deadline=None)
@given(st.text())
def test_any_characters(text: str) -> None:
    survives(text)


@settings(max_examples=200, deadline=None)
@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    survives(data.decode("utf-8", "replace"))
    survives(data.decode("latin-1"))


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_any_words(words: list[str]) -> None:
    survives(" ".join(words))
    survives("flow a\n    start when b\n    " + " ".join(words))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PAGES), st.integers(0, 2**32), st.integers(1, 4))
def test_mutated_examples(page: str, seed: int, times: int) -> None:
    chance = random.Random(seed)
    for _ in range(times):
        page = mutated(page, chance)
    survives(page)


def mutated(text: str, chance: random.Random) -> str:
    """Delete, repeat or swap characters, words or lines."""
    parts = chance.choice([list(text), re.split(r"(\s+)", text), text.splitlines(keepends=True)])
    if len(parts) < 2:
        return text
    at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
    match chance.choice(["delete", "repeat", "swap", "insert"]):
        case "delete":
            del parts[at]
        case "repeat":
            parts.insert(other, parts[at])
        case "swap":
            parts[at], parts[other] = parts[other], parts[at]
        case "insert":
            parts.insert(
                at, chance.choice(["(", ")", '"', "“", "\t", "\x00", " is ", "\n", "\n  ", "#", "if ", "end", "☃"])
            )
    return "".join(parts)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 100_000,
        "value x is " + "(" * 100_000 + "1" + ")" * 100_000,
        "value x is " + "[" * 5_000 + "]" * 5_000,
        "value x is " + "not " * 50_000 + "a",
        "value x is " + "-" * 50_000 + "1",
        "value x is " + "1 + " * 50_000 + "1",
        "value x is " + "a and " * 20_000 + "b",
        "value x is " + "a or b and " * 10_000 + "b",
        "profile\n    a " + "list of " * 50_000 + "text",
        "value x is " + "time since " * 50_000 + "a",
        "flow a\n    start when b\n" + "".join(" " * (4 + n) + "if a\n" for n in range(1_000)),
        "\n".join(" " * n + "x" for n in range(1_000)),
        "\n".join(" " * (1_000 - n) + "x" for n in range(1_000)),
        '"""' * 20_001,
        '"' * 50_001,
        "“" * 50_001,
        "'" * 50_001,
        '"\\' * 50_001,
        "1" * 100_000,
        "9:" * 50_000,
        "a." * 50_000,
        "a-" * 50_000,
        " " * 200_000 + "x",
        "\n" * 200_000,
        "# \n" * 50_000,
        "segment a\n" + "    b is\n" * 5_000,
        "segment a\n" + "    b\n        c\n" * 2_000,
        "flow a\n    start when b\n" + "    else\n" * 3_000,
        "flow a\n" + "    sned email x\n" * 3_000,
        "profile\n" + "    a wrong\n" * 3_000,
        "flow a\n    start when b\n" + "    goal c\n" * 3_000,
        "x " * 50_000,
        "flow a\n    start when b\n    send email c " + "abuot d " * 5_000,
    ],
    ids=lambda text: repr(text[:24]),
)
def test_monsters(text: str) -> None:
    started = time.process_time()
    _, diagnostics = parse(text, "a.flow")
    took = time.process_time() - started
    assert took < 4
    render_text(diagnostics[:50], {"a.flow": text}, color=False)
    render_sarif(diagnostics[:50])


def test_threads_see_the_same() -> None:
    texts = PAGES + [page.replace("is", "si", 3) for page in PAGES]
    alone = [parse(text, "a.flow") for text in texts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda number: parse(texts[number % len(texts)], "a.flow"), range(20 * len(texts))))
    for number, found in enumerate(together):
        assert found == alone[number % len(texts)]
