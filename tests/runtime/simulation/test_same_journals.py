"""A simulation writes, fact by fact, the journal that the runtime writes: live, and when it replays history."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from triggerfish.runtime.machine.inputs import Input
from triggerfish.runtime.machine.machine import Machine
from triggerfish.runtime.store.store import Store

sys.path.insert(0, str(Path(__file__).parent))

from journals import END, TAIL, Stream, lived, possible, program, replayed, simulated, spooled, streams

CASES = int(os.environ.get("TRIGGERFISH_JOURNAL_CASES", "50"))
PROGRAMS = max(6, min(CASES // 20, 150))
LONGEST = 16 if CASES <= 50 else 30
MOMENT = 1_772_000_000_000
ENTERED_BY_AN_ANSWER: Stream = [
    ("", Input("event", "ended", MOMENT, "m0", {})), ("ana", Input("event", "page_viewed", MOMENT, "m1", {})),
]  # fmt: skip


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and nothing in them."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    Store(f"sqlite:///{path}").close()
    return path


class Moment:
    """A clock that is set."""

    moment = 1_900_000_000_000

    def now(self) -> int:
        return self.moment

    def wait(self, stop: Any, seconds: float) -> bool:
        raise AssertionError("nobody waits here")


@lru_cache(maxsize=200)
def machine(seed: int) -> Machine:
    return Machine(program(seed))


def opened(empty: Path, folder: Path, name: str) -> Iterator[Store]:
    path = shutil.copy(empty, folder / name)
    with Store(f"sqlite:///{path}") as store:
        yield store


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, PROGRAMS - 1), stream=streams(LONGEST))
@example(seed=68, stream=ENTERED_BY_AN_ANSWER)
def test_live_replay_and_simulation_agree(empty: Path, seed: int, stream: Stream) -> None:
    made = machine(seed)
    stream = possible(made, stream)
    end = stream[-1][1].at + TAIL
    stream = [*stream, (END, Input("event", "unheard_of", end, "last", {}))]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        found = simulated(made, spooled(folder, stream), end)
        for store in opened(empty, folder, "lived.db"):
            assert lived(store, made, stream, Moment(), end) == found
        for store in opened(empty, folder, "replayed.db"):
            assert replayed(store, made, stream, Moment()) == found
