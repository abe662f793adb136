"""Tokens cannot be read, changed, made up or used for something else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triggerfish.runtime.links.keys import KEY_FILE, link_keys
from triggerfish.runtime.links.tokens import LONGEST, Click, Confirming, Mail, Opened, Recording, Tokens, Unsubscribing

KEY = b"0123456789abcdef"
MAIL = Mail("ana@shop.example", "/1/send:1/1", "email", "news_letter", "weekly", "send:1", "news")
CLICK = Click(MAIL, "https://shop.example/cart?a=1")
tokens = Tokens([KEY])

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
mails = st.builds(Mail, texts, texts, texts, texts, texts, texts, st.none() | texts)
values = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | texts
said = st.one_of(
    st.tuples(st.just("c"), st.builds(Click, mails, texts)),
    st.tuples(st.just("o"), st.builds(Opened, mails)),
    st.tuples(st.just("r"), st.builds(Recording, mails, texts, st.dictionaries(texts, values, max_size=4))),
    st.tuples(st.just("u"), st.builds(Unsubscribing, mails)),
    st.tuples(st.just("confirm"), st.builds(Confirming, mails, texts, st.integers(0, 2**53))),
)


@given(said, st.data())
def test_what_is_sealed_is_read_again_and_nothing_else_is(one, data) -> None:
    purpose, what = one
    token = tokens.seal(purpose, what)
    assert token == Tokens([KEY]).seal(purpose, what)
    assert tokens.open(purpose, token, type(what)) == what
    assert token.isascii()
    assert token.replace("-", "").replace("_", "").isalnum()
    other = data.draw(st.sampled_from([each for each in ("c", "o", "r", "u", "confirm") if each != purpose]))
    assert tokens.open(other, token, type(what)) is None
    at = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from("ABCxyz019-_=. é"))
    changed = token[:at] + sign + token[at + 1 :]
    if changed != token:
        assert tokens.open(purpose, changed, type(what)) is None
    assert tokens.open(purpose, token[:at], type(what)) is None


@given(st.text(max_size=100))
def test_any_text_is_looked_at_without_an_exception(text: str) -> None:
    assert tokens.open("c", text, Click) is None


@given(st.binary(max_size=100))
def test_any_bytes_are_looked_at_without_an_exception(data: bytes) -> None:
    assert tokens.open("c", base64.urlsafe_b64encode(data).rstrip(b"=").decode(), Click) is None


def test_one_token_has_one_way_of_being_written() -> None:
    token = tokens.seal("c", CLICK)
    for wrong in (token + "=", token + "\n", " " + token, token + "A" * LONGEST):
        assert tokens.open("c", wrong, Click) is None


def test_nothing_personal_can_be_read_in_a_token() -> None:
    token = tokens.seal("c", CLICK)
    data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for word in (b"ana", b"shop.example", b"news", b"cart"):
        assert word not in data


def test_another_project_has_other_keys_and_old_keys_are_accepted() -> None:
    old, new = tokens, Tokens([b"another key of 16 and more", KEY])
    token = old.seal("c", CLICK)
    assert Tokens([b"another key of 16 and more"]).open("c", token, Click) is None
    assert new.open("c", token, Click) == CLICK
    assert old.open("c", new.seal("c", CLICK), Click) is None
    with pytest.raises(ValueError, match="at least one key"):
        Tokens([])


def test_a_token_of_another_shape_is_none_of_ours() -> None:
    assert tokens.open("c", tokens.seal("c", Opened(MAIL)), Click) is None


def test_the_key_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    first = link_keys([], folder)
    path = folder / KEY_FILE
    assert len(first[0]) == 64
    assert link_keys([], folder) == first
    assert path.stat().st_mode & 0o077 == 0
    assert list(folder.iterdir()) == [path]
    path.write_text("a new key that signs\n" + path.read_text())
    assert link_keys([], folder) == [b"a new key that signs", *first]
    assert link_keys(["from the settings"], folder) == [b"from the settings"]
    path.write_text("\n")
    with pytest.raises(OSError, match="holds no key"):
        link_keys([], folder)


def test_the_idempotency_key_is_put_together_again() -> None:
    assert MAIL.whole_key == "ana@shop.example/1/send:1/1"
    assert Mail("ana", "k", "email", "m", "f", "s").whole_key == "k"
    assert MAIL.event_fields() == {
        "message": "news_letter", "flow": "weekly", "step": "send:1", "key": "ana@shop.example/1/send:1/1", "topic": "news",
    }
