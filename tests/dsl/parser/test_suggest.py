"""Did you mean …"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triggerfish.dsl.diagnostics.suggest import closest

WORDS = ["send", "set", "end", "added_to_cart", "order_completed", "offers", "day", "days", "hour", "is", "in", "if"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("sned", "send"),
        ("sendd", "send"),
        ("snd", "send"),
        ("Send", "send"),
        ("added_to_crat", "added_to_cart"),
        ("addedToCart", "added_to_cart"),
        ("added-to-cart", "added_to_cart"),
        ("added_to_carts", "added_to_cart"),
        ("OrderCompleted", "order_completed"),
        ("offer", "offers"),
        ("hours", "hour"),
        ("dya", "day"),
        ("dyas", "days"),
        ("si", "is"),
        ("fi", "if"),
        ("zzz", None),
        ("x", None),
        ("", None),
        ("purchase", None),
    ],
)
def test_closest(word: str, meant: str | None) -> None:
    assert closest(word, WORDS) == meant


def test_never_the_word_itself() -> None:
    assert closest("send", ["send"]) is None
    assert closest("send", []) is None


def test_order_of_candidates_does_not_matter() -> None:
    assert closest("sed", ["send", "set"]) == closest("sed", ["set", "send"])


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=10))
def test_any_words(word: str, candidates: list[str]) -> None:
    found = closest(word, candidates)
    assert found is None or (found in candidates and found != word)
