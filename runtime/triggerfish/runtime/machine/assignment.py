"""Stable assignment of people to groups, by GrowthBook's published hash (version 2).

The same person and seed give the same number on every machine and in every language, so that mail and web agree.
"""

from __future__ import annotations

from collections.abc import Sequence

FNV_OFFSET = 0x811C9DC5
FNV_PRIME = 0x01000193


def fnv1a32(text: str) -> int:
    """The 32-bit FNV-1a hash of a text's UTF-8 bytes."""
    value = FNV_OFFSET
    for byte in text.encode("utf-8", "surrogatepass"):
        value = ((value ^ byte) * FNV_PRIME) & 0xFFFFFFFF
    return value


def arm(seed: str, person: str, shares: Sequence[float]) -> int:
    """The index of the arm a person falls into; shares are laid end to end from 0, the last takes what rounding leaves."""
    place, end = bucket(seed, person), 0.0
    for index, share in enumerate(shares):
        end += share
        if place < end:
            return index
    return len(shares) - 1


def bucket(seed: str, person: str) -> float:
    """A number from 0 (included) to 1 (not included) in steps of 1/10000."""
    return (fnv1a32(str(fnv1a32(seed + person))) % 10_000) / 10_000
