"""People are assigned by GrowthBook's published hash, version 2."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from triggerfish.runtime.machine.assignment import arm, bucket, fnv1a32

# From the SDK test cases that GrowthBook publishes for all its client libraries: seed, value, expected for version 1, which hashes
# once, value before seed, in steps of 1/1000. Nothing here assigns by it; it checks the hash below version 2.
PUBLISHED_FIRST = [
    ("", "a", 0.22),
    ("", "b", 0.077),
    ("b", "a", 0.946),
    ("ef", "d", 0.652),
    ("asdf", "8952klfjas09ujk", 0.549),
    ("", "123", 0.011),
    ("", '___)((*":&', 0.563),
]

# The same cases for version 2.
PUBLISHED = [
    ("seed", "a", 0.0505),
    ("seed", "b", 0.2696),
    ("foo", "ab", 0.2575),
    ("foo", "def", 0.2019),
    ("89123klj", "8952klfjas09ujkasdf", 0.124),
    ("90850943850283058242805", "123", 0.7516),
    ("()**(%$##$%#$#", '___)((*":&', 0.0128),
]

# From the reference implementation of FNV-1a.
FNV = [("", 0x811C9DC5), ("a", 0xE40C292C), ("foobar", 0xBF9CF968)]


@pytest.mark.parametrize(("seed", "value", "expected"), PUBLISHED)
def test_the_published_values(seed: str, value: str, expected: float) -> None:
    assert bucket(seed, value) == expected


@pytest.mark.parametrize(("seed", "value", "expected"), PUBLISHED_FIRST)
def test_the_published_values_of_the_first_version(seed: str, value: str, expected: float) -> None:
    assert (fnv1a32(value + seed) % 1000) / 1000 == expected


@pytest.mark.parametrize(("text", "expected"), FNV)
def test_the_hash_below(text: str, expected: int) -> None:
    assert fnv1a32(text) == expected


def test_shares_come_out_even() -> None:
    share = sum(1 for number in range(20_000) if bucket("holdout", f"person-{number}") < 0.1) / 20_000
    assert share == pytest.approx(0.1, abs=0.01)


# From the same cases: where the variations of an experiment lie, by their weights, with everybody in it.
@pytest.mark.parametrize(
    ("weights", "ranges"),
    [
        ([0.5, 0.5], [(0, 0.5), (0.5, 1)]),
        ([0.25] * 4, [(0, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1)]),
        ([0.4, 0.6], [(0, 0.4), (0.4, 1)]),
        ([0.2, 0.3, 0.5], [(0, 0.2), (0.2, 0.5), (0.5, 1)]),
    ],
)
def test_shares_lie_where_the_published_ranges_are(weights: list[float], ranges: list[tuple[float, float]]) -> None:
    for person in PEOPLE:
        first, end = ranges[arm("tone", person, weights)]
        assert first <= bucket("tone", person) < end


PEOPLE = [f"person-{number}" for number in range(2_000)]
SHARES = [0.2, 0.3, 0.5]


def test_a_new_process_assigns_the_same() -> None:
    """Neither hash randomisation nor anything else of a process is part of it."""
    code = (
        "import json, sys; from triggerfish.runtime.machine.assignment import arm; people, shares = json.load(sys.stdin); "
        "print(json.dumps([arm('tone', person, shares) for person in people]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps([PEOPLE, SHARES]), capture_output=True, text=True, check=True,
        env={"PYTHONHASHSEED": "123"},
    )  # fmt: skip
    assert json.loads(done.stdout) == [arm("tone", person, SHARES) for person in PEOPLE]


def test_changed_shares_move_only_the_difference() -> None:
    """From 50:50 to 60:40: whoever had the first arm keeps it, and the only ones who change are a tenth, to the first arm."""
    before = [arm("tone", person, [0.5, 0.5]) for person in PEOPLE]
    after = [arm("tone", person, [0.6, 0.4]) for person in PEOPLE]
    moved = {(old, new) for old, new in zip(before, after, strict=True) if old != new}
    assert moved == {(1, 0)}
    assert {person for person, old, new in zip(PEOPLE, before, after, strict=True) if old != new} == {
        person for person in PEOPLE if 0.5 <= bucket("tone", person) < 0.6
    }
