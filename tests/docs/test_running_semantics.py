"""Every sentence of the language reference on how flows run is quoted by a test, and every quote is such a sentence."""

from __future__ import annotations

from pathlib import Path

import quotes


def test_every_sentence_is_quoted_by_a_test() -> None:
    promised = quotes.promised(quotes.PAGE.read_text("utf-8"))
    assert len(promised) >= 40
    kept = {quote.sentence for quote in quotes.quoted() if not quote.skipped}
    missing = [sentence for sentence in promised if sentence not in kept]
    assert not missing, "no test quotes:\n" + "\n".join(missing)


def test_every_quote_is_a_sentence_of_the_reference() -> None:
    promised = set(quotes.promised(quotes.PAGE.read_text("utf-8")))
    stray = [str(quote) for quote in quotes.quoted() if quote.sentence not in promised]
    assert not stray, "the reference says nothing like this:\n" + "\n".join(stray)


# --- the reading of pages and tests ------------------------------------------------------------------------------

A_PAGE = """
# Language

## How it runs

Everything ends. So does `a.b`.

### Order

- First this:
  then that.
- A date in
  2026 counts. 29 February does not.

## Not yet

- Other things.
"""
HERE = Path(__file__)


def test_a_page_is_read_sentence_by_sentence() -> None:
    assert quotes.promised(A_PAGE) == [
        "Everything ends.", "So does `a.b`.", "First this: then that.", "A date in 2026 counts.", "29 February does not.",
    ]  # fmt: skip


def test_only_a_comment_directly_above_a_test_quotes() -> None:
    text = '# > Not this.\n\n# Why.\n# > One\n# > sentence. And `another`.\ntest "x"\n    # > Nor this.\n# > Nor that.\nflow x\n'
    assert [(each.sentence, each.line) for each in quotes.of_flow(text, HERE)] == [("One sentence.", 6), ("And `another`.", 6)]


def test_a_python_test_quotes_in_its_docstring_and_must_run() -> None:
    text = (
        'import pytest\n\ndef test_a():\n    """Why.\n\n    > One sentence.\n    """\n\n'
        '@pytest.mark.skip\ndef test_b():\n    """> Another."""\n\ndef helper():\n    """> No test."""\n'
    )
    assert [(each.sentence, each.skipped) for each in quotes.of_python(text, HERE)] == [
        ("One sentence.", False), ("Another.", True),
    ]  # fmt: skip
