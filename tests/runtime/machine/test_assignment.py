"""People are assigned by GrowthBook's published hash, version 2."""

from __future__ import annotations

import pytest

from triggerfish.runtime.machine.assignment import bucket, fnv1a32

# From the SDK test cases that GrowthBook publishes for all its client libraries: seed, value, expected for version 2.
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


@pytest.mark.parametrize(("text", "expected"), FNV)
def test_the_hash_below(text: str, expected: int) -> None:
    assert fnv1a32(text) == expected


def test_shares_come_out_even() -> None:
    share = sum(1 for number in range(20_000) if bucket("holdout", f"person-{number}") < 0.1) / 20_000
    assert share == pytest.approx(0.1, abs=0.01)
