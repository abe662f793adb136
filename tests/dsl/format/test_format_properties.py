"""Whatever the program: formatting keeps its meaning and its comments, and formatting again changes nothing.

TRIGGERFISH_FORMAT_CASES is how many random programs are tried (200), TRIGGERFISH_FORMAT_MUTATIONS how many mutated
texts (1,000), TRIGGERFISH_FORMAT_SEED where chance begins.
"""

from __future__ import annotations

import dataclasses
import os
import random
import re
import time
from pathlib import Path

import pytest
from program_breaker import broken
from program_maker import Maker, Scribbler, Words

from triggerfish.dsl.format import format_text
from triggerfish.dsl.grammar import grammar
from triggerfish.dsl.parser import parse
from triggerfish.dsl.span import Span

ROOT = Path(__file__).parents[3]
CASES = int(os.environ.get("TRIGGERFISH_FORMAT_CASES", "200"))
MUTATIONS = int(os.environ.get("TRIGGERFISH_FORMAT_MUTATIONS", "1000"))
SEED = int(os.environ.get("TRIGGERFISH_FORMAT_SEED", "0"))
BATCH = 50
WRITTEN_BY_HAND = frozenset({"bad_line", "end_after_with", "none_yet", "nothing_below", "more", "start", "word"})
"""Rules of mistakes and lists that the maker of programs writes without going through them."""


def flow_files() -> list[Path]:
    hidden = re.compile(r"(^|/)(\.|node_modules)")
    return [file for file in sorted(ROOT.rglob("*.flow")) if not hidden.search(file.relative_to(ROOT).as_posix())]


def readable(text: str) -> bool:
    return not any(diagnostic.severity == "error" for diagnostic in parse(text, "a.flow")[1])


def said(node: object) -> object:
    """A tree without its places."""
    if isinstance(node, Span):
        return None
    if isinstance(node, tuple):
        return tuple(said(item) for item in node)
    if dataclasses.is_dataclass(node):
        return (type(node).__name__, *(said(getattr(node, field.name)) for field in dataclasses.fields(node)))
    return (type(node).__name__, node)


def keeps(text: str) -> str:
    """The canonical text, having seen that it means the same and is canonical."""
    formatted = format_text(text, "a.flow")
    assert formatted.diagnostics == ()
    assert format_text(formatted.text, "a.flow").text == formatted.text
    before, after = parse(text, "a.flow")[0], parse(formatted.text, "a.flow")[0]
    assert said(after.declarations) == said(before.declarations)
    assert [(one.text, one.own_line) for one in after.comments] == [(one.text, one.own_line) for one in before.comments]
    assert "\r" not in formatted.text
    assert not formatted.text.startswith("\n")
    assert "\n\n\n" not in formatted.text or '"""' in text
    if '"""' not in text:
        assert "\t" not in re.sub(r"#.*", "", formatted.text)
        assert not re.search(r"[ \t]$", formatted.text, re.MULTILINE)
    return formatted.text


@pytest.mark.parametrize("file", flow_files(), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_file_here(file: Path) -> None:
    text = file.read_bytes().decode("utf-8-sig", errors="replace")
    if readable(text):
        keeps(text)
    else:
        assert format_text(text, "a.flow").text == text


def page_examples() -> list[str]:
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    return re.findall(r"^```flow\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_example_of_the_language_page() -> None:
    examples = page_examples()
    assert len(examples) > 5
    for example in examples:
        assert readable(example)
        keeps(example)


def program(seed: int) -> tuple[random.Random, list[Words]]:
    """Chance, and the words of one to three declarations that can be read."""
    chance = random.Random(seed)
    maker = Maker(chance)
    tidy = Scribbler(chance)
    made = [maker.declaration() for _ in range(chance.choice([1, 1, 2, 3]))]
    return chance, [words for words in made if readable(tidy.program([words]))]


@pytest.mark.parametrize("batch", range(0, CASES, BATCH))
def test_random_programs(batch: int) -> None:
    for number in range(batch, min(CASES, batch + BATCH)):
        chance, words = program(SEED + number)
        tidy = keeps(Scribbler(chance).program(words))
        untidy = Scribbler(chance, loose=0.5).program(words)
        assert keeps(untidy) == tidy, "spaces and line breaks leave no trace"
        keeps(Scribbler(chance, remarks=chance.choice([0.05, 0.3]), loose=0.3, blanks=0.2).program(words))


def test_random_programs_use_the_whole_grammar() -> None:
    chance = random.Random(SEED)
    maker = Maker(chance)
    left = {rule.alias or rule.origin.name for rule in grammar().lark.rules} - WRITTEN_BY_HAND
    kinds = [expansion[0] for _, expansion in maker.rules["start"]]
    for _ in range(4000):
        if not left:
            break
        maker.used.clear()
        words = maker.declaration(chance.choice(kinds))
        if maker.used & left and readable(Scribbler(chance).program([words])):
            left -= maker.used
    assert left == set()


def test_mutated_texts() -> None:
    texts = [text for file in flow_files() if readable(text := file.read_bytes().decode("utf-8-sig", errors="replace"))]
    pieces = [piece for text in texts for piece in text.split("\n\n") if piece.strip()]
    chance = random.Random(SEED)
    survived = 0
    for _ in range(MUTATIONS):
        text = broken(chance.choice(pieces), pieces, chance)
        started = time.process_time()
        formatted = format_text(text, "a.flow")
        assert time.process_time() - started < 1
        if formatted.ok:
            survived += 1
            assert format_text(formatted.text, "a.flow").text == formatted.text
        else:
            assert formatted.text == text
    assert survived > MUTATIONS / 20
