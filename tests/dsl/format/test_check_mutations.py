"""Whatever is done to a program: check and lint answer with diagnostics, within a second.

TRIGGERFISH_CHECK_MUTATIONS is how many mutated texts are tried (1,000), TRIGGERFISH_FORMAT_SEED where chance begins.
"""

from __future__ import annotations

import os
import random
import re
import time
from pathlib import Path

from program_breaker import broken

from triggerfish.dsl.diagnostics.example import PRELUDE
from triggerfish.dsl.diagnostics.render import render_json, render_text
from triggerfish.dsl.lint.run import reviewed
from triggerfish.dsl.project import compile_sources
from triggerfish.plugins.manager import load_plugins

ROOT = Path(__file__).parents[3]
MUTATIONS = int(os.environ.get("TRIGGERFISH_CHECK_MUTATIONS", "1000"))
SEED = int(os.environ.get("TRIGGERFISH_FORMAT_SEED", "0"))


def programs() -> list[str]:
    """Every program here that is not too long to be tried often."""
    hidden = re.compile(r"(^|/)(\.|node_modules)")
    files = [file for file in sorted(ROOT.rglob("*.flow")) if not hidden.search(file.relative_to(ROOT).as_posix())]
    texts = [file.read_bytes().decode("utf-8-sig", errors="replace") for file in files]
    return [text for text in texts if len(text) < 4_000]


def test_mutated_programs() -> None:
    texts = programs()
    catalog = load_plugins().catalog()
    sound = [text for text in texts if compile_sources({"a.flow": text}, catalog).program is not None]
    chance = random.Random(SEED)
    correct = 0
    for number in range(MUTATIONS):
        text = broken(chance.choice(chance.choice([texts, sound])), texts, chance)
        started = time.process_time()
        sources = {"a.flow": text, **({"prelude.flow": PRELUDE} if chance.random() < 0.3 else {})}
        loaded = compile_sources(sources, catalog)
        found = reviewed(loaded.program, loaded.trees, loaded.diagnostics)
        assert time.process_time() - started < 1, f"{number}: {text!r}"
        render_text(found, loaded.sources)
        render_json(found)
        lines = text.count("\n") + text.count("\r") + 1
        for one in found:
            assert one.help, f"{number}: {one}"
            assert one.span.file in loaded.sources
            assert one.span.line <= lines or one.span.file != "a.flow"
        correct += loaded.program is not None
    assert correct > MUTATIONS / 20
